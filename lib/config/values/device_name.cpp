#include "config/values/device_name.hpp"

#include <algorithm>
#include <array>

#include "config/text/suggest.hpp"

namespace lagoon::config {

namespace {

// Far from the numbers that a person would choose for devices of the same driver.
constexpr unsigned kFirstTapDevice = 1000;
constexpr std::array<std::string_view, 2> kMemberKeys{"slave", "member"};
constexpr std::array<std::string_view, 5> kInterfaceKeys{"iface", "rx_iface", "rx_iface_in", "tx_iface",
                                                         "remote"};

// net_vhost's `iface` is the path of a socket, be it relative. (No interface of the kernel has a '/' in its
// name.)
bool is_path(std::string_view devargs, std::string_view value) {
  return value.contains('/') || device_of(devargs).contains("net_vhost");
}

}  // namespace

std::string_view device_of(std::string_view devargs) noexcept {
  return devargs.substr(0, devargs.find(','));
}

std::optional<std::string_view> interface_of(std::string_view devargs) noexcept {
  constexpr std::string_view kKey = ",iface=";
  const std::size_t at = devargs.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view name = device_of(devargs.substr(at + kKey.size()));
  return is_path(devargs, name) ? std::nullopt : std::optional{name};
}

std::vector<std::string_view> interfaces_of(std::string_view devargs) {
  std::vector<std::string_view> interfaces;
  const std::string_view whole = devargs;
  // (net_failsafe has whole devices in parentheses)
  while (!devargs.empty()) {
    const std::string_view argument = devargs.substr(0, devargs.find_first_of(",()"));
    devargs.remove_prefix(std::min(argument.size() + 1, devargs.size()));
    const std::size_t equals = argument.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view value = argument.substr(equals + 1);
    const bool names_one =
        std::ranges::find(kInterfaceKeys, argument.substr(0, equals)) != kInterfaceKeys.end();
    if (names_one && !is_path(whole, value) && std::ranges::find(interfaces, value) == interfaces.end())
      interfaces.push_back(value);
  }
  return interfaces;
}

std::vector<std::string_view> interfaces_of(const PortSource& source) {
  if (const auto* const tap = std::get_if<TapPort>(&source)) return {tap->interface};
  if (const auto* const device = std::get_if<DevicePort>(&source)) return interfaces_of(device->devargs);
  return {};
}

std::vector<std::string> devices_within(std::string_view devargs) {
  std::vector<std::string> devices;
  const auto add = [&](std::string_view said) {
    const std::string device = canonical_device(said.substr(0, said.find_first_of(",()")));
    if (!device.empty() && std::ranges::find(devices, device) == devices.end()) devices.push_back(device);
  };
  for (std::size_t at = devargs.find(','); at != std::string_view::npos;
       at = devargs.find_first_of(",(", at)) {
    const std::string_view argument = devargs.substr(++at);
    if (argument.starts_with("dev(")) add(argument.substr(4));
    for (const std::string_view key : kMemberKeys)
      if (argument.starts_with(key) && argument.substr(key.size()).starts_with('='))
        add(argument.substr(key.size() + 1));
  }
  return devices;
}

std::string canonical_device(std::string_view devargs) {
  std::string_view device = device_of(devargs);
  if (device.starts_with("vdev:")) return std::string{device.substr(5)};
  if (device.starts_with("pci:")) device.remove_prefix(4);
  if (device.find(':') == std::string_view::npos) return std::string{device};
  std::string name{device};
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::ranges::count(name, ':') == 1 ? "0000:" + name : name;
}

bool is_tap(const PortSource& source) {
  if (std::holds_alternative<TapPort>(source)) return true;
  const auto* const device = std::get_if<DevicePort>(&source);
  return device != nullptr && canonical_device(device->devargs).starts_with("net_tap");
}

std::string default_name(const PortSource& source) {
  struct Names {
    std::string operator()(const DevicePort& port) const { return std::string{device_of(port.devargs)}; }
    std::string operator()(const TapPort& port) const { return port.interface; }
    std::string operator()(const WirePort& port) const { return port.wire; }
  };
  return std::visit(Names{}, source);
}

std::string tap_device(unsigned number) {
  return "net_tap" + std::to_string(kFirstTapDevice + number);
}

std::vector<std::string> wire_devices(std::string_view wire) {
  const std::string start = "net_ring_" + std::string{wire};
  return {start + "_a", start + "_b"};
}

std::string used_already(std::string_view what, std::string_view value, std::string_view by) {
  return std::string{what} + " " + in_quotes(value) + " is used already by " + std::string{by} +
         "; expected another";
}

}  // namespace lagoon::config
