// Lines and words of texts from elsewhere. They are views of the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lagoon::imports {

struct Line {
  std::size_t number = 0;  // from 1
  std::string_view text;   // without blanks at both ends
};

/// What separates words. (A line that goes on after a backslash is one view, with both in it.)
inline constexpr std::string_view kBlanks = " \t\r\n\\";

[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
/// Those that are not empty. `comment`: begins one at the beginning of a line; 0: nothing does. One that ends
/// in a backslash goes on with the next.
[[nodiscard]] std::vector<Line> lines_of(std::string_view text, char comment = '#');
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view text,
                                                     std::string_view separators = kBlanks);
/// The first of them; empty: there is none.
[[nodiscard]] std::string_view first_word(std::string_view text);
/// "a=b" in two; nothing: there is no separator.
[[nodiscard]] std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view text,
                                                                                 char at);
/// Without quotes around it, and without a comment behind it: KEY="a b"  # ..
[[nodiscard]] std::string_view unquoted(std::string_view value) noexcept;
[[nodiscard]] std::string lowered(std::string_view text);
[[nodiscard]] bool is_number(std::string_view text) noexcept;
/// The last part of a path.
[[nodiscard]] std::string_view base_name(std::string_view path) noexcept;
/// What a terminal and a comment can show: no control characters, and UTF-8.
[[nodiscard]] std::string printable(std::string_view text);

/// A section of an INI file (systemd, NetworkManager).
struct Entry {
  std::size_t line = 0;
  std::string_view key;
  std::string_view value;
};
struct IniSection {
  std::string_view name;
  std::vector<Entry> entries{};

  /// The last one; empty: there is none.
  [[nodiscard]] std::string_view value_of(std::string_view key) const noexcept;
};
[[nodiscard]] std::vector<IniSection> sections_of(std::string_view text);
/// Empty where there is no such section.
[[nodiscard]] std::string_view value_in(const std::vector<IniSection>& sections, std::string_view section,
                                        std::string_view key) noexcept;

/// Assignments of a shell's file: KEY=value, KEY="value", also over several lines.
[[nodiscard]] std::vector<Entry> assignments_of(std::string_view text);

}  // namespace lagoon::imports
