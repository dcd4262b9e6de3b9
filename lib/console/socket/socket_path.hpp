// Where the control sockets of lagoond, and of programs that have LAGs in them, are.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace lagoon::console {

/// /run/lagoon for root, $XDG_RUNTIME_DIR/lagoon for others. Errors: no_such_thing where that is not set.
[[nodiscard]] Result<std::string> socket_folder();
/// Of the lagoond or program with that EAL prefix.
[[nodiscard]] Result<std::string> default_socket_path(std::string_view prefix);
/// The one in that folder that somebody listens on. Errors: no_such_thing where there are none or several,
/// with their names.
[[nodiscard]] Result<std::string> only_socket_in(const std::string& folder);

}  // namespace lagoon::console
