#include "dpdk/port/device.hpp"

#include <rte_errno.h>

#include <string_view>

#include "config/values/device_name.hpp"

namespace lagoon::dpdk {

namespace {

// 0000:3b:00.0 or 3b:00.0
bool is_pci_address(std::string_view name) {
  return name.find(':') != std::string_view::npos && name.find('.') != std::string_view::npos &&
         name.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

// Drivers that sit on an interface of the kernel and report a link that is up whatever becomes of it.
bool hides_carrier(std::string_view device) {
  for (const std::string_view driver :
       {"net_af_packet", "eth_af_packet", "net_af_xdp", "net_pcap", "eth_pcap"})
    if (device.starts_with(driver)) return true;
  return false;
}

Device of(const config::DevicePort& port) {
  Device d;
  // (as DPDK calls it, whatever its spelling: its locks and its carrier are looked for by name)
  d.name = config::canonical_device(port.devargs);
  d.devargs = port.devargs;
  d.bus = is_pci_address(d.name) ? DeviceBus::pci : DeviceBus::vdev;
  if (hides_carrier(d.name))
    if (const auto interface = config::interface_of(port.devargs)) d.carrier_interface = *interface;
  d.is_af_packet = d.carrier_interface && d.name.find("af_packet") != std::string::npos;
  d.is_tap = d.name.starts_with("net_tap");
  return d;
}

}  // namespace

Device device_of(const config::PortSource& source, unsigned tap_number) {
  if (const auto* device = std::get_if<config::DevicePort>(&source)) return of(*device);
  if (const auto* tap = std::get_if<config::TapPort>(&source)) {
    const std::string name = config::tap_device(tap_number);
    return {.name = name, .devargs = name + ",iface=" + tap->interface, .is_tap = true};
  }
  const std::string& wire = std::get<config::WirePort>(source).wire;
  return {.bus = DeviceBus::wire, .name = wire, .devargs = wire};
}

std::string failure_in_words(const Device& device, const char* call, int error) {
  return device.name + ": " + call + ": " + rte_strerror(error < 0 ? -error : error);
}

}  // namespace lagoon::dpdk
