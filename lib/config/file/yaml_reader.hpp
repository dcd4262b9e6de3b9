// The entry of the configuration: text or file in, a checked Config or all that is wrong with it out. Its
// .cpp is the one file that knows yaml-cpp. Nothing here throws; any input is safe, and costs memory in
// proportion to kTextMax at most, however its aliases multiply.
#pragma once

#include <expected>
#include <string_view>

#include "config/model.hpp"
#include "config/read/map_reader.hpp"
#include "config/text/diagnostics.hpp"
#include "config/text/yaml_node.hpp"

namespace lagoon::config {

/// More than this is refused unread; a configuration is a few kilobytes.
inline constexpr std::size_t kTextMax = 256 * 1024;

/// Reads and validates; the Config is complete and consistent.
[[nodiscard]] std::expected<Config, Diagnostics> parse_config(std::string_view text);
[[nodiscard]] std::expected<Config, Diagnostics> read_config_file(const char* path);
/// The same, and where everything was written.
[[nodiscard]] std::expected<Reading, Diagnostics> parse_config_with_places(std::string_view text);
[[nodiscard]] std::expected<Reading, Diagnostics> read_config_file_with_places(const char* path);

/// The two halves of parse_config, for tests and tools.
/// A YAML document as a tree of bounded depth and size, with its aliases replaced.
[[nodiscard]] std::expected<YamlNode, Diagnostic> parse_yaml(std::string_view text);
/// The model and where it was written, without the rules of validate().
[[nodiscard]] Reading read_config(std::string_view text);

}  // namespace lagoon::config
