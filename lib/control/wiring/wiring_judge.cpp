#include "control/wiring/wiring_judge.hpp"

#include <algorithm>
#include <cstddef>

#include "control/counted.hpp"
#include "control/wiring/neighbor_words.hpp"
#include "control/wiring/same_box.hpp"

namespace lagoon::control {

namespace {

using lldp::Neighbor;

/// Who was heard last: behind a cable that was moved, the old neighbour is known for a while.
[[nodiscard]] const Neighbor* neighbor_of(const FarEnd& end) {
  const auto last = std::ranges::max_element(end.neighbors, {}, &Neighbor::heard);
  return end.up && last != end.neighbors.end() ? &*last : nullptr;
}

/// Those who spoke since the newest one began to.
[[nodiscard]] std::vector<const Neighbor*> speaking_together(const FarEnd& end) {
  std::vector<const Neighbor*> out;
  if (!end.up || end.neighbors.empty()) return out;
  const Instant newest = std::ranges::max_element(end.neighbors, {}, &Neighbor::since)->since;
  for (const Neighbor& neighbor : end.neighbors)
    if (neighbor.heard >= newest) out.push_back(&neighbor);
  return out;
}

/// Whether two cables lead to one System.
[[nodiscard]] Same same_far(const FarEnd& a, const FarEnd& b) {
  if (a.partner && b.partner) return a.partner->system == b.partner->system ? Same::yes : Same::no;
  const Neighbor* const of_a = neighbor_of(a);
  const Neighbor* const of_b = neighbor_of(b);
  if (of_a == nullptr || of_b == nullptr) return Same::unknown;
  return same_box(*of_a, *of_b);
}

[[nodiscard]] bool is_known(const FarEnd& end) {
  return end.partner.has_value() || neighbor_of(end) != nullptr;
}

[[nodiscard]] std::string end_of(const FarEnd& end) {
  if (const Neighbor* const neighbor = neighbor_of(end)) return end_words(neighbor->said);
  return "System " + to_string(end.partner->system);
}
[[nodiscard]] std::string system_of(const FarEnd& end) {
  if (const Neighbor* const neighbor = neighbor_of(end)) return system_words(neighbor->said);
  return "System " + to_string(end.partner->system);
}

[[nodiscard]] bool one_key(const FarEnd& a, const FarEnd& b) {
  return a.partner && b.partner && a.partner->key == b.partner->key;
}

/// The end that stands for where most of the LAG's cables lead: of one System to the channel with most of
/// them, of groups of one size to the one in use.
[[nodiscard]] const FarEnd* home_of(const LagWiring& lag) {
  constexpr std::size_t kKey = 2 * kMembersMax, kSystem = kKey * 2 * kMembersMax;
  const FarEnd* home = nullptr;
  std::size_t best = 0;
  for (const FarEnd& end : lag.ends) {
    if (!is_known(end)) continue;
    std::size_t weight = 0;
    for (const FarEnd& other : lag.ends)
      if (&other == &end || (is_known(other) && same_far(end, other) == Same::yes))
        weight += kSystem + (one_key(end, other) ? kKey : 0) + (other.in_use ? 1U : 0U);
    if (weight > best) {
      best = weight;
      home = &end;
    }
  }
  return home;
}

[[nodiscard]] std::size_t count_with(const LagWiring& lag, const FarEnd& home) {
  return static_cast<std::size_t>(std::ranges::count_if(lag.ends, [&](const FarEnd& end) {
    return &end == &home || (is_known(end) && same_far(end, home) == Same::yes);
  }));
}

/// One that the LLDP of this end belongs to, and that LACP is heard from.
[[nodiscard]] const FarEnd* in_channel_with(const LagWiring& lag, const FarEnd& end,
                                            const Neighbor& neighbor) {
  const auto found = std::ranges::find_if(lag.ends, [&](const FarEnd& other) {
    const Neighbor* const its = neighbor_of(other);
    return &other != &end && other.partner && its != nullptr && same_box(*its, neighbor) == Same::yes;
  });
  return found == lag.ends.end() ? nullptr : &*found;
}

/// A cable of one LAG and one of another: were they exchanged, each LAG would lead to one System.
struct Swap {
  std::size_t lag_a = 0;
  const FarEnd* a = nullptr;
  std::size_t lag_b = 0;
  const FarEnd* b = nullptr;
};

[[nodiscard]] bool would_be_one(const LagWiring& lag, const FarEnd& without, const FarEnd& with) {
  std::size_t others = 0;
  for (const FarEnd& end : lag.ends) {
    if (&end == &without || !is_known(end)) continue;
    if (same_far(end, with) != Same::yes) return false;
    ++others;
  }
  return others != 0;
}

/// Its cables lead to several Systems, and should not.
[[nodiscard]] bool is_split(const LagWiring& lag, const FarEnd* home) {
  return lag.one_system && home != nullptr && std::ranges::any_of(lag.ends, [home](const FarEnd& end) {
           return neighbor_of(end) != nullptr && same_far(end, *home) == Same::no;
         });
}

/// Precondition: both are split; `home` is of `a`.
[[nodiscard]] std::optional<Swap> swap_between(std::span<const LagWiring> lags, std::size_t a, std::size_t b,
                                               const FarEnd& home) {
  for (const FarEnd& from : lags[a].ends) {
    if (neighbor_of(from) == nullptr || same_far(from, home) != Same::no) continue;
    for (const FarEnd& to : lags[b].ends)
      if (neighbor_of(to) != nullptr && same_far(from, to) == Same::no && would_be_one(lags[a], from, to) &&
          would_be_one(lags[b], to, from))
        return Swap{.lag_a = a, .a = &from, .lag_b = b, .b = &to};
  }
  return std::nullopt;
}

[[nodiscard]] std::string words_of(std::span<const LagWiring> lags, const Swap& swap) {
  const std::string a = std::string{lags[swap.lag_a].lag} + "/" + std::string{swap.a->name};
  const std::string b = std::string{lags[swap.lag_b].lag} + "/" + std::string{swap.b->name};
  return "the cables of " + a + " and " + b + " are swapped: " + a + " leads to " + end_of(*swap.a) + ", " +
         b + " to " + end_of(*swap.b) + "; exchange them at one end";
}

class Judge {
 public:
  Judge(const LagWiring& lag, const FarEnd* home, Instant now, Miswirings& out)
      : lag_{lag}, now_{now}, home_{home}, out_{out} {}

