#include "config/values/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "config/text/suggest.hpp"
#include "config/values/device_name.hpp"

namespace lagoon::config {
namespace {

using Kind = YamlNode::Kind;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr std::array<Unit, 3> kSpeedUnits{{{"M", 1'000'000}, {"G", 1'000'000'000}, {"T", 1'000'000'000'000}}};
constexpr std::array<Unit, 4> kRateUnits{
    {{"k", 1'000}, {"M", 1'000'000}, {"G", 1'000'000'000}, {"T", 1'000'000'000'000}}};
constexpr std::array<Unit, 3> kTimeUnits{{{"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}}};
constexpr std::array<Unit, 2> kMemoryUnits{{{"M", 1}, {"G", 1024}}};

std::optional<std::uint64_t> digits(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "2.5G": a decimal number and a unit, exact. At most three decimals, which every factor but memory's
// divides.
Parsed<std::uint64_t> quantity(std::string_view text, std::span<const Unit> units) {
  const std::size_t unit_at = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, unit_at);
  const std::string_view unit_name = text.substr(unit_at);
  const std::size_t point = std::min(number.find('.'), number.size());
  const auto whole = digits(number.substr(0, point));
  if (!whole) return no();
  if (unit_name.empty()) return no("the unit is missing");
  const auto unit = std::ranges::find(units, unit_name, &Unit::name);
  if (unit == units.end()) return no(in_quotes(unit_name) + " is not a unit here");
  std::uint64_t fraction = 0;
  if (point < number.size()) {
    std::string decimals{number.substr(point + 1)};
    if (decimals.empty() || decimals.size() > 3 || unit->factor % 1000 != 0) return no();
    decimals.resize(3, '0');
    const auto thousandths = digits(decimals);
    if (!thousandths) return no();
    fraction = *thousandths * (unit->factor / 1000);
  }
  if (*whole > std::numeric_limits<std::uint64_t>::max() / unit->factor - 1) return no("that is too much");
  return *whole * unit->factor + fraction;
}

bool is_name_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

std::string shown(Duration duration) {
  if (duration % 1s == 0s) return std::to_string(duration / 1s) + "s";
  if (duration % 1ms == 0ms) return std::to_string(duration / 1ms) + "ms";
  return std::to_string(duration / 1us) + "us";
}

constexpr std::uint32_t kPercent = 100;  // in hundredths

// "10%", "0.02%".
std::string percents(std::uint32_t hundredths) {
  std::string text = std::to_string(hundredths / kPercent);
  if (const std::uint32_t rest = hundredths % kPercent; rest != 0) {
    text += "." + std::to_string(kPercent + rest).substr(1);
    while (text.ends_with('0')) text.pop_back();
  }
  return text + "%";
}

}  // namespace

Parsed<std::uint64_t> WholeNumber::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  const bool hexadecimal = node.text.starts_with("0x");
  const auto value = hexadecimal ? digits(std::string_view{node.text}.substr(2), 16) : digits(node.text);
  if (!value) return no();
  if (node.in_quotes) return no("leave out the quotes");
  // YAML 1.1 would read it as octal, YAML 1.2 as decimal.
  if (!hexadecimal && node.text.size() > 1 && node.text[0] == '0') return no("leave out the leading zero");
  if (*value < min || *value > max) return no();
  return *value;
}

std::string WholeNumber::expected() const {
  return "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
}

Parsed<bool> Boolean::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  constexpr std::array<std::string_view, 3> kYes{"true", "on", "1"};
  constexpr std::array<std::string_view, 3> kNo{"false", "off", "0"};
  const bool yes = std::ranges::find(kYes, node.text) != kYes.end();
  if (!yes && std::ranges::find(kNo, node.text) == kNo.end()) return no();
  if (node.in_quotes) return no("leave out the quotes");
  return yes;
}

Parsed<std::string> Text::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar || node.text.empty()) return no();
  if (std::ranges::any_of(node.text,
                          [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
    return no("it holds a control character");
  return node.text;
}

Parsed<std::string> Name::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar || node.text.empty()) return no();
  if (node.text.size() > length_max) return no("it has " + std::to_string(node.text.size()) + " characters");
  if (!std::ranges::all_of(node.text, is_name_letter)) return no();
  return node.text;
}

std::string Name::expected() const {
  return "a name of at most " + std::to_string(length_max) + " letters, digits, '.', '_' or '-'";
}

Parsed<std::string> Devargs::operator()(const YamlNode& node) const {
  auto text = Text{""}(node);
  if (!text) return text;
  const std::string_view device = device_of(*text);
  // Every vdev driver's name has a '_' (net_tap, virtio_user), every bus address a ':'.
  if (device.find_first_of("_:") == std::string_view::npos) {
    if (device == *text && Name{kInterfaceNameMax}(node))
      return no("for an interface of the kernel write \"net_af_packet0,iface=" + *text + "\"");
    return no();
  }
  if (!std::ranges::all_of(device, [](char c) { return is_name_letter(c) || c == ':'; })) return no();
  if (device.size() > kDeviceNameMax) return no("the device's name is too long");
  if (const auto interface = interface_of(*text); interface && interface->size() > kInterfaceNameMax)
    return no("interface " + in_quotes(*interface) + " has more than 15 characters");
  return text;
}

Parsed<MacAddress> Mac::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  const auto mac = parse_mac_address(node.text);
  if (!mac) return no("six pairs of hexadecimal digits");
  if (mac->is_zero()) return no("all zeros is nobody's address");
  return *mac;
}

Parsed<BitsPerSecond> Speed::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  const auto bits = quantity(node.text, kSpeedUnits);
  if (!bits) return no(bits.error());
  if (*bits < mbps(1).value() || *bits > mbps(10'000'000).value()) return no();
  return BitsPerSecond{*bits};
}

Parsed<BitsPerSecond> ConversationRate::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  const auto bits = quantity(node.text, kRateUnits);
  if (!bits) return no(bits.error());
  if (*bits < 1'000 || *bits > mbps(10'000'000).value()) return no();
  return BitsPerSecond{*bits};
}

Parsed<std::uint32_t> Percentage::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  if (!node.text.ends_with('%')) return no(digits(node.text) ? "the % is missing" : "");
  // (thousandths, of which the last is then 0)
  constexpr std::array<Unit, 1> kThousandths{{{"%", 1'000}}};
  const auto thousandths = quantity(node.text, kThousandths);
  if (!thousandths) return no();
  if (*thousandths % 10 != 0 || *thousandths / 10 % step != 0) return no("that is too exact");
  const std::uint64_t hundredths = *thousandths / 10;
  if (hundredths < min || hundredths > max) return no();
  return static_cast<std::uint32_t>(hundredths);
}

std::string Percentage::expected() const {
  return "a percentage from " + percents(min) + " to " + percents(max);
}

Parsed<Duration> Span::operator()(const YamlNode& node) const {
  if (node.kind != Kind::scalar) return no();
  if (node.text == "0" && min == Duration{}) return Duration{};  // nothing has no unit
  const auto ns = quantity(node.text, kTimeUnits);
  if (!ns) return no(ns.error());
  if (*ns > static_cast<std::uint64_t>(max.count()) || *ns < static_cast<std::uint64_t>(min.count()))
    return no();
  return Duration{static_cast<Duration::rep>(*ns)};
}

std::string Span::expected() const {
  return "a time from " + shown(min) + " to " + shown(max) + ", like 2s or 500ms";
}

Parsed<std::uint32_t> Memory::operator()(const YamlNode& node) const {
  constexpr std::uint64_t kMinMb = 16;
  constexpr std::uint64_t kMaxMb = 1024 * 1024;
  if (const auto plain = WholeNumber{kMinMb, kMaxMb}(node)) return static_cast<std::uint32_t>(*plain);
  if (node.kind != Kind::scalar || digits(node.text)) return no();
  const auto mb = quantity(node.text, kMemoryUnits);
  if (!mb) return no(mb.error());
  if (*mb < kMinMb || *mb > kMaxMb) return no();
  return static_cast<std::uint32_t>(*mb);
}

std::string meant(const YamlNode& node, std::span<const std::string_view> words) {
  if (node.kind != Kind::scalar) return {};
  const auto word = nearest(node.text, words);
  return word ? "did you mean " + in_quotes(*word) + "?" : std::string{};
}

std::string alternatives(std::span<const std::string_view> words) {
  if (words.size() < 2) return listed(words);
  return listed(words.first(words.size() - 1)) + " or " + std::string{words.back()};
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case Kind::empty:
      return "empty";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
    case Kind::scalar:
      return in_quotes(node.text);
  }
  return {};
}

}  // namespace lagoon::config
