#include "console/text/units_text.hpp"

#include <array>

#include "control/views/words.hpp"

namespace lagoon::console {

std::string scaled(double value) {
  constexpr std::array<const char*, 5> kUnits{"", "k", "M", "G", "T"};
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  const int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return control::views::fixed_point(value, decimals) + kUnits[unit];
}

std::string link_words(const LinkState& link) {
  if (!link.up) return "down";
  return link.speed.value() == 0 ? "up" : "up " + scaled(static_cast<double>(link.speed.value()));
}

std::string duration_words(Duration duration) {
  const std::int64_t ms = to_ms(duration);
  if (ms < 60'000) return control::views::fixed_point(static_cast<double>(ms) / 1000, 1) + " s";
  if (ms < 7'200'000) return std::to_string(ms / 60'000) + " min";
  return std::to_string(ms / 3'600'000) + " h";
}

}  // namespace lagoon::console
