// Grammar: how a command is written, and whether a line is one. A command's syntax is a text that people read
// in `help`, and all that the console knows of it:
//
//   word a|b       these words          LAG        a value: one word, without blanks
//   [word LAG]     may be left out      FLOW...    a value: the rest of the line
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace lagoon::console {

/// The values of a line, by their names in the syntax. Views into the line and the syntax.
class Arguments {
 public:
  void add(std::string_view name, std::string_view value) { values_.emplace_back(name, value); }
  /// Empty: left out.
  [[nodiscard]] std::string_view operator[](std::string_view name) const noexcept;
  /// The word that was taken where the syntax has several; empty: none.
  [[nodiscard]] std::string_view choice() const noexcept { return (*this)[kChoice]; }
  static constexpr std::string_view kChoice = "|";

 private:
  std::vector<std::pair<std::string_view, std::string_view>> values_;
};

struct Part {
  std::vector<std::string_view> words;  // any of these; empty: a value
  std::string_view name{};              // of the value
  bool rest = false;                    // to the end of the line
};

/// One way to write a command, with all that may be left out decided.
using Pattern = std::vector<Part>;
[[nodiscard]] std::vector<Pattern> patterns_of(std::string_view syntax);

struct Word {
  std::string_view text;
  std::size_t at = 0;
};
[[nodiscard]] std::vector<Word> words_of(std::string_view line);

/// How far a line goes along a pattern.
struct Fit {
  std::size_t words = 0;  // that fit, from the first
  std::size_t fixed = 0;  // of them, words of the syntax: the more, the better the line is understood
  bool whole = false;     // the line is the pattern
  Arguments arguments{};
};
[[nodiscard]] Fit fit(const Pattern& pattern, std::string_view line, std::span<const Word> words);

/// Why the line is none of these: what was expected after the most words of the syntax that were understood,
/// and what a mistyped word was meant to be.
[[nodiscard]] Error misfit(std::span<const Pattern* const> patterns, std::string_view line);

}  // namespace lagoon::console
