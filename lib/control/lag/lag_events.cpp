#include "control/lag/lag_events.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include "control/lag/evidence.hpp"

namespace lagoon::control {

namespace {

struct Words {
  std::string_view kind;
  std::string_view from;
  std::string_view to;
};

template <typename State>
Words words(std::string_view kind, const lacp::Event& event) noexcept {
  return {kind, name_of(static_cast<State>(event.from)), name_of(static_cast<State>(event.to))};
}

// Static, as a journal's words are.
std::string_view count_word(std::uint8_t count) noexcept {
  constexpr std::array<std::string_view, 11> kWords{"unknown", "",  "",  "3", "4", "5",
                                                    "6",       "7", "8", "9", "10"};
  return count < kWords.size() ? kWords[count] : "";
}

Words words_of(const lacp::Event& event) noexcept {
  switch (event.kind) {
    case lacp::EventKind::receive_state:
      return words<lacp::ReceiveState>("receive", event);
    case lacp::EventKind::mux_state:
      return words<lacp::MuxState>("mux", event);
    case lacp::EventKind::selected:
      return words<lacp::Selected>("selected", event);
    case lacp::EventKind::actor_churn:
      return words<lacp::ChurnState>("actor_churn", event);
    case lacp::EventKind::partner_churn:
      return words<lacp::ChurnState>("partner_churn", event);
    case lacp::EventKind::partner_changed:
      return {"partner_changed", "", ""};
    case lacp::EventKind::looped:
      return {"looped", "", ""};
    case lacp::EventKind::left_out:
      return words<lacp::UnselectedReason>("left_out", event);
    case lacp::EventKind::swap:
      return words<lacp::Swap>("swap", event);
    case lacp::EventKind::retry_count:
      return {"retry_count", count_word(event.from), count_word(event.to)};
    case lacp::EventKind::lag_state:
      return {"lag", event.from != 0 ? "up" : "down", event.to != 0 ? "up" : "down"};
  }
  return {};
}

}  // namespace

JournalEntry journal_entry(const lacp::Event& event) {
  const Words w = words_of(event);
  return {.at = event.at,
          .member = event.port,
          .of_lag = event.kind == lacp::EventKind::lag_state,
          .kind = w.kind,
          .from = w.from,
          .to = w.to,
          .why = why_of(event),
          .evidence = evidence_of(event)};
}

}  // namespace lagoon::control
