// What `lagoond --check` would print for a text, without a file: "line:column: message" by position, warnings
// of a text that is right as well.
#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "config/file/yaml_reader.hpp"

namespace lagoon::config {

inline std::vector<std::string> mistakes(std::string_view text) {
  std::vector<std::string> lines;
  const auto config = parse_config(text);
  std::ostringstream out;
  lagoon::config::print(out, "f", config ? config->warnings : config.error());
  std::istringstream in{out.str()};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace lagoon::config
