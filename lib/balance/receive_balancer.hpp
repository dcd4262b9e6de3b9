// ReceiveBalancer: makes stations send to different members, by what ARP tells them (Linux's balance-alb). It
// keeps a table of clients, each with the member whose MAC address it was told, rewrites the ARP frames that
// the LAG's own host sends, and tells clients again when their member fails, or another is better.
//
// Frames of hosts for which the LAG only forwards are never changed, nor is anything of IPv6.
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::balance {

struct ReceiveMembers {
  std::uint32_t usable = 0;                       // bit set: may receive
  std::array<MacAddress, kMembersMax> address{};  // what each carries now
  std::array<std::uint32_t, kMembersMax> capacity{};
  std::optional<MemberIndex> active{};  // carries the LAG's address; requests go out here
  MacAddress lag{};
  friend constexpr bool operator==(const ReceiveMembers&, const ReceiveMembers&) noexcept = default;
};

struct Client {
  Ipv4Address host{};  // ours, that the client speaks with
  Ipv4Address client{};
  MacAddress mac{};  // of the client; zero: not known yet
  std::optional<std::uint16_t> vlan_tci{};
  MemberIndex member{};
};

struct ReceiveOutgoing {
  MemberIndex member{};
  wire::ControlFrame frame{};
};

class ReceiveBalancer {
 public:
  static constexpr std::size_t kClientsMax = 4096;

  explicit ReceiveBalancer(Instant now);
  ~ReceiveBalancer();
  ReceiveBalancer(ReceiveBalancer&&) noexcept;
  ReceiveBalancer& operator=(ReceiveBalancer&&) noexcept;

  /// Clients of members that are not usable any more, or whose address is another now, are told at once, and
  /// again a few times, since ARP gives no receipt. The others are left alone.
  void members_changed(const ReceiveMembers& members, Instant now);
  /// An ARP frame that a station behind the LAG sends, taken out of the data path. It leaves through
  /// transmit(): rewritten when it is of the LAG's own host, else as it is, on the active member.
  void frame_to_send(std::span<const std::byte> frame, Instant now);
  /// An ARP frame that a member received.
  void frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now);

  void expire(Instant now);
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  [[nodiscard]] std::optional<ReceiveOutgoing> transmit(Instant now);

  [[nodiscard]] std::vector<Client> clients() const;
  /// Clients that found no room and are told the LAG's address.
  [[nodiscard]] std::uint64_t clients_refused() const noexcept;
  /// Frames to send that found no room, or no member.
  [[nodiscard]] std::uint64_t frames_dropped() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lagoon::balance
