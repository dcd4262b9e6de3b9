// A text file as a whole, whatever stands at its path: never waits for another process, and never reads more
// than it was told.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

namespace lagoon::config {

/// Reads a regular file of up to `most` octets. What is something else (a pipe, a folder, a device, a socket)
/// is refused and not opened, since reading it might never end. Gives the octets, or in words why not.
[[nodiscard]] std::expected<std::string, std::string> read_text_file(const char* path, std::size_t most);

}  // namespace lagoon::config
