// What devargs say about identity: which device, and which interface of the kernel it sits on.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"

namespace lagoon::config {

inline constexpr std::size_t kInterfaceNameMax = 15;  // IFNAMSIZ - 1
inline constexpr std::size_t kDeviceNameMax = 63;     // RTE_DEV_NAME_MAX_LEN - 1

/// "net_af_packet0,iface=eth0" -> "net_af_packet0".
[[nodiscard]] std::string_view device_of(std::string_view devargs) noexcept;
/// "net_af_packet0,iface=eth0" -> "eth0". A path (net_vhost's socket) is none.
[[nodiscard]] std::optional<std::string_view> interface_of(std::string_view devargs) noexcept;
/// Every interface of the kernel that the devargs name: iface=, and net_pcap's and net_tap's other keys for
/// one.
[[nodiscard]] std::vector<std::string_view> interfaces_of(std::string_view devargs);
[[nodiscard]] std::vector<std::string_view> interfaces_of(const PortSource& source);
/// Every device that is used by the one that the devargs are of: net_failsafe's dev(..), net_bonding's
/// members.
[[nodiscard]] std::vector<std::string> devices_within(std::string_view devargs);
/// One spelling for each device: "pci:3B:00.0" and "0000:3b:00.0" are the same, so are "vdev:x" and "x".
[[nodiscard]] std::string canonical_device(std::string_view devargs);
/// The name a member has unless it is given one.
[[nodiscard]] std::string default_name(const PortSource& source);
/// A tap of the kernel: `tap:`, or net_tap as a device.
[[nodiscard]] bool is_tap(const PortSource& source);
/// The device behind a `tap:` that is the n-th of all ports and members of a configuration, from 0.
[[nodiscard]] std::string tap_device(unsigned number);
/// The devices at both ends of a wire.
[[nodiscard]] std::vector<std::string> wire_devices(std::string_view wire);
/// The one sentence for what only one can have: a device or an interface. `by`: "port 'lan'", "LAG 'lag0'".
[[nodiscard]] std::string used_already(std::string_view what, std::string_view value, std::string_view by);

}  // namespace lagoon::config
