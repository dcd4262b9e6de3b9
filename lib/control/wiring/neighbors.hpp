// Neighbors: LLDP on the members of one LAG, an agent for each (lldp/agent.hpp). LLDP goes on the member
// itself, whether or not the LAG uses it.
//
// What changes for it is taken down by follow(), which costs nothing, and acted on by transmit(): a failover
// does not wait for it. Bounded by member: each has its own budgets for what it is told and what it tells.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/member_set.hpp"
#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "lldp/agent.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::control {

/// Who we are to neighbours.
struct SystemIdentity {
  std::string name{};         // of the host
  std::string description{};  // "Lagoon 1.0"
  std::uint16_t capabilities = wire::kLldpStation;
};

struct LldpFrame {
  MemberIndex member{};
  wire::ControlFrame frame{};
};

struct NeighborEvent {
  MemberIndex member{};
  lldp::Change change{};
  std::string words{};  // who it is
};

class Neighbors {
 public:
  /// `system`: the Chassis ID. Without an identity nothing is told.
  Neighbors(const lldp::Options& options, std::optional<SystemIdentity> identity, std::string_view lag,
            const MacAddress& system);

  void add(MemberIndex member, std::string_view name, const MacAddress& source, Instant now);
  /// Its frames come from another address from now on.
  void readdress(MemberIndex member, const MacAddress& source) noexcept {
    if (ports_[member.value()] != nullptr) ports_[member.value()]->source = source;
  }
  void remove(MemberIndex member) { ports_[member.value()].reset(); }
  void set_options(const lldp::Options& options, Instant now);
  /// Of the kernel's interface behind the LAG, or where it has none those that are announced: the first one
  /// is told.
  void set_hosts(std::span<const HostAddress> hosts) noexcept { manage(host_, hosts); }
  void set_announced(std::span<const HostAddress> hosts) noexcept { manage(announced_, hosts); }
  void set_frame_size(std::optional<std::uint16_t> octets) noexcept;
  void set_aggregate(std::uint32_t number) noexcept { aggregate_ = number; }
  void set_bfd(bool wanted) noexcept {
    tells_anew_ |= wanted != bfd_;
    bfd_ = wanted;
  }
  /// Members whose links are up, and those that are aggregated.
  void follow(MemberSet up, MemberSet aggregated) noexcept {
    wanted_up_ = up;
    wanted_aggregated_ = aggregated;
  }

  [[nodiscard]] static bool is_one(std::span<const std::byte> frame) noexcept;
  /// Precondition: is_one(frame).
  void receive(MemberIndex member, std::span<const std::byte> frame, Instant now);
  /// Once for each frame that is due.
  [[nodiscard]] std::optional<LldpFrame> transmit(Instant now);
  void expire(Instant now);
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// With it neighbours forget the member at once; nothing: none knows it.
  [[nodiscard]] std::optional<wire::ControlFrame> farewell(MemberIndex member) noexcept;
  /// What has happened, the oldest first; ask until there is none.
  [[nodiscard]] std::optional<NeighborEvent> take_event() { return events_.pop(); }

  /// Null: there is no such member.
  [[nodiscard]] const lldp::Agent* agent(MemberIndex member) const noexcept {
    return ports_[member.value()] != nullptr ? &ports_[member.value()]->agent : nullptr;
  }
  [[nodiscard]] bool any() const noexcept;

 private:
  struct Port {
    std::string name{};
    MacAddress source{};
    lldp::Agent agent;
    bool left = false;  // it has said farewell
  };
  static constexpr std::size_t kEventsMax = 64;
  void manage(std::optional<wire::LldpManagementAddress>& which, std::span<const HostAddress> hosts) noexcept;
  void act(Instant now);
  void tell(MemberIndex member, Port& port, Instant now) const;
  void note(MemberIndex member, const lldp::Event& event);
  void note(MemberIndex member, const lldp::Events& events);

  lldp::Options options_;
  std::optional<SystemIdentity> identity_;
  std::string lag_;
  MacAddress system_;
  std::optional<wire::LldpManagementAddress> host_{};
  std::optional<wire::LldpManagementAddress> announced_{};
  std::optional<std::uint16_t> frame_size_{};
  std::uint32_t aggregate_ = 1;
  bool bfd_ = false;
  bool tells_anew_ = false;  // something that all members tell is new
  MemberSet wanted_up_ = 0;
  MemberSet wanted_aggregated_ = 0;
  MemberSet up_ = 0;
  MemberSet aggregated_ = 0;
  std::array<std::unique_ptr<Port>, kMembersMax> ports_{};
  RingQueue<NeighborEvent, kEventsMax> events_{};
};

}  // namespace lagoon::control
