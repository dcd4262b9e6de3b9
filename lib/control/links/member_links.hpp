// MemberLinks: for each member of a LAG, what its port says of the link, and what is believed of it after
// updelay and downdelay, flap damping and the target monitor.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/member_set.hpp"
#include "base/time.hpp"
#include "control/links/interface_news.hpp"
#include "failover/damping.hpp"
#include "failover/debounce.hpp"
#include "monitor/target_monitor.hpp"
#include "options/lag_options.hpp"

namespace lagoon::control {

class MemberLinks {
 public:
  MemberLinks(const LagOptions& options, const MacAddress& probe_base, Instant now);

  /// With its link down. Precondition: not there.
  void add(MemberIndex member, Instant now);
  void remove(MemberIndex member, Instant now);
  void set_options(const LagOptions& options, Instant now);

  /// What the port says. A speed of 0 keeps the last one known: ports that are down often forget theirs.
  /// True when it is news.
  bool port_changed(MemberIndex member, LinkState link, Instant now);
  /// Its link is down at once, and stays so until the interface is found again.
  void lose(MemberIndex member, Absence absence, Instant now);
  void find_again(MemberIndex member) noexcept { at(member).absence = {}; }
  /// The link as another process knew it: no delay runs for it.
  void resume(MemberIndex member, const LinkState& link, Instant now);
  /// Whether the target monitor is to judge the member: under LACP only while LACP uses it, for before that
  /// the Partner takes no questions. At first: it is.
  void watch(MemberIndex member, bool watched, Instant now);
  void set_active(std::optional<MemberIndex> active, Instant now);
  void frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now);
  /// Frames that each member has heard since the start. Does nothing before count_deadline().
  void frames_counted(const std::array<std::uint64_t, kMembersMax>& frames, Instant now);
  /// Nobody listened until now: members that were alive are until a proof has had time to come. Once, until
  /// there is one.
  void excuse_silence(Instant now);
  void expire(Instant now);
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// When frames_counted() is next wanted; nothing: never.
  [[nodiscard]] std::optional<Instant> count_deadline() const noexcept;
  [[nodiscard]] std::optional<monitor::Probe> transmit(Instant now);

  /// As the ports say.
  [[nodiscard]] MemberSet ports_up() const noexcept;
  /// As the port says, with the last speed known.
  [[nodiscard]] const LinkState& port(MemberIndex member) const noexcept { return at(member).link; }
  [[nodiscard]] const Absence& absence(MemberIndex member) const noexcept { return at(member).absence; }
  [[nodiscard]] failover::DebouncedLink debounced(MemberIndex member) const noexcept {
    return at(member).debounce.state();
  }
  /// The link, after delays and damping.
  [[nodiscard]] bool up(MemberIndex member) const noexcept { return at(member).damping.up(); }
  /// Up, and alive for the target monitor where that judges it.
  [[nodiscard]] bool works(MemberIndex member) const;
  [[nodiscard]] std::optional<Instant> held_until(MemberIndex member) const noexcept {
    return at(member).damping.held_until();
  }
  [[nodiscard]] std::uint64_t holds(MemberIndex member) const noexcept { return at(member).damping.holds(); }
  [[nodiscard]] std::optional<monitor::MemberHealth> health(MemberIndex member) const;
  [[nodiscard]] bool monitors_targets() const noexcept { return monitor_.enabled(); }

 private:
  struct Link {
    bool exists = false;
    bool watched = true;
    LinkState link{};
    Absence absence{};
    failover::Debounce debounce{};
    failover::Damping damping{};
    // Alive when the monitor's options changed, or control was away: until the monitor has a proof, or had
    // time for one.
    std::optional<Instant> trusted_until{};
  };
  [[nodiscard]] Link& at(MemberIndex member) noexcept { return links_[member.value()]; }
  [[nodiscard]] const Link& at(MemberIndex member) const noexcept { return links_[member.value()]; }
  [[nodiscard]] bool another_is_up(const Link& than) const noexcept;
  void settle(Instant now);

  failover::DebounceOptions debounce_;
  failover::DampingOptions damping_;
  MacAddress probe_base_;
  std::optional<MemberIndex> active_{};
  std::array<Link, kMembersMax> links_{};
  monitor::TargetMonitor monitor_;
  Instant next_count_;
};

}  // namespace lagoon::control
