// The parts of reading a LAG.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "config/read/map_reader.hpp"

namespace lagoon::config {

void read_traffic(Reading& out, MapReader& map, control::LagOptions& options);

/// What a list may hold, for messages, and how often.
struct ListOf {
  std::size_t count_max;
  std::string_view expected;
};

/// The list under `key` takes the place of `target`, if there is one and all of it can be read.
template <typename T, typename Parser>
bool read_list(MapReader& map, std::string_view key, const ListOf& of, const Parser& parser,
               std::vector<T>& target) {
  const auto place = map.find(key);
  if (!place) return false;
  std::vector<T> values;
  for (const Place& item : map.items(*place, of.count_max, of.expected)) {
    T value{};
    if (!map.parse(item, value, parser)) continue;
    if (std::ranges::find(values, value) == values.end())
      values.push_back(std::move(value));
    else
      map.report(item.node.at, std::string{key} + " has " + describe(item.node) + " twice; keep one");
  }
  if (map.broken(key)) return false;
  target = std::move(values);
  return true;
}

}  // namespace lagoon::config
