// show neighbors: who is at the other ends of the members' cables, as LLDP tells it, and what is wrong with
// cables.
#include <algorithm>
#include <array>

#include "console/session.hpp"
#include "console/text/text_table.hpp"
#include "console/text/units_text.hpp"
#include "control/status/fields.hpp"
#include "control/wiring/neighbor_words.hpp"

namespace lagoon::console {

namespace {

using control::LagStatus;
using control::MemberStatus;

std::string channel_of(const wire::Lldpdu& said) {
  if (!said.aggregation) return "-";
  if (!said.aggregation->aggregated) return said.aggregation->capable ? "not used" : "none";
  return std::to_string(said.aggregation->port);
}

std::string silence_of(const LagStatus& lag, const MemberStatus& member) {
  if (!lag.options.lldp.receive) return "not listened to (lldp.receive: false)";
  return member.link.up ? "nobody speaks LLDP" : "no link";
}

std::string neighbors_text(const LagStatus& lag) {
  TextTable table{{"member", "system", "port", "description", "chassis", "channel", "heard", "holds for"}};
  for (const MemberStatus& member : lag.members) {
    if (member.other_end.neighbors.empty()) table.add({member.name, "-", "-", silence_of(lag, member)});
    for (const lldp::Neighbor& neighbor : member.other_end.neighbors) {
      const wire::Lldpdu& said = neighbor.said;
      table.add({member.name, control::system_words(said), text_of_port(said.port),
                 said.port_description ? wire::text_of(*said.port_description) : "-",
                 text_of_chassis(said.chassis), channel_of(said),
                 duration_words(std::max(Duration{}, lag.taken - neighbor.heard)) + " ago",
                 duration_words(std::max(Duration{}, neighbor.until - lag.taken))});
    }
  }
  std::string text = lag.name + ":\n" + table.text(2);
  control::for_each_wiring(lag, [&text](const control::WiringOf& of) {
    text += "  " + std::string{name_of(of.wiring.fault)} + ": " + of.member.name + ": " + of.wiring.sentence +
            "\n";
  });
  return text;
}

Result<Outcome> show_neighbors(Session& session, const Arguments& arguments) {
  const auto lags = lags_of(session, arguments["LAG"]);
  if (!lags) return std::unexpected{lags.error()};
  std::string text;
  for (const LagStatus& lag : *lags) text += neighbors_text(lag);
  return Outcome{.text = std::move(text)};
}

constexpr std::array<CommandRow, 1> kNeighborCommands{{
    {"show neighbors [LAG]", "Who is at the other ends of the cables (LLDP), and what is wrong with cables",
     show_neighbors},
}};

}  // namespace

std::span<const CommandRow> neighbor_commands() noexcept {
  return kNeighborCommands;
}

}  // namespace lagoon::console
