#include "golden_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace lagoon::test {

std::vector<std::byte> read_hex(const std::filesystem::path& file) {
  std::vector<std::byte> octets;
  std::istringstream lines{read_text(file)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line.substr(0, line.find('#'))};
    for (std::string word; words >> word;) {
      std::uint8_t octet = 0;
      const char* const end = word.data() + word.size();
      if (word.size() != 2 || std::from_chars(word.data(), end, octet, 16).ptr != end)
        throw std::runtime_error{file.string() + ": not an octet: " + word};
      octets.push_back(static_cast<std::byte>(octet));
    }
  }
  return octets;
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in{file};
  if (!in) throw std::runtime_error{file.string() + ": can't be read"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<std::filesystem::path> hex_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
    if (entry.path().extension() == ".hex") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

bool update_golden() {
  const char* const value = std::getenv("UPDATE_GOLDEN");
  return value != nullptr && std::string_view{value} == "1";
}

}  // namespace lagoon::test
