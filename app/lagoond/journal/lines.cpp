#include "lagoond/journal/lines.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace lagoon::lagoond {

namespace {

// What an operator may want to be woken for.
bool carries_less(const control::JournalEntry& e) noexcept {
  if (e.kind == "looped" || e.kind == "left_out" || e.kind == "unequal_speed") return true;
  if (e.kind == "link" || e.kind == "lag") return e.to == "down";
  if (e.kind == "works") return e.to == "no";
  if (e.kind == "mux") return e.from == "DISTRIBUTING";
  if (e.kind == "receive") return e.from == "CURRENT";
  if (e.kind == "fallback") return e.to == "on";
  if (e.kind == "damping") return e.to == "held_down";
  if (e.kind == "stall") return true;
  if (e.kind == "interface") return e.to != "there";
  if (e.kind == "flood") return e.to == "flooded";
  if (e.kind == "hold_out") return e.to == "held_out";
  if (e.kind == "actor_churn" || e.kind == "partner_churn") return e.to == "CHURN";
  return false;
}

}  // namespace

Line line_of(const dpdk::LagEvent& event) {
  const control::JournalEntry& e = event.entry;
  std::string text = event.lag + " #" + std::to_string(e.sequence);
  if (!e.of_lag) text += " " + e.member_name;
  text += ": " + std::string{e.kind};
  if (!e.from.empty()) text += " " + std::string{e.from};
  if (!e.from.empty() && !e.to.empty()) text += " ->";
  if (!e.to.empty()) text += " " + std::string{e.to};
  if (!e.why.empty()) text += ": " + std::string{e.why};
  if (!e.evidence.empty()) text += "; " + e.evidence;
  return {.severity = carries_less(e) ? Severity::warning : Severity::notice, .at = e.at, .text = text};
}

std::optional<Line> GapFinder::before(const dpdk::LagEvent& event) {
  std::uint64_t& last = last_[event.lag];
  const std::uint64_t expected = last + 1;
  last = event.entry.sequence;
  if (last <= expected) return std::nullopt;
  missing_ += last - expected;
  return Line{.severity = Severity::warning,
              .text = event.lag + ": entries " + std::to_string(expected) + " to " +
                      std::to_string(last - 1) + " are lost: the journal's writer was behind"};
}

std::string timestamp(std::int64_t unix_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::time_t seconds = unix_ns / kSecond;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + length, text.size() - length, ".%06dZ",
                static_cast<int>(unix_ns % kSecond / 1000));
  return text.data();
}

}  // namespace lagoon::lagoond
