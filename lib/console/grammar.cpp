#include "console/grammar.hpp"

#include <algorithm>

#include "config/text/suggest.hpp"

namespace lagoon::console {

namespace {

constexpr std::string_view kBlanks = " \t";

bool is_value(std::string_view part) {
  return part.front() >= 'A' && part.front() <= 'Z';
}

Part part_of(std::string_view text) {
  constexpr std::string_view kRest = "...";
  Part part;
  if (is_value(text)) {
    part.rest = text.ends_with(kRest);
    part.name = part.rest ? text.substr(0, text.size() - kRest.size()) : text;
    return part;
  }
  while (!text.empty()) {
    const std::size_t bar = std::min(text.find('|'), text.size());
    part.words.push_back(text.substr(0, bar));
    text.remove_prefix(std::min(bar + 1, text.size()));
  }
  return part;
}

void add_parts(Pattern& pattern, std::string_view text) {
  for (const Word& word : words_of(text)) pattern.push_back(part_of(word.text));
}

std::string what_is(const Part& part) {
  std::string text;
  if (part.words.empty()) return std::string{part.name};
  for (const std::string_view word : part.words) text += (text.empty() ? "" : ", ") + std::string{word};
  return text;
}

std::string expected_after(std::span<const Part* const> parts) {
  std::vector<std::string> said;
  std::string text;
  for (const Part* const part : parts) {
    std::string what = what_is(*part);
    if (std::ranges::find(said, what) != said.end()) continue;
    text += (text.empty() ? "" : ", ") + what;
    said.push_back(std::move(what));
  }
  return text;
}

}  // namespace

std::string_view Arguments::operator[](std::string_view name) const noexcept {
  for (const auto& [known, value] : values_)
    if (known == name) return value;
  return {};
}

std::vector<Pattern> patterns_of(std::string_view syntax) {
  std::vector<Pattern> patterns(1);
  while (!syntax.empty()) {
    const std::size_t open = std::min(syntax.find('['), syntax.size());
    for (Pattern& pattern : patterns) add_parts(pattern, syntax.substr(0, open));
    syntax.remove_prefix(open);
    if (syntax.empty()) break;
    const std::size_t close = std::min(syntax.find(']'), syntax.size() - 1);
    const std::size_t without = patterns.size();
    for (std::size_t i = 0; i < without; ++i) {
      Pattern with = patterns[i];
      add_parts(with, syntax.substr(1, close - 1));
      patterns.push_back(std::move(with));
    }
    syntax.remove_prefix(close + 1);
  }
  return patterns;
}

std::vector<Word> words_of(std::string_view line) {
  std::vector<Word> words;
  std::size_t at = line.find_first_not_of(kBlanks);
  while (at != std::string_view::npos) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back({line.substr(at, end - at), at});
    at = line.find_first_not_of(kBlanks, end);
  }
  return words;
}

Fit fit(const Pattern& pattern, std::string_view line, std::span<const Word> words) {
  Fit fit;
  for (const Part& part : pattern) {
    if (fit.words == words.size()) return fit;
    const Word& word = words[fit.words];
    if (part.rest) {
      std::string_view rest = line.substr(word.at);
      rest = rest.substr(0, rest.find_last_not_of(kBlanks) + 1);
      fit.arguments.add(part.name, rest);
      fit.words = words.size();
      fit.whole = true;
      return fit;
    }
    if (part.words.empty()) {
      fit.arguments.add(part.name, word.text);
    } else {
      if (std::ranges::find(part.words, word.text) == part.words.end()) return fit;
      if (part.words.size() > 1) fit.arguments.add(Arguments::kChoice, word.text);
      ++fit.fixed;
    }
    ++fit.words;
  }
  fit.whole = fit.words == words.size();
  return fit;
}

Error misfit(std::span<const Pattern* const> patterns, std::string_view line) {
  const std::vector<Word> words = words_of(line);
  std::size_t furthest = 0;
  std::size_t fixed = 0;
  std::vector<const Part*> next;
  for (const Pattern* const pattern : patterns) {
    const Fit found = fit(*pattern, line, words);
    if (std::pair{found.fixed, found.words} < std::pair{fixed, furthest}) continue;
    if (std::pair{found.fixed, found.words} > std::pair{fixed, furthest}) next.clear();
    furthest = found.words;
    fixed = found.fixed;
    if (found.words < pattern->size()) next.push_back(&(*pattern)[found.words]);
  }
  const std::size_t said_to = furthest == 0 ? 0 : words[furthest - 1].at + words[furthest - 1].text.size();
  const std::string said = config::in_quotes(line.substr(0, said_to));
  if (furthest == words.size())
    return {Errc::invalid_argument, said + " is not all; expected " + expected_after(next)};
  const std::string_view word = words[furthest].text;
  std::string text = config::in_quotes(word) + " is not understood";
  if (furthest > 0) text += " after " + said;
  if (next.empty()) return {Errc::invalid_argument, text + "; nothing more is expected"};
  std::vector<std::string_view> known;
  for (const Part* const part : next) known.insert(known.end(), part->words.begin(), part->words.end());
  if (const auto meant = config::nearest(word, known))
    return {Errc::invalid_argument, text + "; did you mean " + config::in_quotes(*meant) + "?"};
  return {Errc::invalid_argument, text + "; expected " + expected_after(next)};
}

}  // namespace lagoon::console
