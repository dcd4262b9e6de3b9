#include "config/read/map_reader.hpp"

#include <algorithm>
#include <map>

#include "config/text/foreign_words.hpp"
#include "config/text/suggest.hpp"

namespace lagoon::config {
namespace {

// "lags[0].mac" -> "mac"; the item of a list goes by its list: "eal.lcores[2]" -> "lcores[2]".
std::string_view last_key(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

std::string no_map_message(const std::string& path, const YamlNode& node) {
  const std::string subject = path.empty() ? "the file" : std::string{last_key(path)};
  return subject + " is " + describe(node) + "; expected a map of keys and values";
}

}  // namespace

MapReader::MapReader(Reading& out, Place place, const Section& section)
    : out_{out}, place_{std::move(place)} {
  out_.source.place(place_.path, place_.node.at);
  if (place_.node.kind != YamlNode::Kind::map) {
    report(at(), no_map_message(place_.path, place_.node) + " (" + listed(section.keys) + ")");
    mark_broken(place_.path);
    return;
  }
  std::map<std::string_view, Position> seen;
  for (const YamlNode& key : place_.node.keys) {
    if (key.kind != YamlNode::Kind::scalar ||
        std::ranges::find(section.keys, key.text) == section.keys.end()) {
      unknown_key(key, section);
      continue;
    }
    if (const auto [first, is_new] = seen.emplace(key.text, key.at); !is_new)
      report(key.at, "duplicate key " + in_quotes(key.text) + "; the first is in line " +
                         std::to_string(first->second.line) + ", keep one");
  }
}

std::optional<Place> MapReader::find(std::string_view key) {
  const auto& keys = place_.node.keys;
  const auto found = std::ranges::find(keys, key, &YamlNode::text);
  if (found == keys.end()) return std::nullopt;
  const YamlNode& value = place_.node.items[static_cast<std::size_t>(found - keys.begin())];
  std::string path = key_path(place_.path, key);
  out_.source.place(path, value.at);
  return Place{value, std::move(path)};
}

std::optional<Place> MapReader::require(std::string_view key, std::string_view example) {
  auto place = find(key);
  if (!place && !broken(key)) {
    report(at(), "missing key " + in_quotes(key) + "; write for example " + std::string{example});
    mark_broken(key_path(place_.path, key));
  }
  return place;
}

std::vector<Place> MapReader::list(std::string_view key, std::size_t count_max, std::string_view expected) {
  const auto place = find(key);
  return place ? items(*place, count_max, expected) : std::vector<Place>{};
}

std::vector<Place> MapReader::items(const Place& place, std::size_t count_max, std::string_view expected) {
  std::vector<Place> result;
  if (place.node.kind != YamlNode::Kind::list) {
    wrong(place, "a list of " + std::string{expected}, {});
    return result;
  }
  for (const YamlNode& item : place.node.items) {
    if (result.size() == count_max) {
      report(item.at, std::string{last_key(place.path)} + " has " + std::to_string(place.node.items.size()) +
                          " items; at most " + std::to_string(count_max) + " are possible");
      break;
    }
    std::string path = item_path(place.path, result.size());
    out_.source.place(path, item.at);
    result.push_back({item, std::move(path)});
  }
  return result;
}

void MapReader::wrong(const Place& place, const std::string& expected, const std::string& remark) {
  std::string message{last_key(place.path)};
  message += " is " + describe(place.node) + "; expected " + expected;
  if (!remark.empty()) message += " (" + remark + ")";
  report(place.node.at, std::move(message));
  mark_broken(place.path);
}

void MapReader::unknown_key(const YamlNode& key, const Section& section) {
  if (key.kind != YamlNode::Kind::scalar)
    return report(key.at, "a key is " + describe(key) + "; expected a word");
  const std::string known = "; known here: " + listed(section.keys);
  const std::string subject = "unknown key " + in_quotes(key.text);
  if (key.text == "<<")
    return report(key.at, "merge keys (<<) are not taken; name a whole value with & and repeat it with *");
  if (const auto meant = meant_key(key.text, section)) {
    mark_broken(key_path(place_.path, meant->key));  // it was meant, so it is not missing too
    std::string written{meant->key};
    if (!meant->inner.empty()) written += ": { " + std::string{meant->inner} + ": ... }";
    return report(key.at, subject + "; did you mean " + in_quotes(written) + "?");
  }
  for (const Section& other : schema())
    if (std::ranges::find(other.keys, key.text) != other.keys.end())
      return report(key.at, subject + " here; it belongs to " +
                                (other.path.empty() ? "the top of the file" : std::string{other.path}) +
                                known);
  report(key.at, subject + known);
}

}  // namespace lagoon::config
