#include "dpdk/telemetry/text_pages.hpp"

#include <vector>

namespace lagoon::dpdk {

namespace {

std::size_t escaped_size(char c) noexcept {
  if (c == '"' || c == '\\' || c == '\n' || c == '\t') return 2;
  return static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
}

bool is_inside_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
}

// Octets of the first page: whole lines, or, of a line that is longer than a page, whole characters.
std::size_t page_size(std::string_view text) noexcept {
  std::size_t at = 0;
  std::size_t escaped = 0;
  std::size_t after_line = 0;
  for (; at < text.size() && at < TextPages::kOctetsMax; ++at) {
    escaped += escaped_size(text[at]);
    if (escaped > TextPages::kEscapedMax) break;
    if (text[at] == '\n') after_line = at + 1;
  }
  if (at == text.size()) return at;
  if (after_line != 0) return after_line;
  while (at > 1 && is_inside_character(text[at])) --at;
  return at;
}

std::vector<std::string> pages_of(std::string_view text) {
  std::vector<std::string> pages;
  do {
    pages.emplace_back(text.substr(0, page_size(text)));
    text.remove_prefix(pages.back().size());
  } while (!text.empty());
  return pages;
}

std::string with_note(const PageKeeper<std::string>::Place& place) {
  std::string text = *place.page;
  if (place.next.empty()) return text;
  if (!text.ends_with('\n')) text += "\\\n";
  return text + "--- page " + std::to_string(place.at) + " of " + std::to_string(place.count) +
         ", next: " + place.next + "\n";
}

}  // namespace

std::string TextPages::first(std::string text, std::string_view question) {
  if (page_size(text) == text.size()) return text;
  return with_note(keeper_.keep(pages_of(text), question));
}

std::optional<std::string> TextPages::next(std::string_view page, std::string_view question) const {
  const auto place = keeper_.find(page, question);
  if (!place) return std::nullopt;
  return with_note(*place);
}

}  // namespace lagoon::dpdk
