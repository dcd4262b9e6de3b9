#include "lagoond/metrics/field_families.hpp"

namespace lagoon::lagoond {

std::optional<double> in_base_units(control::Unit unit, std::string_view metric,
                                    const control::Value& value) {
  constexpr double kMega = 1e6;
  const double scale =
      unit == control::Unit::mbps && metric.ends_with("_bytes_per_second") ? kMega / kBitsInByte : 1;
  if (const auto* flag = std::get_if<bool>(&value.held)) return *flag ? 1 : 0;
  if (const auto* number = std::get_if<std::uint64_t>(&value.held))
    return static_cast<double>(*number) * scale;
  if (const auto* number = std::get_if<std::int64_t>(&value.held))
    return static_cast<double>(*number) * scale;
  if (const auto* number = std::get_if<double>(&value.held)) return *number;
  if (const auto* time = std::get_if<Duration>(&value.held)) return seconds(*time);
  return std::nullopt;
}

std::string as_label(const control::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return *text;
  if (const auto* number = std::get_if<std::uint64_t>(&value.held)) return std::to_string(*number);
  if (const auto* number = std::get_if<std::int64_t>(&value.held)) return std::to_string(*number);
  return {};
}

}  // namespace lagoon::lagoond
