// Looking into a document of YAML, or of JSON, which is read as YAML.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/file/yaml_reader.hpp"
#include "config/text/yaml_node.hpp"
#include "imports/bond.hpp"
#include "imports/text.hpp"

namespace lagoon::imports {

/// The document of a file; nothing, and a word in `into.wrong`, where it is none.
[[nodiscard]] inline std::optional<config::YamlNode> tree_of(Bonds& into, const Source& source) {
  auto document = config::parse_yaml(source.text);
  if (document) return *std::move(document);
  const config::Diagnostic& why = document.error();
  into.wrong.push_back(source.name + (why.at ? ":" + std::to_string(why.at->line) : "") + ": " + why.message);
  return std::nullopt;
}

/// Null: `map` is null or no map, or has no such key.
[[nodiscard]] inline const config::YamlNode* at(const config::YamlNode* map, std::string_view key) {
  if (map == nullptr) return nullptr;
  for (std::size_t i = 0; i < map->keys.size(); ++i)
    if (map->keys[i].text == key) return &map->items[i];
  return nullptr;
}
/// Empty where there is none.
[[nodiscard]] inline std::string_view text_at(const config::YamlNode* map, std::string_view key) {
  const config::YamlNode* const found = at(map, key);
  return found == nullptr ? std::string_view{} : std::string_view{found->text};
}

template <typename Function>
void for_each_pair(const config::YamlNode& map, Function function) {
  for (std::size_t i = 0; i < map.keys.size(); ++i) function(map.keys[i], map.items[i]);
}

/// On one line: a list's items are separated by commas.
[[nodiscard]] inline std::string flat(const config::YamlNode& node) {
  if (node.kind != config::YamlNode::Kind::list && node.kind != config::YamlNode::Kind::map) return node.text;
  std::string all;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (!all.empty()) all += ",";
    if (i < node.keys.size()) all += node.keys[i].text + ": ";
    all += flat(node.items[i]);
  }
  return all;
}

}  // namespace lagoon::imports
