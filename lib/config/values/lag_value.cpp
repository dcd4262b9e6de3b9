#include "config/values/lag_value.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <variant>

#include "config/text/suggest.hpp"

namespace lagoon::config {
namespace {

using Kind = YamlNode::Kind;

// lagg's lagghash: which layers count.
struct LaggFlags {
  bool l2 = false;
  bool l3 = false;
  bool l4 = false;

  [[nodiscard]] bool add(std::string_view flag) {
    while (flag.starts_with(' ')) flag.remove_prefix(1);
    while (flag.ends_with(' ')) flag.remove_suffix(1);
    if (flag != "l2" && flag != "l3" && flag != "l4") return false;
    (flag == "l2" ? l2 : flag == "l3" ? l3 : l4) = true;
    return true;
  }
  // Ports mean nothing without IP addresses, so l4 takes these as well. The nearest policy without MAC
  // addresses stands for one with them that we lack.
  [[nodiscard]] dist::HashPolicy nearest() const noexcept {
    const auto ends = [](bool count) { return count ? dist::Ends::both : dist::Ends::none; };
    dist::HashFields fields{.mac = ends(l2), .ip = ends(l3 || l4), .ports = l4};
    if (const auto exact = dist::hash_policy_reading(fields)) return *exact;
    fields.mac = dist::Ends::none;
    return dist::hash_policy_reading(fields).value_or(dist::HashPolicy::l34);
  }
};

std::optional<LaggFlags> lagg_flags(const YamlNode& node) {
  LaggFlags flags;
  if (node.kind == Kind::list) {
    if (node.items.empty()) return std::nullopt;
    for (const YamlNode& item : node.items)
      if (item.kind != Kind::scalar || !flags.add(item.text)) return std::nullopt;
    return flags;
  }
  if (node.kind != Kind::scalar || node.text.find(',') == std::string::npos) return std::nullopt;
  for (std::string_view rest = node.text;;) {
    const std::size_t comma = rest.find(',');
    if (!flags.add(rest.substr(0, comma))) return std::nullopt;
    if (comma == std::string_view::npos) return flags;
    rest.remove_prefix(comma + 1);
  }
}

bool is_station(const IpAddress& address) noexcept {
  if (const auto* v4 = std::get_if<Ipv4Address>(&address)) return !v4->is_zero() && v4->octets[0] < 224;
  const auto& v6 = std::get<Ipv6Address>(address);
  return !v6.is_zero() && v6.octets[0] != 0xff;
}

std::optional<std::uint16_t> vlan_of(std::string_view text) {
  std::uint16_t vlan = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), vlan);
  if (error != std::errc{} || end != text.data() + text.size() || vlan < 1 || vlan > 4094)
    return std::nullopt;
  return vlan;
}

}  // namespace

Parsed<dist::HashPolicy> HashWord::operator()(const YamlNode& node) const {
  if (node.kind == Kind::scalar) {
    if (const auto policy = dist::hash_policy_from(node.text)) return *policy;
  }
  if (const auto flags = lagg_flags(node)) return flags->nearest();
  return no(meant(node, dist::kHashPolicyNames));
}

std::string HashWord::expected() const {
  return alternatives(dist::kHashPolicyNames) + ", or layers as a list like [l2, l3, l4]";
}

Parsed<std::int32_t> SignedNumber::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  std::int32_t value = 0;
  const char* const last = node.text.data() + node.text.size();
  const auto [end, error] = std::from_chars(node.text.data(), last, value);
  if (error != std::errc{} || end != last) return no();
  if (node.in_quotes) return no("leave out the quotes");
  return value;
}

Parsed<Duration> SpanOrOff::operator()(const YamlNode& node) const {
  if (node.kind == Kind::scalar && (node.text == "0" || node.text == "0s" || node.text == "off"))
    return Duration{};
  return span(node);
}

Parsed<HostAddress> Host::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  const auto host = parse_host_address(node.text);
  if (!host) return no();
  const bool is_v4 = std::holds_alternative<Ipv4Address>(host->address);
  if (family == Family::ipv4 && !is_v4) return no("IPv6 targets stand under ns-ip6-target");
  if (family == Family::ipv6 && is_v4) return no("IPv4 targets stand under arp-ip-target");
  if (!is_station(host->address)) return no("no station has that address");
  return *host;
}

std::string Host::expected() const {
  const std::string kind = family == Family::ipv4   ? "an IPv4 address like 10.0.0.1"
                           : family == Family::ipv6 ? "an IPv6 address like 2001:db8::1"
                                                    : "an IPv4 or IPv6 address like 10.0.0.1";
  return kind + ", in a VLAN with '@' and its number";
}

Parsed<MacAddress> StationMac::operator()(const YamlNode& node) const {
  auto mac = Mac{}(node);
  if (mac && mac->is_group()) return no("this is a group's: its first octet is odd");
  return mac;
}

Parsed<MacAddress> GroupMac::operator()(const YamlNode& node) const {
  auto mac = Mac{}(node);
  if (mac && !mac->is_group()) return no("this is a station's: its first octet is even");
  return mac;
}

Parsed<VlanRange> Vlans::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  const std::string_view text = node.text;
  const std::size_t dash = text.find('-');
  const auto first = vlan_of(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : vlan_of(text.substr(dash + 1));
  if (!first || !last) return no();
  if (*first > *last) return no("the first of a range is the smaller one");
  return VlanRange{*first, *last};
}

}  // namespace lagoon::config
