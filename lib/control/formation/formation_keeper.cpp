#include "control/formation/formation_keeper.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/mac_address.hpp"
#include "base/units.hpp"
#include "control/formation/share_out.hpp"
#include "control/wiring/neighbor_words.hpp"
#include "control/wiring/same_box.hpp"

namespace lagoon::control {

namespace {

using lldp::Neighbor;

// Ports that are not seen any more: one on its way from LAG to LAG is away for a moment.
constexpr Duration kForget = 60s;
constexpr std::string_view kAnyLagoon = "lagoon";

[[nodiscard]] const Neighbor* neighbor_of(const PoolPort& port) noexcept {
  return port.neighbors.size() == 1 ? &port.neighbors.front() : nullptr;
}

[[nodiscard]] std::string words_of(const PoolPort& port, const PartnerId& partner) {
  const std::string id = "System " + to_string(partner.system) + ", key " + std::to_string(partner.key);
  const Neighbor* const neighbor = neighbor_of(port);
  return neighbor == nullptr ? id : end_words(neighbor->said) + " (" + id + ")";
}

// (a port whose link is down has no speed, and one without a neighbour no box)
[[nodiscard]] bool is_as_fast(const PoolPort& a, const PoolPort& b) {
  return !a.link.up || !b.link.up || a.link.speed == b.link.speed;
}

[[nodiscard]] bool is_in_same_box(const PoolPort& a, const PoolPort& b) {
  const Neighbor* const one = neighbor_of(a);
  const Neighbor* const other = neighbor_of(b);
  return one == nullptr || other == nullptr || same_box(*one, *other) != Same::no;
}

[[nodiscard]] bool takes(const FormationOptions& options, const PoolPort& port, const PartnerId& partner) {
  if (options.partner.empty()) return true;
  if (const auto system = parse_mac_address(options.partner)) return *system == partner.system;
  const Neighbor* const neighbor = neighbor_of(port);
  if (neighbor == nullptr) return false;
  if (options.partner == kAnyLagoon) return neighbor->said.lagoon.has_value();
  return options.partner == system_words(neighbor->said);
}

[[nodiscard]] std::string time_words(Duration time) {
  return time % 1s == 0s ? std::to_string(time / 1s) + " s" : std::to_string(time / 1ms) + " ms";
}

[[nodiscard]] bool lists(const PoolLag& lag, std::string_view port) {
  return lag.automatic && std::ranges::find(lag.from, port) != lag.from.end();
}

}  // namespace

struct FormationKeeper::Scene {
  std::span<const PoolLag> lags;
  std::span<const PoolPort> ports;
  Instant now;

