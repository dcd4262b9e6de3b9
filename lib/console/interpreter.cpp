#include "console/interpreter.hpp"

#include <algorithm>

#include "control/views/views.hpp"

namespace lagoon::console {

namespace {

constexpr std::string_view kLineBlanks = " \t\r\n";

std::string_view trimmed(std::string_view line) {
  const std::size_t first = line.find_first_not_of(kLineBlanks);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kLineBlanks) - first + 1);
}

void add_choice(std::vector<Completion>& choices, Completion choice) {
  const auto same = std::ranges::find(choices, choice.text, &Completion::text);
  if (same == choices.end()) return choices.push_back(std::move(choice));
  // Several commands go on with this word: what each does is said after it.
  if (same->help != choice.help) same->help.clear();
}

}  // namespace

Interpreter::Interpreter(Running& running) : session_{.running = running} {
  for (const CommandRow& row : command_table()) entries_.push_back({row, patterns_of(row.syntax)});
}

Result<Outcome> Interpreter::run(std::string_view line) {
  line = trimmed(line);
  if (line.empty() || line.front() == '#') return Outcome{};
  if (line.size() > kLineMax)
    return fail(Errc::invalid_argument, "a line has up to " + std::to_string(kLineMax) +
                                            " octets, this one " + std::to_string(line.size()));
  if (std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; }))
    return fail(Errc::invalid_argument, "a line has no control characters");
  const std::vector<Word> words = words_of(line);
  const Entry* best = nullptr;
  Fit best_fit;
  std::size_t meant = 0;  // fixed words of what was begun, and perhaps not ended
  std::vector<const Pattern*> all;
  for (const Entry& entry : entries_)
    for (const Pattern& pattern : entry.patterns) {
      all.push_back(&pattern);
      Fit found = fit(pattern, line, words);
      meant = std::max(meant, found.fixed);
      if (!found.whole || (best != nullptr && found.fixed <= best_fit.fixed)) continue;
      best = &entry;
      best_fit = std::move(found);
    }
  // Who writes "watch every" means no LAG of that name.
  if (best == nullptr || best_fit.fixed < meant) return std::unexpected{misfit(all, line)};
  return best->row.run(session_, best_fit.arguments);
}

std::vector<Completion> Interpreter::complete(std::string_view line) {
  if (line.size() > kLineMax) return {};
  std::vector<Word> words = words_of(line);
  std::string_view begun;
  if (!words.empty() && words.back().at + words.back().text.size() == line.size()) {
    begun = words.back().text;
    words.pop_back();
  }
  std::vector<Completion> choices;
  for (const Entry& entry : entries_)
    for (const Pattern& pattern : entry.patterns) {
      const Fit found = fit(pattern, line, words);
      if (found.words != words.size()) continue;
      if (found.words >= pattern.size()) {
        if (begun.empty() && found.whole)
          add_choice(choices, {"<return>", std::string{entry.row.help}, false});
        continue;
      }
      const Part& part = pattern[found.words];
      const std::string help{entry.row.help};
      for (const std::string_view word : part.words)
        if (word.starts_with(begun)) add_choice(choices, {std::string{word}, help});
      if (!part.words.empty()) continue;
      std::vector<std::string> values = values_of(session_, part.name, found.arguments);
      if (values.empty()) add_choice(choices, {std::string{part.name}, help, false});
      for (std::string& value : values)
        if (value.starts_with(begun)) add_choice(choices, {std::move(value), std::string{part.name}});
    }
  return choices;
}

std::vector<std::string> values_of(Session& session, std::string_view name, const Arguments& before) {
  std::vector<std::string> values;
  if (name == "VIEW") return {control::kViewNames.begin(), control::kViewNames.end()};
  if (name == "KEY") return config::run_time_keys();
  if (name == "LAG") {
    if (const auto lags = session.running.lags())
      for (const control::LagStatus& lag : *lags) values.push_back(lag.name);
  } else if (name == "MEMBER") {
    if (const auto lag = lag_of(session, before["LAG"]))
      for (const control::MemberStatus& member : lag->members) values.push_back(member.name);
  } else if (name == "PORT") {
    if (const auto ports = session.running.ports())
      for (const dpdk::EthdevStatus& port : *ports) values.push_back(std::to_string(port.id));
  }
  return values;
}

}  // namespace lagoon::console
