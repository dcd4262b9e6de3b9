// The inverse of yaml_reader.hpp: a Config as the text of a file. Read back, it gives an equal Config.
#pragma once

#include <string>

#include "config/model.hpp"

namespace lagoon::config {

/// What differs from the defaults, each key in its place; modes are always said. "hash-seed: random" stays
/// so: it is drawn anew at each start.
[[nodiscard]] std::string to_yaml(const Config& config);

}  // namespace lagoon::config
