// Announcer: tells the network where the LAG is after another member became active: gratuitous ARP,
// unsolicited Neighbor Advertisements, and reports for the groups that stations behind the LAG have joined.
//
// Sans-IO. It remembers groups from the reports that stations send. Thread: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::failover {

struct AnnounceOptions {
  std::uint8_t num_grat_arp = 1;  // announcements of each IPv4 address
  std::uint8_t num_unsol_na = 1;  // and of each IPv6 address
  Duration peer_notif_delay{};    // between them; 0: as fast as the link is polled (Linux: each miimon)
  std::uint8_t resend_igmp = 1;   // reports of each group, 200 ms apart
  friend constexpr bool operator==(const AnnounceOptions&, const AnnounceOptions&) noexcept = default;
};

class Announcer {
 public:
  static constexpr Duration kIgmpGap = 200ms;
  /// Between announcements where peer_notif_delay is 0.
  static constexpr Duration kFastGap = 100ms;
  static constexpr std::size_t kGroupsMax = 256;
  /// When all places are taken, a group that was not reported for so long gives way to a new one: no station
  /// has answered a querier for it (RFC 2236 8.4, Group Membership Interval).
  static constexpr Duration kGroupAge = 260s;

  /// The LAG's own addresses: those of the kernel's interface behind it, or set by the operator. Others than
  /// before: a round that is under way starts anew.
  void set_hosts(std::span<const HostAddress> hosts);
  /// A frame that a station behind the LAG sends; reports and leaves are taken note of, others ignored.
  void note_membership(std::span<const std::byte> frame, Instant now);
  /// Another member became active: starts anew.
  void announce(const AnnounceOptions& options, Instant now);
  /// Drops what is still to be sent (no member is active).
  void cancel() noexcept;

  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// The next frame that is due, to be sent on the active member. `lag`: the LAG's address of the moment.
  /// Where no address is known, a learning frame stands for the ARP announcement, so that bridges learn.
  [[nodiscard]] std::optional<wire::ControlFrame> transmit(const MacAddress& lag, Instant now);

  [[nodiscard]] std::size_t groups() const noexcept { return groups_.size(); }
  [[nodiscard]] std::uint64_t groups_refused() const noexcept { return groups_refused_; }

 private:
  struct Group {
    MacAddress source{};
    IpAddress sender{};
    IpAddress group{};
    std::optional<std::uint16_t> vlan_tci{};
    Instant reported{};
  };
  void learn(const Group& group);
  void forget(std::vector<Group>::iterator group);
  [[nodiscard]] unsigned rounds_of(const HostAddress& host) const noexcept;
  [[nodiscard]] unsigned rounds() const noexcept;
  [[nodiscard]] std::optional<wire::ControlFrame> next_announcement(const MacAddress& lag, Instant now);
  [[nodiscard]] std::optional<wire::ControlFrame> next_report(Instant now);

  std::vector<HostAddress> hosts_;
  std::vector<Group> groups_;
  std::uint64_t groups_refused_ = 0;
  // What is under way: rounds that are complete, and how far the present one is.
  AnnounceOptions options_{};
  std::optional<Instant> next_announcement_{};
  std::optional<Instant> next_reports_{};
  unsigned rounds_done_ = 0;
  unsigned reports_done_ = 0;
  std::size_t at_host_ = 0;
  std::size_t at_group_ = 0;
};

}  // namespace lagoon::failover
