#include "config/rules/mode_keys.hpp"

#include <vector>

#include "config/values/value.hpp"

namespace lagoon::config {

std::optional<std::string> no_effect(const ModeKey& key, const Lag& lag) {
  const control::Mode mode = lag.options.mode;
  const std::string_view last = key.key.substr(key.key.rfind('.') + 1);  // npos + 1 is 0
  if (key.has_effect(control::row_of(mode))) {
    if (key.in_use == nullptr || key.in_use(lag)) return std::nullopt;
    return std::string{last} + " has no effect without " + std::string{key.needs};
  }
  std::vector<std::string_view> modes;
  for (const control::ModeRow& row : control::kModes)
    if (key.has_effect(row)) modes.push_back(row.name);
  return std::string{last} + " has no effect in mode " + std::string{control::name_of(mode)} +
         "; it is for mode " + alternatives(modes);
}

}  // namespace lagoon::config
