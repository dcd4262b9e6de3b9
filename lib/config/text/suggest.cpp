#include "config/text/suggest.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace lagoon::config {
namespace {

constexpr std::size_t kShownMax = 48;
constexpr std::size_t kWordMax = 32;

// Insertions, deletions, replacements and swaps of neighbours that make `a` into `b`.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > kWordMax) return std::nullopt;
  std::optional<std::string_view> best;
  // A third of the letters may be wrong, but not all of a short word.
  std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  for (const std::string_view candidate : known) {
    const std::size_t distance = edits(word, candidate);
    if (distance > limit || distance >= candidate.size() || (best && distance == limit)) continue;
    best = candidate;
    limit = distance;
  }
  return best;
}

std::string listed(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

std::string in_quotes(std::string_view text) {
  std::string shown{text.substr(0, kShownMax)};
  std::ranges::replace_if(
      shown, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return "'" + shown + (text.size() > kShownMax ? "..." : "") + "'";
}

}  // namespace lagoon::config
