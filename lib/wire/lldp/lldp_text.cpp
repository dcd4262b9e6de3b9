// What an LLDPDU's identities look like to people.
#include <algorithm>

#include "base/ip_address.hpp"
#include "wire/lldp/lldpdu.hpp"

namespace lagoon::wire {

namespace {

template <typename Address>
[[nodiscard]] Address address_of(std::span<const std::byte> octets) {
  Address address;
  std::transform(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(address.octets.size()),
                 address.octets.begin(),
                 [](std::byte octet) { return std::to_integer<std::uint8_t>(octet); });
  return address;
}

// IANA's number of the family, and the address; nothing: of another family, or of another length.
[[nodiscard]] std::optional<std::string> network_address(std::span<const std::byte> value) {
  constexpr std::byte kIpv4{1}, kIpv6{2};
  if (value.size() == 5 && value[0] == kIpv4) return to_string(address_of<Ipv4Address>(value.subspan(1)));
  if (value.size() == 17 && value[0] == kIpv6) return to_string(address_of<Ipv6Address>(value.subspan(1)));
  return std::nullopt;
}

[[nodiscard]] std::string text_of_id(const LldpId& id, std::uint8_t mac_address, std::uint8_t of_network) {
  const std::span<const std::byte> value{id.value.begin(), id.value.end()};
  if (id.subtype == mac_address && value.size() == 6) return to_string(address_of<MacAddress>(value));
  if (id.subtype == of_network)
    if (const auto address = network_address(value)) return *address;
  return text_of(id.value);
}

}  // namespace

std::string text_of_chassis(const LldpId& id) {
  return text_of_id(id, kChassisMacAddress, kChassisNetworkAddress);
}

std::string text_of_port(const LldpId& id) {
  return text_of_id(id, kPortMacAddress, kPortNetworkAddress);
}

std::string text_of_address(const LldpManagementAddress& address) {
  FixedVector<std::byte, 32> value;
  value.push_back(static_cast<std::byte>(address.family));
  for (const std::byte octet : address.address) value.push_back(octet);
  return network_address({value.begin(), value.end()}).value_or("");
}

// (what comes from the network goes to terminals and files: no control characters, and nothing that isn't
// ASCII)
std::string text_of(const LldpValue& value) {
  std::string text;
  for (const std::byte octet : value) {
    const auto character = std::to_integer<unsigned char>(octet);
    text += character >= ' ' && character < 0x7f ? static_cast<char>(character) : '?';
  }
  return text;
}

LldpValue lldp_value(std::string_view text) noexcept {
  LldpValue value;
  for (const char character : text.substr(0, kLldpValueMax))
    value.push_back(static_cast<std::byte>(character));
  return value;
}

}  // namespace lagoon::wire
