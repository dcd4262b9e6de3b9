// Device: what a port of the configuration is to DPDK: the name and devargs to probe it with, and the kernel
// interface under it, if there is one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/model.hpp"

namespace lagoon::dpdk {

enum class DeviceBus : std::uint8_t { pci, vdev, wire };

struct Device {
  DeviceBus bus = DeviceBus::vdev;
  std::string name;     // the ethdev's; for a wire, the wire's
  std::string devargs;  // what to probe; for PCI the whole -a argument
  // A driver over a kernel interface (net_af_packet, net_af_xdp, net_pcap) says "up" always: the interface's
  // carrier is the truth.
  std::optional<std::string> carrier_interface{};
  // net_af_packet: the kernel sees the frames as well, and packet sockets of our own take over from the
  // driver what it does badly (dpdk/port/packet_socket.hpp).
  bool is_af_packet = false;
  bool is_tap = false;
};

/// "DEVICE: CALL: why", for an error number of DPDK's, of either sign.
[[nodiscard]] std::string failure_in_words(const Device& device, const char* call, int error);

/// `tap_number` makes the names of tap devices differ.
[[nodiscard]] Device device_of(const config::PortSource& source, unsigned tap_number);

}  // namespace lagoon::dpdk
