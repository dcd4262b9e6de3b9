// explain flow, explain member: which way frames take, and why a member carries none.
#include <algorithm>
#include <array>

#include "config/text/suggest.hpp"
#include "console/session.hpp"
#include "console/text/text_table.hpp"
#include "console/text/units_text.hpp"
#include "control/views/words.hpp"

namespace lagoon::console {

namespace {

using control::LagStatus;
using control::MemberStatus;

constexpr std::size_t kEventsOfMember = 6;

std::string explanation(const dpdk::FlowAnswer& answer) {
  const control::Explanation& way = answer.way;
  std::string text = answer.lag + ": " + std::string{way.distribution};
  if (way.by_frame) return text + ": every frame goes its own way\n";
  text += ", hash " + std::to_string(way.hash) + ", bucket " + std::to_string(way.bucket) + "\n";
  if (answer.nic_hash) text += "  the NIC's hash decides where a frame has one, and may have another way\n";
  for (const dpdk::FlowAnswer::Entry& entry : answer.entries)
    text += "  " + entry.member + ": entry of worker " + std::to_string(entry.lcore) + ", " +
            std::string{entry.why} + ", for " + duration_words(entry.since) + "\n";
  if (answer.member.empty()) return text + "  nowhere: no member distributes\n";
  text += "  " + answer.member + ": " + (way.pin ? "pin " + std::to_string(*way.pin) : "bucket") + ", " +
          std::string{way.why};
  if (answer.since) text += ", for " + duration_words(*answer.since);
  if (!answer.before.empty()) text += ", before on " + answer.before;
  text += way.moving ? "; it is being moved\n" : "\n";
  if (!answer.entries.empty()) text += "  (the entry goes before the bucket)\n";
  return text;
}

Result<Outcome> explain_flow(Session& session, const Arguments& arguments) {
  const auto lag = lag_of(session, arguments["LAG"]);
  if (!lag) return std::unexpected{lag.error()};
  const auto answer = session.running.explain(lag->name, arguments["FLOW"]);
  if (!answer) return std::unexpected{answer.error()};
  return Outcome{.text = explanation(*answer)};
}

Result<const MemberStatus*> member_of(const LagStatus& lag, std::string_view name) {
  const auto found = std::ranges::find(lag.members, name, &MemberStatus::name);
  if (found != lag.members.end()) return &*found;
  std::vector<std::string_view> names;
  for (const MemberStatus& member : lag.members) names.push_back(member.name);
  return fail(Errc::no_such_thing,
              "LAG " + config::in_quotes(lag.name) + " has no member " + config::in_quotes(name) +
                  (names.empty() ? "; it has none" : "; it has: " + config::listed(names)));
}

// What LACP knows of it: both ends, and when the other one was heard.
std::string lacp_lines(const LagStatus& lag, const MemberStatus& m) {
  if (control::row_of(lag).choice != control::Choice::lacp) return {};
  const auto end = [](const wire::LacpInfo& info) {
    return "System " + std::to_string(info.system_priority) + "," + to_string(info.system) + " key " +
           std::to_string(info.key) + " port " + std::to_string(info.port_priority) + "," +
           std::to_string(info.port_number) + ", state " + control::views::state_letters(info.state);
  };
  std::string text = "  LACP: " + std::string{name_of(m.lacp.selected)} + ", mux " +
                     std::string{name_of(m.lacp.mux)} + ", receive " + std::string{name_of(m.lacp.receive)} +
                     "\n  we: " + end(m.lacp.actor) + "\n  the Partner: ";
  if (m.lacp.last_received == Instant{}) return text + "never heard\n";
  if (m.lacp.partner.system.is_zero()) text += "forgotten";
  if (!m.lacp.partner.system.is_zero()) text += end(m.lacp.partner);
  return text + "; heard " + duration_words(std::max(Duration{}, lag.taken - m.lacp.last_received)) +
         " ago\n";
}

std::string last_events(const LagStatus& lag, const std::vector<dpdk::NamedEvent>& events,
                        const std::string& member) {
  std::vector<const dpdk::NamedEvent*> mine;
  for (const dpdk::NamedEvent& event : events)
    if (event.member == member) mine.push_back(&event);
  if (mine.empty()) return {};
  mine.erase(mine.begin(), mine.end() - static_cast<std::ptrdiff_t>(std::min(mine.size(), kEventsOfMember)));
  TextTable table{{"ago", "what", "from", "to", "why", "evidence"}};
  for (const dpdk::NamedEvent* event : mine)
    table.add({duration_words(std::max(Duration{}, lag.taken - event->entry.at)),
               std::string{event->entry.kind}, std::string{event->entry.from}, std::string{event->entry.to},
               std::string{event->entry.why}, event->entry.evidence});
  return "  its last entries in the journal:\n" + table.text(4);
}

Result<Outcome> explain_member(Session& session, const Arguments& arguments) {
  const auto lag = lag_of(session, arguments["LAG"]);
  if (!lag) return std::unexpected{lag.error()};
  const auto member = member_of(*lag, arguments["MEMBER"]);
  if (!member) return std::unexpected{member.error()};
  const MemberStatus& m = **member;
  const auto events = session.running.events(lag->name, control::kJournalSize);
  if (!events) return std::unexpected{events.error()};
  const control::Obstacle obstacle = control::obstacle(*lag, m);
  std::string text =
      lag->name + "/" + m.name + ": " +
      (obstacle.words.empty() ? std::string{"carries frames"} : "carries nothing: " + obstacle.words) + "\n";
  if (!obstacle.evidence.empty()) text += "  " + obstacle.evidence + "\n";
  text += "  for " + duration_words(m.since_change) + "; link " + link_words(m.link) + ", lost " +
          std::to_string(m.link_failures) + " times since the start\n";
  return Outcome{.text = text + lacp_lines(*lag, m) + last_events(*lag, *events, m.name)};
}

constexpr std::array<CommandRow, 2> kExplainCommands{{
    {"explain flow LAG FLOW...", "Which way a conversation takes, like udp 10.0.0.1:1000 10.0.0.2:2000",
     explain_flow},
    {"explain member LAG MEMBER", "Why it carries nothing: what was seen, both ends, its last events",
     explain_member},
}};

}  // namespace

std::span<const CommandRow> explain_commands() noexcept {
  return kExplainCommands;
}

}  // namespace lagoon::console
