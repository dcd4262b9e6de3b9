#include "config/values/value_text.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace lagoon::config {
namespace {

constexpr std::uint64_t kThousand = 1000;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// "2.5": `value` in units of `factor`, which is no less than a thousand and leaves three decimals.
std::string decimal(std::uint64_t value, std::uint64_t factor) {
  std::string text = std::to_string(value / factor);
  const std::uint64_t thousandths = value % factor / (factor / kThousand);
  if (thousandths == 0) return text;
  text += "." + std::to_string(kThousand + thousandths).substr(1);
  while (text.ends_with('0')) text.pop_back();
  return text;
}

bool is_plain(std::string_view text) noexcept {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto inner = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  constexpr std::array<std::string_view, 11> kWords{"null",  "Null",  "NULL",  "true", "True", "TRUE",
                                                    "false", "False", "FALSE", "yes",  "no"};
  return !text.empty() && letter(text[0]) && std::ranges::all_of(text, inner) &&
         std::ranges::find(kWords, text) == kWords.end();
}

std::string joined(std::span<const std::string> items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

}  // namespace

std::string yaml_of(Duration duration) {
  const auto ns = static_cast<std::uint64_t>(duration.count());
  constexpr std::array<Unit, 3> kUnits{{{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}}};
  for (const Unit& unit : kUnits)
    if (ns % unit.factor == 0) return std::to_string(ns / unit.factor) + std::string{unit.name};
  return decimal(ns, kUnits.back().factor) + std::string{kUnits.back().name};
}

std::string yaml_of(BitsPerSecond speed) {
  const std::uint64_t bits = speed.value();
  constexpr std::array<Unit, 4> kUnits{
      {{"T", 1'000'000'000'000}, {"G", 1'000'000'000}, {"M", 1'000'000}, {"k", 1'000}}};
  for (const Unit& unit : kUnits)
    if (bits >= unit.factor && bits % (unit.factor / kThousand) == 0)
      return decimal(bits, unit.factor) + std::string{unit.name};
  return decimal(bits, kUnits.back().factor) + std::string{kUnits.back().name};
}

std::string yaml_of(std::string_view text) {
  if (is_plain(text)) return std::string{text};
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

// (colons make a map of what stands in a flow list unquoted)
std::string yaml_of(const MacAddress& mac) {
  return "\"" + to_string(mac) + "\"";
}

std::string yaml_of(const HostAddress& host) {
  return "\"" + to_string(host) + "\"";
}

std::string yaml_percent(std::uint32_t hundredths) {
  return decimal(hundredths * std::uint64_t{10}, kThousand) + "%";
}

std::string yaml_ranges(const std::vector<std::uint16_t>& numbers) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    items.push_back(std::to_string(numbers[i]) + (last == i ? "" : "-" + std::to_string(numbers[last])));
    i = last + 1;
  }
  return flow_list(items);
}

std::string flow_list(const std::vector<std::string>& items) {
  return "[" + joined(items) + "]";
}

std::string flow_map(const std::vector<KeyText>& keys) {
  std::vector<std::string> items;
  for (const KeyText& key : keys) items.push_back(key.key + ": " + key.value);
  return items.empty() ? "{}" : "{ " + joined(items) + " }";
}

}  // namespace lagoon::config
