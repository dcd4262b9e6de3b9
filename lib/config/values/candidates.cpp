#include "config/values/candidates.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace lagoon::config {
namespace {

template <typename T>
const T* named(const std::vector<T>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &T::name);
  return found == all.end() ? nullptr : &*found;
}

// The LAG of `config` that is to have the candidate.
const Lag* home_of(const Config& config, const Config* running, const std::string& candidate) {
  if (running != nullptr)
    for (const Lag& lag : running->lags) {
      const Lag* const now = named(config.lags, lag.name);
      if (now != nullptr && named(lag.members, candidate) != nullptr &&
          named(now->from, candidate) != nullptr)
        return now;
    }
  const auto first = std::ranges::find_if(config.lags, [&](const Lag& lag) { return lists(lag, candidate); });
  return first == config.lags.end() ? nullptr : &*first;
}

}  // namespace

bool lists(const Lag& lag, std::string_view candidate) {
  return named(lag.from, candidate) != nullptr;
}

void place_candidates(Config& config, const Config* running) {
  for (Lag& lag : config.lags) {
    if (lag.from.empty()) continue;
    lag.members.clear();
    for (const Member& candidate : lag.from)
      if (home_of(config, running, candidate.name) == &lag && named(lag.members, candidate.name) == nullptr)
        lag.members.push_back(candidate);
  }
}

bool change_member(Config& config, Lag& lag, std::string_view name,
                   const std::function<void(Member&)>& change) {
  const auto found = std::ranges::find(lag.members, name, &Member::name);
  if (found == lag.members.end()) return false;
  change(*found);
  if (!lag.options.automatic) return true;
  for (Lag& other : config.lags)
    for (Member& candidate : other.from)
      if (candidate.name == name) change(candidate);
  return true;
}

}  // namespace lagoon::config
