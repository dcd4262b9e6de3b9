// MapReader: reads one map of the file strictly. It hands out each known key once, and reports unknown and
// duplicate keys, keys that are missing, and values that their parser does not take; then it goes on.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/model.hpp"
#include "config/text/schema.hpp"
#include "config/text/source_map.hpp"
#include "config/text/yaml_node.hpp"
#include "config/values/value.hpp"

namespace lagoon::config {

/// What reading gives: as much of the model as could be read, where it stands, and what is wrong.
struct Reading {
  Config config{};
  SourceMap source{};
  Diagnostics diagnostics{};
};

/// A node and the path of what it says.
struct Place {
  const YamlNode& node;
  std::string path;
};

class MapReader {
 public:
  /// Reports unknown and duplicate keys, or that it is no map at all.
  MapReader(Reading& out, Place place, const Section& section);

  [[nodiscard]] const std::string& path() const noexcept { return place_.path; }
  /// True when the value under `key` was meant but could not be read, which was reported.
  [[nodiscard]] bool broken(std::string_view key) const {
    return out_.source.broken(key_path(place_.path, key));
  }
  /// Where a mistake in the map as a whole is reported.
  [[nodiscard]] Position at() const noexcept { return place_.node.at; }
  /// Nothing when the key is absent or the value empty and not taken.
  [[nodiscard]] std::optional<Place> find(std::string_view key);
  /// The same, but its absence is an error.
  [[nodiscard]] std::optional<Place> require(std::string_view key, std::string_view example);

  /// Reads a value into `target` when there is one; false when there is none or it is wrong.
  template <typename T, typename Parser>
  bool read(std::string_view key, T& target, const Parser& parser) {
    const auto place = find(key);
    return place && parse(*place, target, parser);
  }
  template <typename T, typename Parser>
  bool require(std::string_view key, std::string_view example, T& target, const Parser& parser) {
    const auto place = require(key, example);
    return place && parse(*place, target, parser);
  }
  template <typename T, typename Parser>
  bool parse(const Place& place, T& target, const Parser& parser) {
    auto parsed = parser(place.node);
    if (!parsed) {
      wrong(place, parser.expected(), parsed.error());
      return false;
    }
    if constexpr (std::is_arithmetic_v<T>)
      target = static_cast<T>(*parsed);  // the parser's range is within the type's
    else
      target = T{*std::move(parsed)};
    return true;
  }
  /// The items of the list under `key`, at most `count_max`; an absent key has none.
  [[nodiscard]] std::vector<Place> list(std::string_view key, std::size_t count_max,
                                        std::string_view expected);
  [[nodiscard]] std::vector<Place> items(const Place& place, std::size_t count_max,
                                         std::string_view expected);

  void report(Position at, std::string message) { out_.diagnostics.add(at, std::move(message)); }
  void mark_broken(const std::string& path) { out_.source.mark_broken(path); }

 private:
  void wrong(const Place& place, const std::string& expected, const std::string& remark);
  void unknown_key(const YamlNode& key, const Section& section);

  Reading& out_;
  Place place_;
};

}  // namespace lagoon::config
