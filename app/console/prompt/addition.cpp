// What TAB adds. (A file of its own: it needs no terminal.)
#include <algorithm>

#include "console/prompt/terminal.hpp"

namespace lagoon::console {

std::optional<std::string> common_addition(std::string_view line, std::span<const Completion> choices) {
  if (choices.empty() || !std::ranges::all_of(choices, &Completion::literal)) return std::nullopt;
  std::string common = choices.front().text;
  for (const Completion& choice : choices) {
    const auto same = std::ranges::mismatch(common, choice.text);
    common.erase(same.in1, common.end());
  }
  const std::size_t blank = line.find_last_of(" \t");
  const std::size_t begun = line.size() - (blank == std::string_view::npos ? 0 : blank + 1);
  if (common.size() < begun) return std::nullopt;
  std::string addition = common.substr(begun);
  if (choices.size() == 1) addition += ' ';
  if (addition.empty()) return std::nullopt;
  return addition;
}

}  // namespace lagoon::console
