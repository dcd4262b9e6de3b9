// What users of Linux's bonding, its ip-link and lagg write, and what it is called here. For suggestions: a
// file is read in our words only.
#pragma once

#include <optional>
#include <string_view>

#include "config/text/schema.hpp"

namespace lagoon::config {

/// What an unknown key of a section was meant to be, in our words.
struct Meant {
  std::string_view key;    // one of the section's
  std::string_view inner;  // a key of the map under that; empty: the key itself was meant
};

/// Another system's word for it, the same with '_', or the nearest.
[[nodiscard]] std::optional<Meant> meant_key(std::string_view word, const Section& section);

}  // namespace lagoon::config
