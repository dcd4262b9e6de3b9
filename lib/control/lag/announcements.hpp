// Announcements: the LAG's addresses, and how the network is told where they are: after another member became
// active, and in learning frames where each member has an address of its own.
//
// Sans-IO. Frames leave through the Outbox (learning) and transmit() (announcements). Thread: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/member_set.hpp"
#include "base/time.hpp"
#include "control/lag/outbox.hpp"
#include "control/lag/roster.hpp"
#include "failover/address_assignment.hpp"
#include "failover/announcer.hpp"
#include "options/lag_options.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::control {

class Announcements {
 public:
  /// `options` and `outbox` outlive it. `address`: of the LAG, until another is set.
  Announcements(const LagOptions& options, Outbox& outbox, const MacAddress& address, Instant now);

  /// To be called when the options are other ones.
  void options_changed(Instant now);
  /// True when this is news.
  [[nodiscard]] bool set_address(const MacAddress& address) noexcept;
  /// The addresses of the kernel's interface behind the LAG. True when this is news.
  [[nodiscard]] bool set_hosts(std::span<const HostAddress> hosts);
  /// Who carries which address, with that active member. While there is none, the last one stands for it.
  void assign(const Roster& roster, std::optional<MemberIndex> active);
  /// The index is free for another member.
  void forget(MemberIndex member) noexcept;
  /// What the LAG and each member's port are to carry.
  [[nodiscard]] const failover::AddressAssignment& addresses() const noexcept { return assigned_; }

  /// Tells the network where the LAG's address is now. No active member: stops.
  void announce(std::optional<MemberIndex> active, MemberSet distributing, Instant now);
  /// Sends the learning frames that are due.
  void expire(MemberSet distributing, Instant now);
  /// A frame that a station behind the LAG sends: takes note of the groups that it joins.
  void frame_to_send(std::span<const std::byte> frame, Instant now) {
    announcer_.note_membership(frame, now);
  }
  /// Groups of stations behind the LAG that found no room.
  [[nodiscard]] std::uint64_t groups_refused() const noexcept { return announcer_.groups_refused(); }
  /// Nothing is announced any more.
  void shut_down() noexcept;
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// The next frame to send on the active member; ask until there is none.
  [[nodiscard]] std::optional<wire::ControlFrame> transmit(Instant now);

 private:
  [[nodiscard]] bool learns() const noexcept;
  [[nodiscard]] failover::FailOverMac rule() const noexcept;
  void tell_hosts();
  void send_learning_frames(MemberSet distributing, Instant now);

  const LagOptions* options_;
  Outbox* outbox_;
  MacAddress address_;  // what was set, or the first member's own
  failover::AddressAssignment assigned_{};
  std::optional<MemberIndex> last_active_{};
  failover::Announcer announcer_{};
  std::vector<HostAddress> hosts_;  // of the kernel's interface
  Instant next_learning_;
  bool closing_ = false;
};

}  // namespace lagoon::control
