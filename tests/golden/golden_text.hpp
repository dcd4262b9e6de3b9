// Golden files: a frame as hexadecimal octets (*.hex, '#' begins a comment) and what it means (*.txt).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace lagoon::test {

/// Throws std::runtime_error, which names the file and the word, for what is not octets.
[[nodiscard]] std::vector<std::byte> read_hex(const std::filesystem::path& file);
[[nodiscard]] std::string read_text(const std::filesystem::path& file);
/// All *.hex of a folder, sorted.
[[nodiscard]] std::vector<std::filesystem::path> hex_files(const std::filesystem::path& folder);
/// UPDATE_GOLDEN=1 rewrites what is expected; the diff is for a person to read.
[[nodiscard]] bool update_golden();

}  // namespace lagoon::test
