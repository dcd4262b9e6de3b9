#include "config/values/observability_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <variant>

namespace lagoon::config {
namespace {

using Kind = YamlNode::Kind;

std::optional<IpAddress> bracketed(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  const auto address = parse_ipv6_address(text.substr(1, text.size() - 2));
  if (!address) return std::nullopt;
  return IpAddress{*address};
}

std::array<std::string_view, kCapabilities.size()> capability_names() {
  std::array<std::string_view, kCapabilities.size()> names{};
  std::ranges::transform(kCapabilities, names.begin(), [](const auto& row) { return row.first; });
  return names;
}

}  // namespace

Parsed<ListenAddress> ListenOn::operator()(const YamlNode& node) const {
  // (a plain [::1]:9478 is the beginning of a list to YAML)
  if (node.kind == Kind::list) return no("put an IPv6 address in quotes");
  if (node.kind != Kind::scalar) return no();
  const std::string_view text = node.text;
  const std::size_t colon = text.rfind(':');
  const std::string_view before = text.substr(0, colon);
  if (parse_ip_address(text)) return no("the port is missing");
  if (colon == std::string_view::npos) return no("the address or the port is missing");
  std::optional<IpAddress> address = bracketed(before);
  if (const auto v4 = parse_ipv4_address(before)) address = *v4;
  if (!address) return no(before.empty() ? "the address is missing" : "a number, not a name");
  const std::string_view number = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), port);
  if (error != std::errc{} || end != number.data() + number.size() || port == 0)
    return no("a port is a number from 1 to 65535");
  return ListenAddress{.address = *address, .port = port};
}

Parsed<JournalSink> JournalTo::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar || node.text.empty()) return no();
  if (node.text == "syslog") return JournalSink{SystemLog{}};
  if (node.text == "off") return JournalSink{};
  if (!node.text.starts_with('/')) return no(meant(node, std::array<std::string_view, 2>{"syslog", "off"}));
  if (node.text.ends_with('/')) return no("that is a folder");
  return JournalSink{JournalFile{node.text}};
}

Parsed<Capability> CapabilityName::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  std::string word = node.text;
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (word.starts_with("cap_")) word.erase(0, 4);
  for (const auto& [name, capability] : kCapabilities)
    if (name == word) return capability;
  return no(meant(node, capability_names()));
}

std::string CapabilityName::expected() const {
  return alternatives(capability_names());
}

std::string to_string(const ListenAddress& address) {
  const std::string host = std::holds_alternative<Ipv6Address>(address.address)
                               ? "[" + lagoon::to_string(address.address) + "]"
                               : lagoon::to_string(address.address);
  return host + ":" + std::to_string(address.port);
}

}  // namespace lagoon::config