  /// `is_swapped`: its LAG is told so already.
  void judge(const FarEnd& end, bool is_swapped) {
    if (!end.up) return;
    const Neighbor* const neighbor = neighbor_of(end);
    const bool as_planned = plan(end, neighbor);
    if (neighbor == nullptr) return;
    if (is_own(*neighbor))
      return say(end, WiringFault::loop,
                 "its cable leads back to this LAG, to " + port_words(neighbor->said) +
                     ": take one of its ends out");
    if (const auto all = speaking_together(end); all.size() > 1) segment(end, all);
    if (is_swapped) return;
    if (lag_.one_system && !as_planned && home_ != nullptr && is_elsewhere(end, *neighbor))
      return other_system(end);
    if (lag_.lacp) channel(end, *neighbor);
    if (!lag_.lacp && lag_.one_system) static_channel(end, *neighbor);
    alike(end, *neighbor);
  }

 private:
  void say(const FarEnd& end, WiringFault fault, std::string sentence) {
    out_.push_back({.member = end.member, .fault = fault, .sentence = std::move(sentence)});
  }
  [[nodiscard]] bool is_own(const Neighbor& neighbor) const {
    return is_address(neighbor.said.chassis, lag_.system);
  }
  // Both protocols have to say so; where one is silent, the other one has it. Another System in the same box
  // is another channel of it.
  [[nodiscard]] bool is_elsewhere(const FarEnd& end, const Neighbor& neighbor) const {
    if (&end == home_ || same_far(end, *home_) != Same::no) return false;
    if (end.partner || !lag_.lacp) return !is_in_box_of_home(neighbor);
    return is_silent(end, neighbor);
  }
  [[nodiscard]] bool is_in_box_of_home(const Neighbor& neighbor) const {
    const Neighbor* const its = neighbor_of(*home_);
    return its != nullptr && same_box(neighbor, *its) == Same::yes;
  }
  [[nodiscard]] bool is_silent(const FarEnd& end, const Neighbor& neighbor) const {
    return !end.partner && now_ - std::max(end.silent_since, neighbor.since) > kLacpPatience;
  }
  void other_system(const FarEnd& end) {
    const std::size_t others = count_with(lag_, *home_);
    say(end, WiringFault::wrong_switch,
        "leads to " + end_of(end) + ", and " + counted(others, "other member", "other members") + " to " +
            system_of(*home_) + ": move its cable there, or take it out of this LAG");
  }
  void channel(const FarEnd& end, const Neighbor& neighbor) {
    if (end.partner) {
      if (home_ == nullptr || &end == home_ || !home_->partner) return;
      const bool one_system = home_->partner->system == end.partner->system;
      if (one_system && home_->partner->key == end.partner->key) return;
      if (!one_system && !is_in_box_of_home(neighbor)) return;
      const auto channel_of = [one_system](const LacpPartner& partner) {
        return one_system ? " (key " + std::to_string(partner.key) + ")"
                          : " (System " + to_string(partner.system) + ")";
      };
      say(end, WiringFault::not_in_channel,
          end_of(end) + " is in another channel" + channel_of(*end.partner) + " than " + end_of(*home_) +
              channel_of(*home_->partner) + ": put it into that one");
      return;
    }
    if (!is_silent(end, neighbor)) return;
    if (const FarEnd* const other = in_channel_with(lag_, end, neighbor))
      return say(end, WiringFault::not_in_channel,
                 end_of(end) + " is not in the channel of " + end_of(*other) + ": put it there");
    say(end, WiringFault::no_lacp,
        end_of(end) + " speaks LLDP and no LACP: turn LACP on there, or use a mode without it");
  }
  // Without LACP, the other end's own word of what its port is part of.
  void static_channel(const FarEnd& end, const Neighbor& neighbor) {
    const auto part_of = [](const Neighbor& of) -> std::uint32_t {
      const auto& aggregation = of.said.aggregation;
      return aggregation && aggregation->aggregated ? aggregation->port : 0;
    };
    if (!neighbor.said.aggregation || part_of(neighbor) != 0) return;
    for (const FarEnd& other : lag_.ends) {
      const Neighbor* const its = neighbor_of(other);
      if (&other == &end || its == nullptr || same_box(*its, neighbor) != Same::yes || part_of(*its) == 0)
        continue;
      return say(end, WiringFault::not_in_channel,
                 end_of(end) + " is not in the channel of " + end_of(other) + ": put it there");
    }
  }
  void segment(const FarEnd& end, std::span<const Neighbor* const> all) {
    std::string names;
    std::size_t systems = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (std::ranges::any_of(all.first(i), [&](const Neighbor* other) {
            return other->said.chassis == all[i]->said.chassis;
          }))
        continue;
      names += (systems++ == 0 ? "" : ", ") + end_words(all[i]->said);
    }
    if (systems < 2) return;
    say(end, WiringFault::shared_segment,
        counted(systems, "system answers", "systems answer") + " on its cable (" + names +
            "): something between forwards what it should not; connect it directly");
  }
  /// Whether who is there was named, and is there.
  bool plan(const FarEnd& end, const Neighbor* neighbor) {
    if (end.expected == nullptr || (end.expected->system.empty() && end.expected->port.empty())) return false;
    const lldp::ExpectedNeighbor& expected = *end.expected;
    const std::string wanted = (expected.system.empty() ? "any system" : expected.system) +
                               (expected.port.empty() ? "" : " port " + expected.port);
    if (neighbor == nullptr) {
      if (now_ - end.silent_since > kLldpPatience)
        say(end, WiringFault::not_as_planned, "is to lead to " + wanted + ", and nobody there speaks LLDP");
      return false;
    }
    const wire::Lldpdu& said = neighbor->said;
    const bool system = expected.system.empty() || expected.system == system_words(said) ||
                        expected.system == text_of_chassis(said.chassis);
    const bool port = expected.port.empty() || expected.port == port_words(said) ||
                      expected.port == text_of_port(said.port) ||
                      (said.port_description && expected.port == wire::text_of(*said.port_description));
    if (!system || !port)
      say(end, WiringFault::not_as_planned,
          "leads to " + end_of(end) + ", and is to lead to " + wanted + ": move its cable, or mend `expect`");
    return system && port;
  }
  // Its own against those of where most lead.
  void alike(const FarEnd& end, const Neighbor& neighbor) {
    const Neighbor* const other = home_ != nullptr && home_ != &end ? neighbor_of(*home_) : nullptr;
    if (other == nullptr) return;
    differ(end, neighbor.said.frame_size, other->said.frame_size, WiringFault::mtu_differs,
           "takes frames of at most ", " octets");
    differ(end, neighbor.said.vlan, other->said.vlan, WiringFault::pvid_differs, "has the port VLAN ", "");
  }
  void differ(const FarEnd& end, std::optional<std::uint16_t> its, std::optional<std::uint16_t> home,
              WiringFault fault, std::string_view what, std::string_view unit) {
    if (!its || !home || *its == *home) return;
    say(end, fault,
        end_of(end) + " " + std::string{what} + std::to_string(*its) + std::string{unit} + ", and " +
            end_of(*home_) + " " + std::to_string(*home) + ": make them alike");
  }

