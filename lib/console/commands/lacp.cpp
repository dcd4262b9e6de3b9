// show lacp: the Partners that were found, what our own ports say of themselves, and the frames counted.
#include <algorithm>
#include <array>

#include "console/session.hpp"
#include "console/text/text_table.hpp"
#include "console/text/units_text.hpp"
#include "control/views/words.hpp"

namespace lagoon::console {

namespace {

using control::LagStatus;
using control::MemberStatus;
using control::views::state_letters;

bool speaks_lacp(const LagStatus& lag) {
  return control::row_of(lag.options.mode).choice == control::Choice::lacp;
}

std::string summary(const LagStatus& lag) {
  std::string text = "  System " + std::to_string(lag.system_priority) + "," + to_string(lag.system) + ", " +
                     (lag.options.lacp.activity == lacp::Activity::active ? "active" : "passive") +
                     ", asks for " + (lag.options.lacp.rate == lacp::Rate::fast ? "fast" : "slow") +
                     " LACPDUs\n";
  text += "  LAG ID " + (lag.lag_id == lacp::LagId{} ? "-" : control::to_string(lag.lag_id)) + "\n";
  const auto selected = std::ranges::count(lag.members, lacp::Selected::selected,
                                           [](const MemberStatus& m) { return m.lacp.selected; });
  return text + "  " + std::to_string(static_cast<std::uint64_t>(selected)) + " of " +
         std::to_string(lag.members.size()) + " members SELECTED, " +
         std::to_string(lag.distributing_members) + " distributing" +
         (lag.fallback ? ", fallback: no Partner speaks" : "") + "\n";
}

std::string neighbors(const LagStatus& lag) {
  TextTable table{{"member", "partner system", "prio", "key", "port", "port prio", "state", "heard"}};
  for (const MemberStatus& m : lag.members) {
    const wire::LacpInfo& partner = m.lacp.partner;
    if (m.lacp.last_received == Instant{}) {
      table.add({m.name, "-", "-", "-", "-", "-", "-", "never"});
      continue;
    }
    table.add({m.name, to_string(partner.system), std::to_string(partner.system_priority),
               std::to_string(partner.key), std::to_string(partner.port_number),
               std::to_string(partner.port_priority), state_letters(partner.state),
               duration_words(std::max(Duration{}, lag.taken - m.lacp.last_received)) + " ago"});
  }
  return table.text(2);
}

std::string internal(const LagStatus& lag) {
  TextTable table{{"member", "port", "port prio", "key", "state", "selected", "why not", "receive",
                   "periodic", "mux", "churn"}};
  for (const MemberStatus& m : lag.members) {
    const lacp::PortView& v = m.lacp;
    table.add({m.name, std::to_string(v.actor.port_number), std::to_string(v.actor.port_priority),
               std::to_string(v.actor.key), state_letters(v.actor.state), std::string{name_of(v.selected)},
               std::string{name_of(v.reason)}, std::string{name_of(v.receive)},
               std::string{name_of(v.periodic)}, std::string{name_of(v.mux)},
               std::string{name_of(v.actor_churn)} + "/" + std::string{name_of(v.partner_churn)}});
  }
  return table.text(2);
}

std::string counters(const LagStatus& lag) {
  TextTable table{{"member", "LACPDUs rx", "tx", "Markers rx", "answered", "expired", "churns",
                   "partner changes", "looped"}};
  for (const MemberStatus& m : lag.members) {
    const lacp::PortCounters& c = m.lacp.counters;
    table.add({m.name, std::to_string(c.lacpdu_rx), std::to_string(c.lacpdu_tx),
               std::to_string(m.markers.received), std::to_string(m.markers.answered),
               std::to_string(c.expirations),
               std::to_string(c.actor_churns) + "/" + std::to_string(c.partner_churns),
               std::to_string(c.partner_changes), std::to_string(c.looped)});
  }
  return table.text(2);
}

Result<Outcome> show_lacp(Session& session, const Arguments& arguments) {
  const auto lags = lags_of(session, arguments["LAG"]);
  if (!lags) return std::unexpected{lags.error()};
  std::string text;
  for (const LagStatus& lag : *lags) {
    text += lag.name + ":" + (speaks_lacp(lag) ? "\n" : " mode " + lag.mode + ", which has no LACP\n");
    if (!speaks_lacp(lag)) continue;
    const std::string_view what = arguments.choice();
    text += what == "neighbors"  ? neighbors(lag)
            : what == "internal" ? internal(lag)
            : what == "counters" ? counters(lag)
                                 : summary(lag);
    if (what != "counters") text += control::evidence_lines(lag, 2);
  }
  return Outcome{.text = std::move(text)};
}

constexpr std::array<CommandRow, 1> kLacpCommands{{
    {"show lacp [neighbors|internal|counters] [LAG]",
     "The Partners, our own ports, the frames counted; or a summary", show_lacp},
}};

}  // namespace

std::span<const CommandRow> lacp_commands() noexcept {
  return kLacpCommands;
}

}  // namespace lagoon::console
