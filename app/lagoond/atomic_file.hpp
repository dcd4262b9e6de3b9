// Replacing a file as a whole: who opens it finds the old text or the new one, also after a loss of power.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace lagoon::lagoond {

/// Keeps the mode and the owner of a file that is there; a new one is readable for all. A symbolic link
/// stays, and what it points to is replaced. Errors: system, with the path; then the file is as it was.
[[nodiscard]] Result<void> write_atomically(const std::string& path, std::string_view text);

}  // namespace lagoon::lagoond
