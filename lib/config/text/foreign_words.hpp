// What users of Linux's bonding, its ip-link and lagg write, and what it is called here. For suggestions, and
// for lib/imports: a file of ours is read in our words only.
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

/// The key of a LAG's option ("lacp.rate") for another system's word ("lacp_rate", "bond-lacp-rate"), or the
/// key itself. Nothing: there is none.
[[nodiscard]] std::optional<std::string_view> key_for(std::string_view word);

}  // namespace lagoon::config
