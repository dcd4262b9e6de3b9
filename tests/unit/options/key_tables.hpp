// The tables of keys in docs/config.md, as the rows of the options say them.
#pragma once

#include <string>

namespace lagoon::test {

/// A table for each map of a LAG and of a member, with what a key takes, its default, and in which modes it
/// counts.
[[nodiscard]] std::string key_tables();

}  // namespace lagoon::test
