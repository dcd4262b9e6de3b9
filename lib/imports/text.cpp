#include "imports/text.hpp"

#include <algorithm>
#include <ranges>

namespace lagoon::imports {

namespace {

constexpr std::string_view kEnds = " \t\r";

[[nodiscard]] bool is_name(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(kEnds);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kEnds) - first + 1);
}

std::vector<Line> lines_of(std::string_view text, char comment) {
  std::vector<Line> lines;
  std::size_t number = 1;
  while (!text.empty()) {
    const std::size_t first = number;
    const std::size_t begin = std::min(text.find_first_not_of(kEnds), text.size());
    const bool is_comment = comment != 0 && begin < text.size() && text[begin] == comment;
    std::size_t end = text.find('\n');
    for (++number;
         end != std::string_view::npos && !is_comment && trimmed(text.substr(0, end)).ends_with('\\');
         ++number)
      end = text.find('\n', end + 1);
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && !is_comment) lines.push_back({first, line});
  }
  return lines;
}

std::vector<std::string_view> words_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::string_view first_word(std::string_view text) {
  const auto words = words_of(text);
  return words.empty() ? std::string_view{} : words.front();
}

std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view text, char at) {
  const std::size_t place = text.find(at);
  if (place == std::string_view::npos) return std::nullopt;
  return std::pair{trimmed(text.substr(0, place)), trimmed(text.substr(place + 1))};
}

std::string_view unquoted(std::string_view value) noexcept {
  value = trimmed(value);
  if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
    const std::size_t end = value.find(value.front(), 1);
    return value.substr(1, end == std::string_view::npos ? end : end - 1);
  }
  for (const std::string_view comment : {" #", "\t#"}) value = value.substr(0, value.find(comment));
  return trimmed(value);
}

std::string lowered(std::string_view text) {
  std::string made{text};
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

bool is_number(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view base_name(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1);
}

// (a text that is not UTF-8 all through has its other octets replaced; which is enough for a comment)
std::string printable(std::string_view text) {
  bool is_utf8 = true;
  for (std::size_t i = 0; i < text.size() && is_utf8;) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t more = lead < 0x80                   ? 0
                             : lead >= 0xc3 && lead < 0xe0 ? 1
                             : lead > 0xe0 && lead < 0xf0  ? 2
                                                           : 4;
    is_utf8 = more < 4 && i + more < text.size();
    for (std::size_t j = 1; is_utf8 && j <= more; ++j)
      is_utf8 = (static_cast<unsigned char>(text[i + j]) & 0xc0) == 0x80;
    i += more + 1;
  }
  std::string made{text};
  for (char& c : made) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) c = ' ';
    if (octet >= 0x80 && !is_utf8) c = '?';
  }
  return made;
}

std::string_view IniSection::value_of(std::string_view key) const noexcept {
  std::string_view value;
  for (const Entry& entry : entries)
    if (entry.key == key) value = entry.value;
  return value;
}

std::vector<IniSection> sections_of(std::string_view text) {
  std::vector<IniSection> sections;
  for (const Line& line : lines_of(text)) {
    if (line.text.front() == ';') continue;
    if (line.text.front() == '[') {
      sections.push_back({.name = line.text.substr(1, line.text.find(']') - 1)});
    } else if (const auto pair = split(line.text, '='); pair && !sections.empty()) {
      sections.back().entries.push_back({line.number, pair->first, pair->second});
    }
  }
  return sections;
}

std::string_view value_in(const std::vector<IniSection>& sections, std::string_view section,
                          std::string_view key) noexcept {
  std::string_view value;
  for (const IniSection& one : sections)
    if (one.name == section)
      if (const std::string_view found = one.value_of(key); !found.empty()) value = found;
  return value;
}

std::vector<Entry> assignments_of(std::string_view text) {
  std::vector<Entry> entries;
  std::size_t number = 1;
  while (!text.empty()) {
    const std::size_t first = number;
    std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view words = trimmed(text.substr(0, end));
    if (words.starts_with("export ")) words = trimmed(words.substr(7));
    if (const auto pair = split(words, '='); pair && is_name(pair->first)) {
      std::string_view value = pair->second;
      // A quoted value ends where its quote does.
      if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
        const auto begin = static_cast<std::size_t>(value.data() - text.data());
        if (const std::size_t close = text.find(value.front(), begin + 1); close != std::string_view::npos) {
          value = text.substr(begin, close - begin + 1);
          end = std::min(text.find('\n', close), text.size());
        }
      }
      entries.push_back({first, pair->first, unquoted(value)});
    }
    number += static_cast<std::size_t>(std::ranges::count(text.substr(0, end), '\n')) + 1;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return entries;
}

}  // namespace lagoon::imports
