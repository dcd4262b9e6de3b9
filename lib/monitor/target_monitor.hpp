// TargetMonitor: finds members that lost the way to somewhere while their link says "up": by ARP requests and
// Neighbor Solicitations to targets (Linux's arp_interval, arp_ip_target, ns_ip6_target).
//
// Every member asks for itself, also one that is not active, from addresses that are only for this
// (probe_address), so the answer tells who asked, and no cache or bridge learns anything that matters. An
// answer proves that the asking member's way out works, wherever it comes in; what comes in on a member
// proves its way in. docs/monitoring.md says what follows from which proof.
//
// Sans-IO. Thread: one at a time; `now` never goes back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::monitor {

/// Linux's arp_validate: whose received frames count only as answers that were checked. filter: answers need
/// not be checked, but other traffic does not count.
enum class Validate : std::uint8_t { none, active, backup, all, filter, filter_active, filter_backup };
inline constexpr std::array<std::string_view, 7> kValidateNames{
    "none", "active", "backup", "all", "filter", "filter_active", "filter_backup"};
[[nodiscard]] constexpr std::string_view name_of(Validate v) noexcept {
  return kValidateNames[static_cast<std::size_t>(v)];
}

enum class TargetsNeeded : std::uint8_t { any, all };
inline constexpr std::array<std::string_view, 2> kTargetsNeededNames{"any", "all"};
[[nodiscard]] constexpr std::string_view name_of(TargetsNeeded t) noexcept {
  return kTargetsNeededNames[static_cast<std::size_t>(t)];
}

inline constexpr std::size_t kTargetsMax = 16;  // of each family

struct TargetOptions {
  Duration interval{};               // 0: off
  std::vector<HostAddress> targets;  // at most kTargetsMax of each family
  Validate validate = Validate::none;
  TargetsNeeded needed = TargetsNeeded::any;
  std::uint8_t missed_max = 2;  // intervals without proof until a member is down
  friend bool operator==(const TargetOptions&, const TargetOptions&) = default;
};

/// The last octet says which member asked, and which of its addresses it used: 8 for each of 32 members. The
/// first five are random and locally administered: one base for each LAG.
inline constexpr std::size_t kProbeAddresses = 8;
[[nodiscard]] constexpr MacAddress probe_address(const MacAddress& base, MemberIndex member,
                                                 std::size_t which) noexcept {
  MacAddress mac = base;
  mac.octets[5] = static_cast<std::uint8_t>(member.value() * kProbeAddresses + which);
  return mac;
}
[[nodiscard]] constexpr bool is_probe_address(const MacAddress& base, const MacAddress& mac) noexcept {
  for (std::size_t i = 0; i + 1 < mac.octets.size(); ++i)
    if (mac.octets[i] != base.octets[i]) return false;
  return true;
}

struct Probe {
  MemberIndex member{};
  wire::ControlFrame frame{};
};

enum class Why : std::uint8_t {
  none,
  no_answer,      // its own questions are not answered, while those of others are
  nothing_heard,  // nothing that counts has come in
};
[[nodiscard]] constexpr std::string_view name_of(Why why) noexcept {
  return std::array<std::string_view, 3>{"none", "no_answer", "nothing_heard"}[static_cast<std::size_t>(why)];
}

struct MemberHealth {
  bool alive = false;
  Why why = Why::none;
  Instant last_heard{};     // zero: never
  Instant last_answered{};  // zero: never
  std::uint64_t probes_sent = 0;
  std::uint64_t answers = 0;
};

class TargetMonitor {
 public:
  TargetMonitor(TargetOptions options, const MacAddress& probe_base, Instant now);
  ~TargetMonitor();
  TargetMonitor(TargetMonitor&&) noexcept;
  TargetMonitor& operator=(TargetMonitor&&) noexcept;

  [[nodiscard]] bool enabled() const noexcept;
  /// With its link down. Precondition: not there yet.
  void add_member(MemberIndex member, Instant now);
  void remove_member(MemberIndex member);
  /// The link itself (debounced). A member whose link comes up is dead until something proves it alive.
  void link_changed(MemberIndex member, bool up, Instant now);
  /// Which member is active; nothing: the mode has none, and all count as active.
  void set_active(std::optional<MemberIndex> active, Instant now);
  /// An ARP or Neighbor frame that a member received; others are ignored.
  void frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now);
  /// Frames of any kind that a member has received since it was added, also those that were dropped.
  void frames_counted(MemberIndex member, std::uint64_t frames, Instant now);

  void expire(Instant now);
  /// When expire() or transmit() is next due, or frames_counted() would matter.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  [[nodiscard]] std::optional<Probe> transmit(Instant now);

  /// Link up, and alive as the options define it. Without monitoring: the link.
  [[nodiscard]] bool alive(MemberIndex member) const;
  [[nodiscard]] MemberHealth health(MemberIndex member) const;
  [[nodiscard]] const TargetOptions& options() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lagoon::monitor
