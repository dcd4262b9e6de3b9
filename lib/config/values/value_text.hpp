// Values as a configuration file has them: what the parsers of value.hpp take, and read back as the same
// value.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "config/model.hpp"
#include "qos/traffic_options.hpp"

namespace lagoon::config {

/// A key of a map with its value; both are YAML, the value in flow style and on one line.
struct KeyText {
  std::string key;
  std::string value;
  friend bool operator==(const KeyText&, const KeyText&) = default;
};

template <std::same_as<bool> T>
[[nodiscard]] std::string yaml_of(T value) {
  return value ? "true" : "false";
}
template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>)
[[nodiscard]] std::string yaml_of(T number) {
  return std::to_string(number);
}
/// "500us", "2s": exact.
[[nodiscard]] std::string yaml_of(Duration duration);
/// "2.5G": exact.
[[nodiscard]] std::string yaml_of(BitsPerSecond speed);
/// Plain where that is safe, else in double quotes.
[[nodiscard]] std::string yaml_of(std::string_view text);
[[nodiscard]] std::string yaml_of(const MacAddress& mac);
[[nodiscard]] std::string yaml_of(const HostAddress& host);
/// Of hundredths of a percent: "0.02%".
[[nodiscard]] std::string yaml_percent(std::uint32_t hundredths);
/// "[1, 10-20]" of numbers that are sorted.
[[nodiscard]] std::string yaml_ranges(const std::vector<std::uint16_t>& numbers);

template <typename T>
[[nodiscard]] std::string yaml_or(std::string_view word, const std::optional<T>& value) {
  return value ? yaml_of(*value) : std::string{word};
}

/// "[a, b]".
[[nodiscard]] std::string flow_list(const std::vector<std::string>& items);
template <typename T>
[[nodiscard]] std::string yaml_list(const std::vector<T>& values) {
  std::vector<std::string> items;
  for (const T& value : values) items.push_back(yaml_of(value));
  return flow_list(items);
}
/// "{ name: va0, dev: net_a }".
[[nodiscard]] std::string flow_map(const std::vector<KeyText>& keys);

/// The section traffic of a LAG: "off", or a map.
[[nodiscard]] std::string yaml_of(const qos::TrafficOptions& traffic);

}  // namespace lagoon::config
