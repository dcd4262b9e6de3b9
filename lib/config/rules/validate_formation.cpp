// The rules of LAGs that find their members by themselves (docs/auto-lag.md).
#include <algorithm>

#include "config/rules/validator.hpp"
#include "config/text/suggest.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::config {

void Validator::formation(const Lag& lag, const std::string& path) {
  if (!lag.options.automatic) return;
  if (control::row_of(lag.options.mode).choice != control::Choice::lacp &&
      !source_.broken(key_path(path, "mode")))
    report(key_path(path, "members"), "members are found by what LACP says, and mode " +
                                          std::string{control::name_of(lag.options.mode)} +
                                          " is without it; expected mode lacp, or a list of members");
  for (std::size_t i = 0; i < lag.from.size(); ++i)
    if (std::holds_alternative<WirePort>(lag.from[i].source))
      report(item_path(list_path(lag, path), i),
             "a wire has two ends that are told; expected a device, or a list of members");
}

// An earlier LAG has it among its candidates.
bool Validator::is_shared(std::size_t lag, const Member& candidate, const std::string& path) {
  if (!config_.lags[lag].options.automatic) return false;
  for (std::size_t i = 0; i < lag; ++i)
    for (const Member& other : config_.lags[i].from) {
      const bool one_source = other.source == candidate.source;
      if (one_source != (other.name == candidate.name) && !source_.broken(key_path(path, "source")))
        report(path, "candidate " + in_quotes(candidate.name) + " is " + in_quotes(other.name) + " of LAG " +
                         in_quotes(config_.lags[i].name) + " by its " +
                         (one_source ? "device, and has another name" : "name, and has another device") +
                         "; expected both alike");
      if (one_source) return true;
    }
  return false;
}

}  // namespace lagoon::config
