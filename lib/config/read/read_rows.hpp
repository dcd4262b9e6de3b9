// Reads what rows describe: each key of a map of the file into the field that its row names.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "config/read/map_reader.hpp"
#include "config/read/read_lag.hpp"
#include "config/text/suggest.hpp"
#include "config/values/option_value.hpp"
#include "options/row.hpp"

namespace lagoon::config {

/// The value at a place; nothing when it is not taken, which was reported.
[[nodiscard]] std::optional<options::Value> read_value(MapReader& map, std::string_view key,
                                                       const Place& place, const options::Kind& kind,
                                                       std::string_view unset);

/// The place of a row's key, or of its other name in `outer`; both at once are an error.
[[nodiscard]] std::optional<Place> find_either(MapReader& map, MapReader& outer, std::string_view key,
                                               std::string_view other_name);
/// The same with the key's map absent.
template <typename S>
void read_other_name(MapReader& outer, const options::Row<S>& row, S& target) {
  if (row.other_name.empty()) return;
  const auto place = outer.find(row.other_name);
  if (!place) return;
  if (auto value = read_value(outer, row.other_name, *place, row.kind, row.unset))
    row.field.set(target, *value);
}

template <typename S>
void read_row(MapReader& map, MapReader& outer, const options::Row<S>& row, S& target) {
  const auto place = find_either(map, outer, row.name(), row.other_name);
  if (!place) return;
  const std::string_view key = place->path.ends_with(row.name()) ? row.name() : row.other_name;
  if (auto value = read_value(map, key, *place, row.kind, row.unset)) row.field.set(target, *value);
}

/// The word of a Switch, without its map.
struct SwitchWord {
  const options::Kind& kind;
  std::string_view unset;
  const Section& map;
  [[nodiscard]] Parsed<options::Value> operator()(const YamlNode& node) const {
    return OptionValue{kind, unset}(node);
  }
  [[nodiscard]] std::string expected() const {
    const bool has_auto = std::get<options::Switch>(kind).has_auto;
    return (has_auto ? "auto, true, false, or a map of " : "off, on, or a map of ") + listed(map.keys);
  }
};

// A map turns it on, unless its "enabled" or a value before it says otherwise.
template <typename S>
void read_switch(Reading& out, MapReader& outer, const Section& section, const options::Row<S>& row,
                 std::span<const options::Row<S>> inner, S& target) {
  auto place = outer.find(row.key);
  if (!place) return;
  const Section& keys = *inner_section(section, row.key);
  if (place->node.kind != YamlNode::Kind::map) {
    options::Value value;
    if (outer.parse(*place, value, SwitchWord{row.kind, row.unset, keys})) row.field.set(target, value);
    return;
  }
  MapReader map{out, *std::move(place), keys};
  const bool has_enabled = !inner.empty() && inner.front().name() == "enabled";
  const bool undecided = std::holds_alternative<options::Unset>(row.field.get(target));
  if (!has_enabled || (undecided && !map.find("enabled"))) row.field.set(target, true);
  for (const options::Row<S>& one : inner) read_row(map, outer, one, target);
}

template <typename S>
void read_section(Reading& out, MapReader& outer, const Section& section,
                  std::span<const options::Row<S>> rows, S& target) {
  const std::string_view name = rows.front().section();
  auto place = outer.find(name);
  if (!place) {
    for (const options::Row<S>& row : rows) read_other_name(outer, row, target);
    return;
  }
  MapReader map{out, *std::move(place), *inner_section(section, name)};
  for (const options::Row<S>& row : rows) read_row(map, outer, row, target);
}

/// All rows of a map that is a `section` of the schema.
template <typename S>
void read_rows(Reading& out, MapReader& map, const Section& section, std::span<const options::Row<S>> rows,
               S& target) {
  for (std::size_t i = 0; i < rows.size();) {
    const options::Row<S>& row = rows[i];
    const bool is_switch = std::holds_alternative<options::Switch>(row.kind);
    const std::string_view name = is_switch ? row.key : row.section();
    std::size_t end = i + 1;
    while (!name.empty() && end < rows.size() && rows[end].section() == name) ++end;
    if (is_switch)
      read_switch(out, map, section, row, rows.subspan(i + 1, end - i - 1), target);
    else if (!name.empty())
      read_section(out, map, section, rows.subspan(i, end - i), target);
    else if (!std::holds_alternative<options::Traffic>(row.kind))
      read_row(map, map, row, target);
    i = end;
  }
}

}  // namespace lagoon::config
