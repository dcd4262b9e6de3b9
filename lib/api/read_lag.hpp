// A LAG from the text of its keys, as a program gives it to lagoon_lag_create().
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/model.hpp"

namespace lagoon::api {

/// A LAG from `options`: keys of a LAG as a configuration file has them, "mode: active-backup". An empty
/// `name` is the options', or "lag0". `ports` are names of ethdevs; the members, unless `options` has some.
/// Errors: invalid_argument, with all that is wrong at once, a line for each.
[[nodiscard]] Result<config::Lag> read_lag(std::string_view name, std::string_view options,
                                           std::span<const std::string> ports);
/// The same from a file with such keys. Errors: also no_such_thing.
[[nodiscard]] Result<config::Lag> read_lag_file(std::string_view name, const char* path,
                                                std::span<const std::string> ports);

}  // namespace lagoon::api
