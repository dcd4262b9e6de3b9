// Two Lags with links between them, in virtual time: frames go straight from one to the other.
#pragma once

#include <array>
#include <string>

#include "control/lag/lag.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::control::test {

[[nodiscard]] inline MemberIndex at(std::size_t member) {
  return MemberIndex{static_cast<std::uint8_t>(member)};
}

[[nodiscard]] inline LagSettings settings_of(const std::string& name, std::uint8_t number,
                                             std::size_t members) {
  LagSettings s;
  s.name = name;
  s.address = MacAddress{{2, 0, 0, 0, 0, number}};
  s.probe_base = MacAddress{{6, 7, 8, 9, number, 0}};
  s.options.fast.hash.seed = 7;
  for (std::size_t i = 0; i < members; ++i)
    s.members.push_back({.name = "m" + std::to_string(i),
                         .address = MacAddress{{2, 0, 0, 0, number, static_cast<std::uint8_t>(i)}},
                         .lacp = {},
                         .speed = {}});
  return s;
}

class Pair {
 public:
  explicit Pair(std::size_t members, void (*change)(LagSettings&) = [](LagSettings&) {}) : members_{members} {
    for (std::uint8_t end = 0; end < 2; ++end) {
      LagSettings s = settings_of(end == 0 ? "near" : "far", static_cast<std::uint8_t>(end + 1), members);
      change(s);
      ends.push_back(std::make_unique<Lag>(std::move(s), now));
    }
  }

  void link(std::size_t member, bool up, BitsPerSecond speed = mbps(10'000)) {
    for (auto& end : ends)
      end->link_changed(at(member), {.up = up, .speed = up ? speed : BitsPerSecond{}}, now);
    exchange();
  }
  void all_links(bool up) {
    for (std::size_t i = 0; i < members_; ++i) link(i, up);
  }
  /// Lets time pass from deadline to deadline.
  void advance(Duration by) {
    const Instant until = now + by;
    for (;;) {
      std::optional<Instant> next;
      for (auto& end : ends)
        if (const auto due = end->deadline(); due && (!next || *due < *next)) next = due;
      if (!next || *next > until) break;
      now = std::max(now, *next);
      for (auto& end : ends) {
        if (end->measurement_due(now)) end->measured(counts, now);
        end->expire(now);
      }
      exchange();
    }
    now = until;
    exchange();
  }
  /// Carries frames and takes tables until nothing moves.
  void exchange() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t e = 0; e < 2; ++e) {
        if (auto table = ends[e]->take_table(now)) {
          tables[e] = std::move(table);
          ++publications[e];
        }
        while (const auto frame = ends[e]->transmit(now)) {
          moved = true;
          constexpr std::size_t kSubtypeAt = 14;
          if (loses_markers &&
              frame->frame.octets()[kSubtypeAt] == static_cast<std::byte>(wire::SlowSubtype::marker))
            continue;
          if (contains(unheard[e], frame->member)) continue;
          ends[1 - e]->frame_received(frame->member, frame->frame, now);
        }
      }
    }
  }

  bool loses_markers = false;
  std::array<MemberSet, 2> unheard{};  // members on which nothing arrives of what that end sends
  Instant now{1s};
  Measurement counts{};  // of both ends
  std::vector<std::unique_ptr<Lag>> ends;
  std::array<std::unique_ptr<const table::PortTable>, 2> tables;
  std::array<unsigned, 2> publications{};

 private:
  std::size_t members_;
};

}  // namespace lagoon::control::test
