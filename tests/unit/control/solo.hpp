// One Lag alone in virtual time, with a note of everything that it sends and publishes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "control/lag/lag.hpp"
#include "pair.hpp"
#include "support/catch.hpp"
#include "wire/arp.hpp"

namespace lagoon::control::test {

struct Sent {
  Instant at{};
  MemberIndex member{};
  wire::ControlFrame frame{};
};

class Solo {
 public:
  explicit Solo(Mode mode, std::size_t members, std::function<void(LagSettings&)> change = {}) {
    LagSettings s = settings_of("lag0", 1, members);
    s.options.mode = mode;
    if (change) change(s);
    lag = std::make_unique<Lag>(std::move(s), now);
    collect();
  }

  void link(std::size_t member, bool up, BitsPerSecond speed = mbps(10'000)) {
    lag->link_changed(test::at(member), {.up = up, .speed = up ? speed : BitsPerSecond{}}, now);
    collect();
  }
  void all_links(bool up) {
    for_each(lag->members(), [&](MemberIndex m) { link(m.value(), up); });
  }
  /// Lets time pass from deadline to deadline.
  void advance(Duration by) {
    const Instant until = now + by;
    for (auto due = lag->deadline(); due && *due <= until; due = lag->deadline()) {
      REQUIRE(*due >= last_due_);
      now = std::max(now, *due);
      if (lag->measurement_due(now)) lag->measured(counts, now);
      lag->expire(now);
      collect();
    }
    now = until;
    collect();
  }
  void hears(std::size_t member, const wire::ControlFrame& frame) {
    lag->frame_received(test::at(member), frame, now);
    collect();
  }
  [[nodiscard]] std::size_t arps_since(Instant since) const {
    std::size_t count = 0;
    for (const Sent& s : sent)
      if (s.at >= since && wire::parse_arp(s.frame)) ++count;
    return count;
  }
  /// Journal entries of that kind, as "member: from -> to (why)".
  [[nodiscard]] std::vector<std::string> journal(std::string_view kind) const {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < lag->journal().size(); ++i) {
      const JournalEntry& e = lag->journal()[i];
      if (e.kind == kind)
        lines.push_back((e.of_lag ? std::string{"lag"} : e.member_name) + ": " + std::string{e.from} +
                        " -> " + std::string{e.to} + (e.why.empty() ? "" : " (" + std::string{e.why} + ")"));
    }
    return lines;
  }

  /// Answers probes: called for every frame that is sent.
  std::function<void(const Sent&)> on_sent{};
  Instant now{1s};
  Measurement counts{};
  std::unique_ptr<Lag> lag;
  std::unique_ptr<const table::PortTable> table;
  std::vector<Sent> sent;

 private:
  void collect() {
    if (auto made = lag->take_table(now)) table = std::move(made);
    while (const auto frame = lag->transmit(now)) {
      sent.push_back({.at = now, .member = frame->member, .frame = frame->frame});
      if (on_sent) on_sent(Sent{sent.back()});
    }
    if (auto made = lag->take_table(now)) table = std::move(made);
  }
  Instant last_due_{};
};

}  // namespace lagoon::control::test
