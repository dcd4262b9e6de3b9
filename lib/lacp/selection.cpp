#include "lacp/selection.hpp"

#include <algorithm>
#include <tuple>

#include "base/fixed_vector.hpp"
#include "lacp/lag_id.hpp"
#include "lacp/port_state.hpp"

namespace lagoon::lacp {

namespace {

// A port that may have the Aggregator.
struct Candidate {
  std::size_t index = 0;
  LagId lag_id{};
  bool individual = false;
  bool settled = false;
  bool named = false;
  bool proven = false;
  bool leaves = false;
  std::uint64_t speed = 0;
  PortId own{};
  PortId masters{};  // by the Port IDs of the Master of this link
};
using Candidates = FixedVector<Candidate, kMembersMax>;

struct Group {
  LagId lag_id{};
  bool individual = false;
  bool named = false;
  std::uint64_t speed = 0;
  std::size_t count = 0;
  PortId best{};
};

bool may_be_partner(const wire::LacpInfo& partner, const AggregatorConfig& rules) noexcept {
  const std::optional<PartnerSystem>& only = rules.partner_system;
  return !only || (partner.system == only->system &&
                   partner.system_priority == only->priority.value_or(partner.system_priority));
}

std::optional<UnselectedReason> obstacle(const SelectionPort& port, const AggregatorConfig& rules) noexcept {
  if (!port.link.up) return UnselectedReason::link_down;
  // (what hinders a candidate besides is told)
  const bool is_candidate = port.left_out == UnselectedReason::candidate;
  if (port.left_out != UnselectedReason::none && !is_candidate) return port.left_out;
  if (port.looped) return UnselectedReason::looped;
  if (!port.link.full_duplex) return UnselectedReason::half_duplex;
  if (!port.has_partner) return UnselectedReason::no_partner;
  if (!may_be_partner(port.partner, rules)) return UnselectedReason::partner_not_allowed;
  if (is_candidate) return port.left_out;
  return std::nullopt;
}

Candidate candidate(std::size_t index, const SelectionPort& port) noexcept {
  const bool we_are_master = system_id(port.actor) < system_id(port.partner);
  return {.index = index,
          .lag_id = make_lag_id(port.actor, port.partner),
          .individual = is_individual(port.actor, port.partner),
          .settled = port.settled,
          .named = port.named,
          .proven = port.proven,
          .leaves = port.leaves,
          .speed = port.link.speed.value(),
          .own = port_id(port.actor),
          .masters = port_id(we_are_master ? port.actor : port.partner)};
}

bool one_partner_system(const SelectionPorts& ports, const Candidates& candidates) noexcept {
  return std::ranges::all_of(candidates, [&](const Candidate& c) {
    return system_id(ports[c.index]->partner) == system_id(ports[candidates[0].index]->partner);
  });
}

// Port IDs of several Masters can't be compared with each other; then ours decide between groups.
Group group_of(const LagId& lag_id, const Candidates& candidates, bool by_master) noexcept {
  Group group{.lag_id = lag_id};
  for (const Candidate& c : candidates) {
    if (c.lag_id != lag_id) continue;
    const PortId id = by_master ? c.masters : c.own;
    group.best = group.count == 0 ? id : std::min(group.best, id);
    group.individual = c.individual;
    group.named = group.named || c.named;
    group.speed += c.speed;
    ++group.count;
  }
  return group;
}

// An Individual link has the Aggregator only where no other can. A Partner that does not take us for its own
// has it only where no other does. Then the policy, then the best Port ID; the LAG ID makes the order total.
bool better(const Group& a, const Group& b, SelectPolicy policy) noexcept {
  if (a.individual != b.individual) return b.individual;
  if (a.named != b.named) return a.named;
  switch (policy) {
    case SelectPolicy::bandwidth:
      if (a.speed != b.speed) return a.speed > b.speed;
      break;
    case SelectPolicy::count:
      if (a.count != b.count) return a.count > b.count;
      break;
    case SelectPolicy::stable:
    case SelectPolicy::port_priority:
      break;
  }
  return std::tie(a.best, a.lag_id) < std::tie(b.best, b.lag_id);
}

std::optional<LagId> choose_group(const SelectionPorts& ports, const Candidates& all, SelectPolicy policy,
                                  const std::optional<LagId>& in_use) noexcept {
  const auto is_in_use = [&](const Candidate& c) { return in_use && c.lag_id == *in_use; };
  const bool is_taken = std::ranges::any_of(all, is_in_use);
  if (is_taken && policy == SelectPolicy::stable) return in_use;
  Candidates candidates;
  for (const Candidate& c : all)
    if (!is_taken || is_in_use(c) || c.proven) candidates.push_back(c);
  const bool by_master = one_partner_system(ports, candidates);
  std::optional<Group> chosen;
  for (const Candidate& c : candidates) {
    const Group group = group_of(c.lag_id, candidates, by_master);
    if (!chosen || better(group, *chosen, policy)) chosen = group;
  }
  if (!chosen) return std::nullopt;
  return chosen->lag_id;
}

// Best first. In a group that carries traffic already, a port that still waits, or is not heard, does not
// push out one that could carry on; on a fresh start all wait, and who waited a little longer shall not
// matter.
void order(Candidates& members, bool in_use) noexcept {
  const auto rank = [in_use](const Candidate& c) {
    return std::tuple{c.leaves, in_use && !c.settled, c.masters, c.index};
  };
  std::ranges::sort(members, {}, rank);
}

std::uint16_t own_key(const LagId& lag_id, const wire::LacpInfo& actor) noexcept {
  return lag_id.first.system == actor.system && lag_id.first.system_priority == actor.system_priority
             ? lag_id.first.key
             : lag_id.second.key;
}

UnselectedReason why_not(const Candidate& c, const wire::LacpInfo& actor, const LagId& chosen) noexcept {
  if (c.individual) return UnselectedReason::individual;
  return actor.key != own_key(chosen, actor) ? UnselectedReason::key_mismatch
                                             : UnselectedReason::other_lag_id;
}

// Of ports that have a place: how many are still to come to distribute, and on how many of those that do the
// Partner is.
struct Awaited {
  std::size_t ours = 0;
  std::size_t partners = 0;
};

// The first max-links have a place. A drained port among them keeps its own, and lends it to one more.
Awaited give_places(const SelectionPorts& ports, const Candidates& members, std::size_t links_max,
                    Selection& selection) noexcept {
  std::size_t distribute = 0;
  std::size_t rank = 0;
  Awaited awaited;
  for (const Candidate& c : members) {
    const SelectionPort& port = *ports[c.index];
    PortSelection& choice = selection.ports[c.index];
    choice = {.selected = Selected::standby, .reason = UnselectedReason::above_max_links};
    if (port.leaves) continue;
    if ((port.drained ? rank : distribute) < links_max) {
      choice = {.selected = Selected::selected, .rests = port.drained};
      // (one under coupled control says so before it has heard that we collect)
      const bool partner_sends = port.told && PortState{port.partner.state}.has(StateBit::distributing);
      distribute += port.drained ? 0U : 1U;
      awaited.ours += !port.drained && !port.distributes && port.awaited ? 1U : 0U;
      awaited.partners += port.distributes && !partner_sends && port.awaited ? 1U : 0U;
    }
    ++rank;
  }
  return awaited;
}

// Make before break: for each port that is still to come one of those that carry in its place goes on. Who
// distributes no more stays in sync until the Partner has others to distribute on as well.
void keep_carrying(const SelectionPorts& ports, const Candidates& members, bool others, Awaited awaited,
                   Selection& selection) noexcept {
  for (const Candidate& c : members) {
    const SelectionPort& port = *ports[c.index];
    PortSelection& choice = selection.ports[c.index];
    const bool has_place = choice.selected == Selected::selected;
    if (!port.carries || (has_place && !port.drained) || (!others && port.swap == Swap::none)) continue;
    if (awaited.ours > 0 && port.distributes && port.patient) {
      choice = {.selected = Selected::selected, .swap = Swap::carries};
      --awaited.ours;
    } else if (!has_place && (!port.moved || awaited.partners > 0)) {
      choice = {.selected = Selected::selected, .rests = true, .swap = Swap::moves};
    }
  }
}

}  // namespace

Selection select(const SelectionPorts& ports, const AggregatorConfig& rules,
                 const std::optional<LagId>& in_use) noexcept {
  Selection selection;
  Candidates candidates;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (!ports[i]) continue;
    const std::optional<UnselectedReason> reason = obstacle(*ports[i], rules);
    if (reason)
      selection.ports[i].reason = *reason;
    else
      candidates.push_back(candidate(i, *ports[i]));
  }
  if (candidates.empty()) return selection;

  selection.lag_id = choose_group(ports, candidates, rules.select, in_use);
  Candidates members;
  for (const Candidate& c : candidates) {
    if (c.lag_id == *selection.lag_id)
      members.push_back(c);
    else
      selection.ports[c.index].reason = why_not(c, ports[c.index]->actor, *selection.lag_id);
  }
  if (rules.held_back != UnselectedReason::none) {
    for (const Candidate& c : members)
      selection.ports[c.index] = {.selected = Selected::standby, .reason = rules.held_back};
    return selection;
  }
  order(members, in_use == selection.lag_id);
  const std::size_t links_max = std::max<std::size_t>(rules.max_links, 1);
  const Awaited awaited = give_places(ports, members, links_max, selection);
  keep_carrying(ports, members, members.size() > links_max, awaited, selection);
  return selection;
}

}  // namespace lagoon::lacp
