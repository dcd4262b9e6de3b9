// What rte_eth_dev_priv_dump() writes: first what net_bonding's users look for, under its labels, then all of
// the LAG as /proc/net/bonding has it, and as a table.
#include <cinttypes>

#include "control/views/views.hpp"
#include "lag_port.hpp"
#include "ops.hpp"
#include "options/mode.hpp"

namespace lagoon::pmd {

namespace {

std::string list_of(const std::vector<std::uint16_t>& ports) {
  std::string list = "(" + std::to_string(ports.size()) + "): [";
  for (const std::uint16_t port : ports) list += (list.back() == '[' ? "" : " ") + std::to_string(port);
  return list + "]";
}

std::string summary(const config::Lag& lag, LagPort& port, const std::optional<control::LagStatus>& status) {
  const control::ModeRow& mode = control::row_of(lag.options.mode);
  std::string text = "  - Dev basic:\n\tBonding mode: " + std::string{mode.linux_name};
  text += mode.number.empty() ? "\n" : "(" + std::string{mode.number} + ")\n";
  if (mode.distribution == table::Distribution::flow_hash)
    text += "\tBalance Xmit Policy: " + std::string{dist::name_of(lag.options.fast.hash.policy)} + "\n";
  if (mode.mode == control::Mode::lacp)
    text += "\tIEEE802.3AD Aggregator Mode: " + std::string{name_of(lag.options.lacp.select)} + "\n";
  text += "\tMembers " + list_of(port.members().ports()) + "\n";
  std::vector<std::uint16_t> active;
  if (status)
    for (const control::MemberStatus& member : status->members)
      if (const auto id = find_port(member.port); id && member.works) active.push_back(*id);
  text += "\tActive Members " + list_of(active) + "\n";
  if (const auto primary = port.primary()) text += "\tCurrent Primary: [" + std::to_string(*primary) + "]\n";
  return text;
}

}  // namespace

int dump(rte_eth_dev* dev, std::FILE* file) noexcept {
  LagPort& lag = lag_of(*dev);
  const auto status = lag.status();
  std::string text = summary(lag.configuration(), lag, status);
  if (status) {
    text += "  - LAG" + std::string{lag.is_running() ? "" : " when it was stopped"} + ":\n";
    text += control::render(control::View::table, *status);
    text += control::render(control::View::bonding, *status);
  }
  return std::fputs(text.c_str(), file) < 0 ? -EIO : 0;
}

}  // namespace lagoon::pmd