  /// What keeps a candidate from any LAG, besides what LACP tells; empty: nothing.
  [[nodiscard]] std::string hindrance(const PoolPort& port) const {
    const auto own = std::ranges::find(lags, port.partner->system, &PoolLag::system);
    if (port.looped || own != lags.end())
      return "its cable leads back to us" +
             (own == lags.end() ? std::string{} : ", to LAG '" + std::string{own->name} + "'") +
             ": take one of its ends out";
    if (port.partner->system.is_zero()) return "its Partner has no System";
    if (!port.aggregates) return words_of(port, *port.partner) + " does not aggregate this port: let it";
    if (!port.link.full_duplex) return "its link is half duplex";
    const auto is_of_listed = [&](const PoolLag& lag) { return lag.partner == port.partner; };
    if (const auto lag = std::ranges::find_if(lags, is_of_listed); lag != lags.end())
      return words_of(port, *port.partner) + " is the Partner of LAG '" + std::string{lag->name} +
             "', whose members are listed";
    if (port.neighbors.size() > 1)
      return std::to_string(port.neighbors.size()) +
             " systems answer on its cable: something between forwards what it should not; connect it "
             "directly";
    return {};
  }
  [[nodiscard]] bool may_join(const PoolPort& port) const {
    return port.candidate && !port.withdrawn && port.link.up && port.partner && hindrance(port).empty();
  }
};

void FormationKeeper::look(const Scene& scene) {
  for (const PoolPort& port : scene.ports) {
    Known& known = known_[std::string{port.name}];
    // (who comes anew settles anew)
    if (known.seen != looked_ && !known.goes_to) known = {};
    known.seen = scene.now;
    // (who was withdrawn on the way is no longer waited for)
    const bool is_there = known.goes_to == port.lag;
    if (known.goes_to && (!lists(scene.lags[*known.goes_to], port.name) || (is_there && port.withdrawn)))
      known.goes_to.reset();
    const bool arrives = known.goes_to == port.lag;
    if (port.partner || arrives)
      known.silent_since.reset();
    else if (!known.silent_since)
      known.silent_since = scene.now;
    if (arrives) continue;
    const std::optional<PartnerId> heard =
        scene.may_join(port) || !port.candidate ? port.partner : std::nullopt;
    if (known.heard == heard) continue;
    known.heard = heard;
    known.since = scene.now;
    known.goes_to.reset();
  }
  looked_ = scene.now;
  std::erase_if(known_, [&](const auto& entry) { return scene.now - entry.second.seen > kForget; });
}

// Partners that no LAG has are shared out among LAGs that have none, when all candidates of such Partners
// have settled, or some for twice as long.
void FormationKeeper::share_partners(const Scene& scene) {
  std::vector<PartnerGroup> groups;
  std::vector<bool> free(scene.lags.size());
  std::vector<Duration> youngest(scene.lags.size(), Duration::max());
  std::vector<Duration> oldest(scene.lags.size(), Duration::zero());
  for (const PoolPort& port : scene.ports) {
    const Known& known = known_.find(port.name)->second;
    if (!known.heard || !port.candidate || known.goes_to ||
        std::ranges::find(taken_, known.heard) != taken_.end())
      continue;
    auto group = std::ranges::find(groups, *known.heard, &PartnerGroup::partner);
    if (group == groups.end()) {
      groups.push_back({.partner = *known.heard, .ports_at = std::vector<std::size_t>(scene.lags.size())});
      group = groups.end() - 1;
    }
    ++group->ports;
    ++group->ports_at[port.lag];
    for (std::size_t i = 0; i < scene.lags.size(); ++i) {
      const PoolLag& lag = scene.lags[i];
      if (taken_[i] || !lists(lag, port.name) || !takes(lag.options, port, *known.heard)) continue;
      free[i] = true;
      youngest[i] = std::min(youngest[i], scene.now - known.since);
      oldest[i] = std::max(oldest[i], scene.now - known.since);
      if (std::ranges::find(group->fits, i) != group->fits.end()) continue;
      group->fits.push_back(i);
      if (!lag.options.partner.empty()) group->named.push_back(i);
    }
  }
  for (std::size_t i = 0; i < scene.lags.size(); ++i) {
    const Duration settle = scene.lags[i].options.settle;
    free[i] = free[i] && (youngest[i] >= settle || oldest[i] >= 2 * settle);
  }
  const auto shared = share_out(groups, free);
  for (std::size_t g = 0; g < groups.size(); ++g)
    if (shared[g]) taken_[*shared[g]] = groups[g].partner;
}

FormationKeeper::Verdict FormationKeeper::of_member(const Scene& scene, const PoolPort& port) {
  const Known& known = known_.find(port.name)->second;
  const FormationOptions& options = scene.lags[port.lag].options;
  if (port.withdrawn) return {};
  if (known.silent_since && scene.now - *known.silent_since > options.keep)
    return {.candidate = true, .why = "silent", .words = "its Partner was silent for longer than auto.keep"};
  if (port.partner && !takes(options, port, *port.partner))
    return {
        .candidate = true,
        .why = "partner_not_taken",
        .words = words_of(port, *port.partner) + " is not whom auto.partner names (" + options.partner + ")"};
  return {};
}

// Another port of the LAG, or of the Partner that it takes, which stands for most of them where this one is
// not like them; of as many the one that is a member, or the first.
const PoolPort* FormationKeeper::outvoted(const Scene& scene, const PoolPort& port, std::size_t at,
                                          bool (*is_like)(const PoolPort& a, const PoolPort& b)) const {
  const auto is_of_group = [&](const PoolPort& other) {
    if (!other.candidate) return other.lag == at && !other.withdrawn;
    return known_.find(other.name)->second.heard == taken_[at];
  };
  const auto votes = [&](const PoolPort& voted) {
    return std::ranges::count_if(
        scene.ports, [&](const PoolPort& other) { return is_of_group(other) && is_like(voted, other); });
  };
  const PoolPort* best = &port;
  const auto rank = [&](const PoolPort& of) {
    return std::tuple{-votes(of), of.candidate, &of - scene.ports.data()};
  };
  for (const PoolPort& other : scene.ports)
    if (is_of_group(other) && !is_like(port, other) && rank(other) < rank(*best)) best = &other;
  return best == &port ? nullptr : best;
}

std::string FormationKeeper::objection(const Scene& scene, const PoolPort& port, std::size_t at) const {
  const PoolLag& lag = scene.lags[at];
  const std::string name = "LAG '" + std::string{lag.name} + "'";
  if (members_[at] >= lag.options.most)
    return name + " has " + std::to_string(members_[at]) + " members, which is auto.most";
  const auto of_most = [&](const PoolPort& other) {
    return ", and '" + std::string{other.name} + "' of " + name;
  };
  if (!lag.unequal_speed)
    if (const PoolPort* const other = outvoted(scene, port, at, is_as_fast))
      return "it has " + std::to_string(to_mbps(port.link.speed)) + " Mb/s" + of_most(*other) + " " +
             std::to_string(to_mbps(other->link.speed));
  if (lag.options.lldp == LldpVoice::ignore) return {};
  const Neighbor* const neighbor = neighbor_of(port);
  if (lag.options.lldp == LldpVoice::require && neighbor == nullptr)
    return "nobody there speaks LLDP, which auto.lldp requires";
  if (neighbor == nullptr) return {};
  if (const PoolPort* const other = outvoted(scene, port, at, is_in_same_box))
    return "LLDP has it lead to " + end_words(neighbor->said) + of_most(*other) + " to " +
           end_words(neighbor_of(*other)->said) + "; auto.lldp: ignore takes both";
  return {};
}

FormationKeeper::Verdict FormationKeeper::joins(const Scene& scene, const PoolPort& port, std::size_t lag) {
  Known& known = known_.find(port.name)->second;
  ++members_[lag];
  if (port.lag == lag) {
    known.goes_to.reset();
    return {
        .candidate = false, .joins = taken_[lag], .why = "settled", .words = words_of(port, *taken_[lag])};
  }
  known.goes_to = lag;
  moves_.push_back({.port = std::string{port.name}, .from = port.lag, .to = lag});
  return {.candidate = true,
          .words = "it goes to LAG '" + std::string{scene.lags[lag].name} + "', which has " +
                   words_of(port, *taken_[lag])};
}

FormationKeeper::Verdict FormationKeeper::of_candidate(const Scene& scene, const PoolPort& port) {
  const Known& known = known_.find(port.name)->second;
  if (port.withdrawn) return {.candidate = true};
  if (known.goes_to) {
    // (counted already)
    --members_[*known.goes_to];
    return joins(scene, port, *known.goes_to);
  }
  if (!port.link.up || !port.partner) return {.candidate = true};
  if (std::string hindrance = scene.hindrance(port); !hindrance.empty())
    return {.candidate = true, .words = std::move(hindrance)};
  std::string words =
      "no LAG takes " + words_of(port, *port.partner) + ": each has another Partner, or names one";
  for (std::size_t i = 0; i < scene.lags.size(); ++i) {
    const PoolLag& lag = scene.lags[i];
    if (!lists(lag, port.name) || !takes(lag.options, port, *port.partner)) continue;
    if (taken_[i] && taken_[i] != known.heard) continue;
    words = words_of(port, *port.partner) + " has to stay its Partner for " + time_words(lag.options.settle);
    if (!taken_[i]) continue;
    if (scene.now - known.since < lag.options.settle) break;
    words = objection(scene, port, i);
    if (words.empty()) return joins(scene, port, i);
    break;
  }
  return {.candidate = true, .words = std::move(words)};
}

std::vector<FormationKeeper::Verdict> FormationKeeper::judge(std::span<const PoolLag> lags,
                                                             std::span<const PoolPort> ports, Instant now) {
  const Scene scene{lags, ports, now};
  look(scene);
  taken_.assign(lags.size(), std::nullopt);
  members_.assign(lags.size(), 0);
  moves_.clear();
  // (one on its way is in no LAG for a moment)
  for (const auto& [name, known] : known_)
    if (known.goes_to) {
      ++members_[*known.goes_to];
      taken_[*known.goes_to] = known.heard;
    }
  for (const PoolPort& port : ports) {
    if (port.candidate) continue;
    ++members_[port.lag];
    if (port.joined) taken_[port.lag] = port.joined;
  }
  share_partners(scene);
  std::vector<Verdict> verdicts;
  verdicts.reserve(ports.size());
  for (const PoolPort& port : ports)
    verdicts.push_back(port.candidate ? of_candidate(scene, port) : of_member(scene, port));
  return verdicts;
}

}  // namespace lagoon::control
