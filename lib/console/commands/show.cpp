// show lag, show health, show events: what a LAG is, whether all is well, and what happened.
#include <algorithm>
#include <array>

#include "config/text/suggest.hpp"
#include "console/session.hpp"
#include "console/text/text_table.hpp"
#include "console/text/units_text.hpp"
#include "control/views/health.hpp"
#include "control/views/json_writer.hpp"
#include "control/views/views.hpp"
#include "control/views/words.hpp"

namespace lagoon::console {

namespace {

constexpr std::uint32_t kEventsMost = control::kJournalSize;
constexpr std::uint32_t kEventsUsual = 20;

std::string without_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// One LAG that was named is an object; all of them are a list, also where there is one.
std::string as_json(const std::vector<control::LagStatus>& lags, bool one) {
  if (one) return control::render(control::View::json, lags.front());
  std::string text = "[";
  for (const control::LagStatus& lag : lags)
    text += (text.size() > 1 ? ",\n" : "\n") + without_end(control::render(control::View::json, lag));
  return text + "\n]\n";
}

Result<Outcome> show_lag(Session& session, const Arguments& arguments) {
  const std::string_view word = arguments["VIEW"].empty() ? "table" : arguments["VIEW"];
  const auto view = control::view_from(word);
  if (!view)
    return fail(Errc::invalid_argument,
                "no view " + config::in_quotes(word) + "; expected " + config::listed(control::kViewNames));
  const auto lags = lags_of(session, arguments["LAG"]);
  if (!lags) return std::unexpected{lags.error()};
  if (*view == control::View::json)
    return Outcome{.text = as_json(*lags, !arguments["LAG"].empty()), .is_json = true};
  std::string text;
  for (const control::LagStatus& lag : *lags) {
    // (the other systems' texts are told apart by an empty line; ours is dense)
    if (!text.empty() && *view != control::View::table) text += "\n";
    text += control::render(*view, lag);
  }
  return Outcome{.text = std::move(text)};
}

std::string health_text(const control::Health& health) {
  TextTable table;
  for (const control::Finding& finding : health)
    table.add({std::string{name_of(finding.severity)}, finding.subject, finding.sentence});
  return "health: " + std::string{name_of(control::worst_of(health))} + "\n" + table.text(2);
}

Result<Outcome> show_health(Session& session, const Arguments& arguments) {
  const control::Health health = session.running.health();
  if (arguments["FORM"] == "json") return Outcome{.text = control::health_json(health), .is_json = true};
  if (!arguments["FORM"].empty() && arguments["FORM"] != "table")
    return fail(Errc::invalid_argument,
                "health is shown as table or json, not as " + config::in_quotes(arguments["FORM"]));
  return Outcome{.text = health_text(health)};
}

struct LagEvents {
  const control::LagStatus* lag;
  std::vector<dpdk::NamedEvent> events;
};

std::string events_text(const std::vector<LagEvents>& all) {
  TextTable table{{"ago", "lag", "member", "what", "from", "to", "why", "evidence"}};
  for (const LagEvents& of : all)
    for (const dpdk::NamedEvent& event : of.events)
      table.add({duration_words(std::max(Duration{}, of.lag->taken - event.entry.at)), of.lag->name,
                 event.member.empty() ? "-" : event.member, std::string{event.entry.kind},
                 std::string{event.entry.from}, std::string{event.entry.to}, std::string{event.entry.why},
                 event.entry.evidence});
  return table.text();
}

std::string events_json(const std::vector<LagEvents>& all) {
  control::views::JsonWriter json;
  json.open_array();
  for (const LagEvents& of : all)
    for (const dpdk::NamedEvent& event : of.events) {
      json.open_object();
      json.text("lag", of.lag->name);
      json.number("sequence", event.entry.sequence);
      json.milliseconds("ago_ms", std::max(Duration{}, of.lag->taken - event.entry.at));
      if (!event.member.empty()) json.text("member", event.member);
      json.text("kind", event.entry.kind);
      json.text("from", event.entry.from);
      json.text("to", event.entry.to);
      json.text("why", event.entry.why);
      json.text("evidence", event.entry.evidence);
      json.close_object();
    }
  json.close_array();
  return json.take();
}

Result<Outcome> show_events(Session& session, const Arguments& arguments) {
  std::uint32_t most = kEventsUsual;
  if (!arguments["NUMBER"].empty()) {
    const auto number = number_of(arguments["NUMBER"], "the number of events", 1, kEventsMost);
    if (!number) return std::unexpected{number.error()};
    most = *number;
  }
  const auto lags = lags_of(session, arguments["LAG"]);
  if (!lags) return std::unexpected{lags.error()};
  std::vector<LagEvents> all;
  for (const control::LagStatus& lag : *lags) {
    auto events = session.running.events(lag.name, most);
    if (!events) return std::unexpected{events.error()};
    all.push_back({&lag, *std::move(events)});
  }
  if (arguments["FORM"] == "json") return Outcome{.text = events_json(all), .is_json = true};
  if (!arguments["FORM"].empty() && arguments["FORM"] != "table")
    return fail(Errc::invalid_argument,
                "events are shown as table or json, not as " + config::in_quotes(arguments["FORM"]));
  return Outcome{.text = events_text(all)};
}

constexpr std::array<CommandRow, 3> kShowCommands{{
    {"show lag [LAG] [as VIEW]", "LAGs as they are now, as table, linux, lagg, cisco or json", show_lag},
    {"show health [as FORM]", "Whether all is well, in sentences, and what is not; FORM: table, json",
     show_health},
    {"show events [LAG] [last NUMBER] [as FORM]", "What happened last, the oldest first; FORM: table, json",
     show_events},
}};

}  // namespace

std::span<const CommandRow> show_commands() noexcept {
  return kShowCommands;
}

}  // namespace lagoon::console
