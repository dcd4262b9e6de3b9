#include "dpdk/telemetry/text_pages.hpp"

#include <charconv>
#include <utility>
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

std::vector<std::string_view> pages_of(std::string_view text) {
  std::vector<std::string_view> pages;
  do {
    pages.push_back(text.substr(0, page_size(text)));
    text.remove_prefix(pages.back().size());
  } while (!text.empty());
  return pages;
}

std::string with_note(const std::vector<std::string_view>& pages, std::size_t page, std::uint64_t number,
                      std::string_view question) {
  std::string text{pages[page - 1]};
  if (page == pages.size()) return text;
  if (!text.ends_with('\n')) text += "\\\n";
  return text + "--- page " + std::to_string(page) + " of " + std::to_string(pages.size()) +
         ", next: " + std::string{question} + "," + std::to_string(page + 1) + "." + std::to_string(number) +
         "\n";
}

std::optional<std::uint64_t> number_from(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

}  // namespace

std::string TextPages::first(std::string text, std::string_view question) {
  if (page_size(text) == text.size()) return text;
  Text& place = kept_[++last_number_ % kKept];
  place = {.number = last_number_, .octets = std::move(text)};
  return with_note(pages_of(place.octets), 1, place.number, question);
}

std::optional<std::string> TextPages::next(std::string_view page, std::string_view question) const {
  const std::size_t dot = page.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto wanted = number_from(page.substr(0, dot));
  const auto number = number_from(page.substr(dot + 1));
  if (!wanted || !number) return std::nullopt;
  const Text& text = kept_[*number % kKept];
  if (text.number != *number) return std::nullopt;
  const std::vector<std::string_view> pages = pages_of(text.octets);
  if (*wanted > pages.size()) return std::nullopt;
  return with_note(pages, *wanted, *number, question);
}

}  // namespace lagoon::dpdk
