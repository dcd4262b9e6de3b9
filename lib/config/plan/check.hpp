// `lagoond --check`: a verdict on a file, without EAL and without touching a port.
#pragma once

#include <iosfwd>

namespace lagoon::config {

/// Prints the plan to `out` and returns 0, or prints all that is wrong to `err` and returns 1.
[[nodiscard]] int check_config_file(const char* path, std::ostream& out, std::ostream& err);

}  // namespace lagoon::config