  const LagWiring& lag_;
  Instant now_;
  const FarEnd* home_;
  Miswirings& out_;
};

}  // namespace

std::vector<Miswirings> judge_wiring(std::span<const LagWiring> lags, Instant now) {
  std::vector<Miswirings> out(lags.size());
  std::vector<const FarEnd*> homes;
  for (const LagWiring& lag : lags) homes.push_back(home_of(lag));
  std::vector<std::size_t> split;
  for (std::size_t i = 0; i < lags.size(); ++i)
    if (is_split(lags[i], homes[i])) split.push_back(i);
  std::vector<bool> is_swapped(lags.size());
  for (const std::size_t a : split)
    for (const std::size_t b : split) {
      if (b <= a || is_swapped[a] || is_swapped[b]) continue;
      const auto swap = swap_between(lags, a, b, *homes[a]);
      if (!swap) continue;
      is_swapped[a] = is_swapped[b] = true;
      const std::string sentence = words_of(lags, *swap);
      out[a].push_back({.member = swap->a->member, .fault = WiringFault::swapped, .sentence = sentence});
      out[b].push_back({.member = swap->b->member, .fault = WiringFault::swapped, .sentence = sentence});
    }
  for (std::size_t i = 0; i < lags.size(); ++i)
    for (const FarEnd& end : lags[i].ends) Judge{lags[i], homes[i], now, out[i]}.judge(end, is_swapped[i]);
  return out;
}

}  // namespace lagoon::control
