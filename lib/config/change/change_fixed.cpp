// What a running lagoond can't change, and the options of a LAG that it can.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "config/change/change_parts.hpp"
#include "config/text/suggest.hpp"
#include "config/values/key_text.hpp"

namespace lagoon::config {
namespace {

constexpr std::string_view kRestart = " can't be changed while lagoond runs; restart it with this file";

// `section`: where the keys stand; empty: at the top.
void refuse_differences(std::string_view section, const std::vector<KeyText>& before,
                        const std::vector<KeyText>& after, Refusals& refusals) {
  for (std::size_t i = 0; i < after.size(); ++i)
    if (after[i] != before[i])
      refusals.add(section.empty() ? after[i].key : key_path(section, after[i].key),
                   after[i].key + ": " + after[i].value + " (runs with " + before[i].value + ")" +
                       std::string{kRestart});
}

template <typename T>
const T* named(const std::vector<T>& all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &T::name);
  return found == all.end() ? nullptr : &*found;
}

// Calls `both` with what has the same name.
template <typename T, typename Function>
void compare_named(std::string_view what, std::string_view list, const std::vector<T>& running,
                   const std::vector<T>& wanted, Refusals& refusals, Function both) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string path = item_path(list, i);
    if (const T* const before = named(running, wanted[i].name))
      both(*before, wanted[i], path);
    else
      refusals.add(path, std::string{what} + " " + in_quotes(wanted[i].name) +
                             " can't be added while lagoond runs; restart it with this file");
  }
  for (const T& before : running)
    if (named(wanted, before.name) == nullptr)
      refusals.add(std::string{list}, std::string{what} + " " + in_quotes(before.name) +
                                          " is not in this file, but can't be taken away while lagoond runs; "
                                          "restart it with this file");
}

std::pair<std::string, std::string> ends_of(const Forward& forward) {
  return std::minmax(forward.a, forward.b);
}

void refuse_forwards(const Config& running, const Config& wanted, Refusals& refusals) {
  std::set<std::pair<std::string, std::string>> before;
  for (const Forward& forward : running.forward) before.insert(ends_of(forward));
  for (std::size_t i = 0; i < wanted.forward.size(); ++i) {
    const Forward& forward = wanted.forward[i];
    if (before.erase(ends_of(forward)) == 0)
      refusals.add(item_path("forward", i),
                   "forward [" + forward.a + ", " + forward.b +
                       "] can't be added while lagoond runs; restart it with this file");
  }
  for (const auto& [a, b] : before)
    refusals.add("forward",
                 "forward [" + a + ", " + b +
                     "] is not in this file, but can't be taken away while lagoond runs; restart it "
                     "with this file");
}

unsigned number_of(std::string_view text) {
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

enum class Limit { none, looser, tighter };

Limit limit_of(const KeyText& after, const std::string& before) {
  const bool grows = number_of(after.value) > number_of(before);
  if (after.key == "min-links" || after.key == "min-links-up") return grows ? Limit::tighter : Limit::looser;
  if (after.key == "max-links") return grows ? Limit::looser : Limit::tighter;
  return Limit::none;
}

std::vector<OptionChange>& portion(OptionChanges& changes, Limit limit) {
  switch (limit) {
    case Limit::none:
      return changes.main;
    case Limit::looser:
      return changes.first;
    case Limit::tighter:
      return changes.last;
  }
  return changes.main;
}

// A word for rebalance leaves its other keys as they are; a map says all of them.
std::string settable(const KeyText& key, const std::string& value) {
  if (key.key != "rebalance" || value.starts_with('{')) return value;
  return "{ enabled: " + value + " }";
}

}  // namespace

std::string lag_words(const std::string& lag) {
  return "LAG '" + lag + "': ";
}

void refuse_fixed(const Config& running, const Config& wanted, Refusals& refusals) {
  refuse_differences("eal", keys_of(running.eal), keys_of(wanted.eal), refusals);
  refuse_differences("", process_keys_of(running), process_keys_of(wanted), refusals);
  compare_named("port", "ports", running.ports, wanted.ports, refusals,
                [&](const Port& before, const Port& after, const std::string& path) {
                  if (before != after)
                    refusals.add(path, "port " + in_quotes(after.name) + ": " + yaml_of(after) +
                                           " (runs with " + yaml_of(before) + ")" + std::string{kRestart});
                });
  compare_named("LAG", "lags", running.lags, wanted.lags, refusals,
                [&](const Lag& before, const Lag& after, const std::string& path) {
                  if (before.options.automatic != after.options.automatic)
                    refusals.add(
                        key_path(path, "members"),
                        std::string{"whether a LAG finds its members by itself"} + std::string{kRestart});
                });
  refuse_forwards(running, wanted, refusals);
}

OptionChanges compare_options(const Lag& running, const Lag& wanted, const std::string& path,
                              Refusals& refusals) {
  OptionChanges changes;
  const std::vector<KeyText> before = keys_of(running);
  const std::vector<KeyText> after = keys_of(wanted);
  Limit min_links = Limit::none;
  for (std::size_t i = 0; i < after.size(); ++i) {
    // (min-links takes an equal min-links-up along, so both are said)
    const bool follows = after[i].key == "min-links-up" && min_links != Limit::none;
    const bool differs = after[i] != before[i];
    if (!differs && !follows) continue;
    if (is_fixed(after[i].key)) {
      refusals.add(key_path(path, after[i].key), after[i].key + ": " + after[i].value + " (runs with " +
                                                     before[i].value + ")" + std::string{kRestart});
      continue;
    }
    const Limit limit = differs ? limit_of(after[i], before[i].value) : min_links;
    if (after[i].key == "min-links") min_links = limit;
    portion(changes, limit)
        .push_back({{after[i].key, settable(after[i], after[i].value)}, settable(after[i], before[i].value)});
  }
  return changes;
}

}  // namespace lagoon::config
