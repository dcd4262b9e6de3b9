#include "config/values/traffic_value.hpp"

#include <array>
#include <charconv>
#include <variant>

#include "config/text/suggest.hpp"
#include "qos/dscp.hpp"

namespace lagoon::config {
namespace {

using Kind = YamlNode::Kind;

struct Word {
  std::string_view word;
  std::uint16_t value;
};
constexpr std::array<Word, 7> kProtocols{
    {{"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"gre", 47}, {"esp", 50}, {"icmpv6", 58}, {"sctp", 132}}};
constexpr std::array<Word, 3> kEtherTypes{{{"ipv4", 0x0800}, {"arp", 0x0806}, {"ipv6", 0x86dd}}};

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <std::size_t N>
Parsed<std::uint64_t> word_or(const YamlNode& node, const std::array<Word, N>& words,
                              const WholeNumber& range) {
  if (node.kind == Kind::scalar)
    for (const Word& word : words)
      if (word.word == node.text) return word.value;
  return range(node);
}

}  // namespace

Parsed<std::uint64_t> OctetCount::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar || node.text.empty()) return no();
  std::string_view text = node.text;
  std::uint64_t factor = 1;
  if (text.ends_with('K')) factor = 1024;
  if (text.ends_with('M')) factor = 1024 * 1024;
  if (factor != 1) text.remove_suffix(1);
  const auto count = number<std::uint64_t>(text);
  if (!count || *count > max / factor || *count * factor < min) return no();
  return *count * factor;
}

std::string OctetCount::expected() const {
  return "a number of octets from " + std::to_string(min) + " to " + std::to_string(max) + ", like 64K";
}

Parsed<std::uint8_t> CodePoint::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  if (const auto named = qos::code_point_from(node.text)) return *named;
  const auto value = WholeNumber{0, qos::kCodePoints - 1}(node);
  if (!value) return no(value.error());
  return static_cast<std::uint8_t>(*value);
}

Parsed<qos::ColourAction> ActionWord::operator()(const YamlNode& node) const {
  using enum qos::ColourAction::Kind;
  if (node.kind == Kind::scalar && node.text == "pass") return qos::ColourAction{pass, 0};
  if (node.kind == Kind::scalar && node.text == "drop") return qos::ColourAction{drop, 0};
  const auto dscp = CodePoint{}(node);
  if (!dscp) return no(dscp.error());
  return qos::ColourAction{mark, *dscp};
}

Parsed<std::uint64_t> ProtocolWord::operator()(const YamlNode& node) const {
  return word_or(node, kProtocols, {0, 255});
}

Parsed<std::uint64_t> EtherTypeWord::operator()(const YamlNode& node) const {
  return word_or(node, kEtherTypes, {0x600, 0xffff});
}

Parsed<qos::Prefix> PrefixText::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  const std::string_view text = node.text;
  const std::size_t slash = text.find('/');
  const auto address = parse_ip_address(text.substr(0, slash));
  if (!address) return no();
  const std::uint8_t most = std::holds_alternative<Ipv4Address>(*address) ? 32 : 128;
  if (slash == std::string_view::npos) return qos::Prefix{*address, most};
  const auto length = number<std::uint8_t>(text.substr(slash + 1));
  if (!length || *length > most) return no("the length is 0 to " + std::to_string(most));
  return qos::Prefix{*address, *length};
}

Parsed<qos::PortRange> Ports::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  const std::string_view text = node.text;
  const std::size_t dash = text.find('-');
  const auto first = number<std::uint16_t>(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : number<std::uint16_t>(text.substr(dash + 1));
  if (!first || !last) return no();
  if (*first > *last) return no("the first of a range is the smaller one");
  return qos::PortRange{*first, *last};
}

}  // namespace lagoon::config
