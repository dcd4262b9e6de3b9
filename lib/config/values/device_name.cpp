#include "config/values/device_name.hpp"

#include <algorithm>

namespace lagoon::config {

std::string_view device_of(std::string_view devargs) noexcept {
  return devargs.substr(0, devargs.find(','));
}

std::optional<std::string_view> interface_of(std::string_view devargs) noexcept {
  constexpr std::string_view kKey = ",iface=";
  const std::size_t at = devargs.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  return device_of(devargs.substr(at + kKey.size()));
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

std::string default_name(const PortSource& source) {
  struct Names {
    std::string operator()(const DevicePort& port) const { return std::string{device_of(port.devargs)}; }
    std::string operator()(const TapPort& port) const { return port.interface; }
    std::string operator()(const WirePort& port) const { return port.wire; }
  };
  return std::visit(Names{}, source);
}

}  // namespace lagoon::config
