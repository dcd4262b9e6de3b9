#include "config/plan/capabilities.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

#include "config/values/device_name.hpp"

namespace lagoon::config {

namespace {

using enum Capability;

// Drivers over interfaces of the kernel, whether they find them or make them.
constexpr std::array<std::string_view, 7> kKernelDrivers{"net_af_packet",  "eth_af_packet",   "net_tap",
                                                         "net_tun",        "net_virtio_user", "virtio_user",
                                                         "net_vdev_netvsc"};
constexpr std::initializer_list<Capability> kOfKernel{net_admin, net_raw};
// (libxdp asks the kernel for its program by number, which takes CAP_SYS_ADMIN)
constexpr std::initializer_list<Capability> kOfXdp{net_admin, net_raw, ipc_lock, bpf, perfmon, sys_admin};
// (a PCI device that its kernel driver keeps, as Mellanox's do)
constexpr std::initializer_list<Capability> kOfShared{net_admin, net_raw, ipc_lock};
constexpr std::initializer_list<Capability> kOfVfio{ipc_lock};
// (their addresses are physical ones)
constexpr std::initializer_list<Capability> kOfUio{ipc_lock, sys_rawio, sys_admin};

bool is_pci_address(std::string_view device) {
  return std::ranges::count(device, ':') == 2 && device.find('.') != std::string_view::npos &&
         device.find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
}

class Needs {
 public:
  explicit Needs(const AskPci& ask) : ask_{ask} {}

  void add(std::initializer_list<Capability> capabilities) { all_.insert(capabilities); }
  void add_source(const PortSource& source) {
    if (std::holds_alternative<TapPort>(source)) add(kOfKernel);
    if (const auto* const device = std::get_if<DevicePort>(&source)) add_device(device->devargs);
  }
  void add_device(std::string_view devargs) {
    const bool names_interface = !interfaces_of(devargs).empty();
    add_one(canonical_device(devargs), names_interface);
    for (const std::string& part : devices_within(devargs)) add_one(part, names_interface);
  }
  // What an argument of EAL says of devices: "--vdev=net_tap0,iface=x", "-a0000:3b:00.0", or such a value
  // alone.
  void add_argument(std::string_view argument) {
    if (argument.starts_with("--")) {
      const std::size_t equals = argument.find('=');
      if (equals == std::string_view::npos) return;
      argument.remove_prefix(equals + 1);
    } else if (argument.starts_with("-a")) {
      argument.remove_prefix(2);
    }
    if (!argument.empty() && argument.front() != '-') add_device(argument);
  }
  [[nodiscard]] std::vector<Capability> all() const { return {all_.begin(), all_.end()}; }

 private:
  void add_one(const std::string& device, bool names_interface) {
    if (is_pci_address(device)) return add_pci(device);
    const auto is_of = [&](std::string_view driver) { return device.starts_with(driver); };
    if (std::ranges::any_of(kKernelDrivers, is_of)) add(kOfKernel);
    if (is_of("net_af_xdp")) add(kOfXdp);
    // (files, unless there is an interface)
    if (names_interface && (is_of("net_pcap") || is_of("eth_pcap"))) add(kOfKernel);
  }
  void add_pci(const std::string& address) {
    const PciBinding binding = ask_(address);
    if (binding.driver.find("uio") != std::string::npos || binding.driver.empty() || !binding.translated)
      add(kOfUio);
    else
      add(binding.driver == "vfio-pci" ? kOfVfio : kOfShared);
  }

  const AskPci& ask_;
  std::set<Capability> all_;
};

}  // namespace

std::string in_words(const std::vector<Capability>& capabilities) {
  std::string words;
  for (const Capability capability : capabilities)
    words.append(words.empty() ? "" : ", ").append(name_of(capability));
  return words.empty() ? "none" : words;
}

std::vector<Capability> capabilities_of(const Config& config, const AskPci& ask) {
  Needs needs{ask};
  for (const Port& port : config.ports) needs.add_source(port.source);
  for (const Lag& lag : config.lags)
    for (const Member& member : lag.members) needs.add_source(member.source);
  for (const std::string& argument : config.eal.extra) needs.add_argument(argument);
  for (const Capability capability : config.keep_capabilities) needs.add({capability});
  return needs.all();
}

}  // namespace lagoon::config
