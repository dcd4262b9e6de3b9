// The columns are those of `show lacp neighbor` as a Catalyst prints them (the FreeBSD handbook, 32.7, shows
// one that has a lagg as its neighbor). It tells of the Partner; without LACP there is none to tell of.
#include <algorithm>
#include <string>
#include <string_view>

#include "control/views/renderers.hpp"
#include "control/views/words.hpp"

namespace lagoon::control::views {

namespace {

constexpr std::string_view kLegend =
    "Flags:  S - Device is requesting Slow LACPDUs\n"
    "        F - Device is requesting Fast LACPDUs\n"
    "        A - Device is in Active mode       P - Device is in Passive mode\n\n";
constexpr std::string_view kHead =
    "Partner's information:\n\n"
    "                  LACP port                        Oper    Port     Port\n"
    "Port      Flags   Priority  Dev ID         Age     Key     Number   State\n";

// "0005.5d71.8db8"
std::string dotted(const MacAddress& mac) {
  std::string text;
  for (const char c : to_string(mac))
    if (c != ':') text += c;
  return text.insert(8, ".").insert(4, ".");
}

std::string age(const LagStatus& lag, const lacp::PortView& port) {
  if (port.last_received == Instant{}) return "-";
  const auto seconds = std::chrono::floor<std::chrono::seconds>(lag.taken - port.last_received).count();
  return std::to_string(std::max<std::int64_t>(0, seconds)) + "s";
}

std::string row(const LagStatus& lag, const MemberStatus& m) {
  const wire::LacpInfo& partner = m.lacp.partner;
  const lacp::PortState state{partner.state};
  std::string flags{state.has(lacp::StateBit::timeout) ? 'F' : 'S'};
  flags += state.has(lacp::StateBit::activity) ? 'A' : 'P';
  const auto hex = [](std::uint64_t value) { return "0x" + hex_upper(value, 1); };
  return padded(m.name, 10) + padded(flags, 8) + padded(std::to_string(partner.port_priority), 10) +
         padded(dotted(partner.system), 16) + padded(age(lag, m.lacp), 7) + padded(hex(partner.key), 8) +
         padded(hex(partner.port_number), 9) + hex(partner.state) + "\n";
}

}  // namespace

std::string cisco_text(const LagStatus& lag) {
  const std::string group = "Channel group " + std::to_string(lag.options.lacp.lag_number + 1);
  if (row_of(lag).choice != Choice::lacp)
    return group + " has no LACP neighbors: mode " + std::string{name_of(lag.options.mode)} + "\n";
  std::string text{kLegend};
  text += group + " neighbors\n\n";
  text += kHead;
  for (const MemberStatus& m : lag.members) text += row(lag, m);
  return text;
}

}  // namespace lagoon::control::views
