#include "key_tables.hpp"

#include <algorithm>
#include <span>
#include <string_view>

#include "config/member_rows.hpp"
#include "config/values/option_value.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::test {
namespace {

using options::Row;

std::string code(std::string_view text) {
  return "`" + std::string{text} + "`";
}

// (a '|' would end the cell)
std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
    text.insert(at, "\\");
  return text;
}

template <typename S>
std::string values_of(const Row<S>& row) {
  if (std::holds_alternative<options::Traffic>(row.kind)) return "off, or a map";
  if (const auto* const map = std::get_if<options::Switch>(&row.kind))
    return map->has_auto ? "auto, true, false, or a map" : "off, on, or a map";
  std::string text = config::OptionValue{row.kind, row.unset}.expected();
  const auto list_of = [&](std::size_t most) {
    return "a list, at most " + std::to_string(most) + ", of " + text;
  };
  if (const auto* const hosts = std::get_if<options::Hosts>(&row.kind)) return list_of(hosts->most);
  if (const auto* const macs = std::get_if<options::Macs>(&row.kind)) return list_of(macs->most);
  if (const auto* const list = std::get_if<options::WholeList>(&row.kind)) return list_of(list->most);
  if (std::holds_alternative<options::VlanRanges>(row.kind)) return "a list of " + text;
  return text;
}

template <typename S>
std::string default_of(const Row<S>& row) {
  if (std::holds_alternative<options::Traffic>(row.kind)) return "off";
  return config::yaml_of(row.kind, row.unset, row.field.get(S{}));
}

std::string modes_of(const options::Effect& effect) {
  if (effect.in_mode == nullptr) return "all";
  std::string text;
  for (const control::ModeRow& row : control::kModes)
    if (effect.in_mode(row)) text += (text.empty() ? "" : ", ") + std::string{row.name};
  return text + (effect.needs.empty() ? "" : "; with " + std::string{effect.needs});
}

template <typename S>
std::string line_of(const Row<S>& row) {
  std::string keys = code(row.key);
  if (!row.other_name.empty()) keys += ", or " + code(row.other_name);
  const std::string says = std::string{row.says} + (row.fixed ? ". Fixed while the LAG runs" : "");
  return "| " + keys + " | " + cell(values_of(row)) + " | " + code(default_of(row)) + " | " +
         cell(modes_of(row.effect)) + " | " + cell(says) + " |\n";
}

template <typename S>
std::string table_of(std::span<const Row<S>> rows) {
  std::string text = "| key | takes | default | counts in mode | says |\n|---|---|---|---|---|\n";
  for (const Row<S>& row : rows) text += line_of(row);
  return text;
}

}  // namespace

std::string key_tables() {
  return "Of a LAG:\n\n" + table_of(options::lag_rows()) +
         "\nOf a member, beside `name` and one of `dev`, `tap`, `wire`:\n\n" +
         table_of(config::member_rows());
}

}  // namespace lagoon::test
