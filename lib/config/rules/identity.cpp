#include "config/rules/identity.hpp"

#include "config/rules/validator.hpp"
#include "config/text/suggest.hpp"
#include "lacp/key.hpp"
#include "options/mode.hpp"

namespace lagoon::config {

std::optional<LagIdentity> identity_of(const Lag& lag, std::size_t number, const MacAddress& address) {
  if (control::row_of(lag.options.mode).choice != control::Choice::lacp) return std::nullopt;
  const auto& lacp = lag.options.lacp;
  const MacAddress system = lacp.system.is_zero() ? lag.options.mac.value_or(address) : lacp.system;
  if (system.is_zero()) return std::nullopt;
  return LagIdentity{.name = lag.name,
                     .system = system,
                     .system_priority = lacp.system_priority,
                     .key = lacp.key,
                     .number = static_cast<std::uint16_t>(number)};
}

bool alike(const LagIdentity& a, const LagIdentity& b) noexcept {
  if (a.system != b.system || a.system_priority != b.system_priority) return false;
  if (a.key && b.key) return *a.key == *b.key;
  return (a.key ? lacp::lag_number_of(*a.key) : a.number) == (b.key ? lacp::lag_number_of(*b.key) : b.number);
}

std::string words_of_likeness(const LagIdentity& later, const LagIdentity& earlier, const std::string& line) {
  std::string text = "LAG " + in_quotes(later.name) + " has the system-id " + to_string(later.system);
  if (later.key && earlier.key)
    text += " and the key " + std::to_string(*later.key) + " of LAG " + in_quotes(earlier.name) + line;
  else if (!later.key && !earlier.key)
    text += " and the automatic keys of LAG " + in_quotes(earlier.name) + line;
  else
    text += " of LAG " + in_quotes(earlier.name) + line + ", and key " +
            std::to_string(later.key ? *later.key : *earlier.key) + " may be an automatic one of " +
            in_quotes(later.key ? earlier.name : later.name);
  return text + "; give one another key or system-id";
}

void Validator::systems() {
  const auto path_of = [](std::size_t index) { return item_path("lags", index); };
  const auto known = [&](std::size_t index) -> std::optional<LagIdentity> {
    for (const std::string_view key : {"mode", "mac", "lacp.system-id", "lacp.system-priority", "lacp.key"})
      if (source_.broken(key_path(path_of(index), key))) return std::nullopt;
    return identity_of(config_.lags[index], index);
  };
  for (std::size_t i = 0; i < config_.lags.size(); ++i) {
    const auto later = known(i);
    for (std::size_t j = 0; later && j < i; ++j) {
      const auto earlier = known(j);
      if (!earlier || !alike(*later, *earlier)) continue;
      report(key_path(path_of(i), later->key ? "lacp.key" : "lacp.system-id"),
             words_of_likeness(*later, *earlier, line_of(path_of(j))));
      break;
    }
  }
}

}  // namespace lagoon::config
