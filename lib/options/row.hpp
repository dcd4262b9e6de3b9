// Row: all that is known of one option. Files, commands, devargs, JSON, completion and the tables of
// docs/config.md walk over rows; nobody lists options by hand.
#pragma once

#include <string>
#include <string_view>

#include "options/effect.hpp"
#include "options/kind.hpp"
#include "options/value.hpp"

namespace lagoon::options {

/// Where the option is kept in an S.
template <typename S>
struct Field {
  Value (*get)(const S& from) = nullptr;
  void (*set)(S& into, const Value& value) = nullptr;
};

namespace detail {
template <auto First, auto... Rest, typename S>
constexpr auto& reach(S& from) {
  if constexpr (sizeof...(Rest) == 0)
    return from.*First;
  else
    return reach<Rest...>(from.*First);
}
}  // namespace detail

/// The field that a path of members leads to: at<LagOptions, &LagOptions::lacp, &AggregatorConfig::rate>.
template <typename S, auto... Path>
[[nodiscard]] constexpr Field<S> at() {
  return {[](const S& from) { return to_value(detail::reach<Path...>(from)); },
          [](S& into, const Value& value) { from_value(detail::reach<Path...>(into), value); }};
}

template <typename S>
struct Row {
  std::string_view key;  // as in the file; of a nested map with a dot: "lacp.rate"
  Field<S> field{};
  Kind kind{};
  std::string_view says{};   // one line, for docs/config.md
  std::string_view unset{};  // the word for "not chosen"; empty: it always has a value
  Effect effect{};
  bool fixed = false;             // can't be changed while the LAG runs
  std::string_view other_name{};  // another system's, a key of the LAG's own map

  /// "lacp" of "lacp.rate"; empty where the key stands in the LAG's own map.
  [[nodiscard]] constexpr std::string_view section() const {
    const std::size_t dot = key.find('.');
    return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
  }
  /// "rate" of "lacp.rate".
  [[nodiscard]] constexpr std::string_view name() const { return key.substr(key.rfind('.') + 1); }
};

/// The key's name in JSON: "min_links_up".
[[nodiscard]] inline std::string json_name(std::string_view key) {
  std::string name{key};
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
}

}  // namespace lagoon::options
