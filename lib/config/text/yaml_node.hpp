// YamlNode: a YAML document as a plain tree, each node with its place. Unlike yaml-cpp's own tree it keeps
// duplicate keys and the place of everything, its depth and size are bounded, and nothing in it throws.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/text/diagnostics.hpp"

namespace lagoon::config {

struct YamlNode {
  enum class Kind : std::uint8_t { empty, scalar, list, map };

  Kind kind = Kind::empty;
  Position at{};
  std::string text{};            // of a scalar
  bool in_quotes = false;        // a scalar written '5' or "5": a text, never a number
  std::vector<YamlNode> keys{};  // of a map: keys[i] has the value items[i]
  std::vector<YamlNode> items{};
};

}  // namespace lagoon::config
