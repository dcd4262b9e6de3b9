// The shape (labels, order, indentation, blank lines) is that of Linux 6.1's /proc/net/bonding, as its own
// output shows it: tests/golden/views/kernel_shapes.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/version.hpp"
#include "control/views/renderers.hpp"
#include "control/views/words.hpp"

namespace lagoon::control::views {

namespace {

class Lines {
 public:
  void add(std::string_view label, std::string_view value) {
    text_ += label;
    text_ += ": ";
    text_ += value;
    text_ += '\n';
  }
  void add(std::string_view label, std::uint64_t value) { add(label, std::to_string(value)); }
  void milliseconds(std::string_view label, Duration d) {
    add(label, static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_ms(d))));
  }
  void bare(std::string_view line) {
    text_ += line;
    text_ += '\n';
  }
  [[nodiscard]] std::string& text() noexcept { return text_; }

 private:
  std::string text_;
};

// Names of the kernel's interfaces have no ':', and parsers cut a line there; PCI addresses have some.
std::string interface_name(std::string_view name) {
  std::string text{name};
  std::ranges::replace(text, ':', '-');
  return text;
}

// Linux's name and number. A policy that Linux lacks gets our name, and the number that Linux gives to none.
std::string hash_policy(dist::HashPolicy policy) {
  const dist::HashPolicyRow& row = row_of(policy);
  const bool in_linux = !row.linux_number.empty();
  return std::string{in_linux ? row.linux_name : row.name} + " (" +
         std::string{in_linux ? row.linux_number : "255"} + ")";
}

bool prints_hash_policy(const LagStatus& lag) noexcept {
  const ModeRow& row = row_of(lag);
  if (row.distribution == table::Distribution::adaptive) return !lag.options.adaptive.load.dynamic;
  return row.distribution == table::Distribution::flow_hash && row.choice != Choice::active_backup;
}

std::string_view churn(lacp::ChurnState state) noexcept {
  switch (state) {
    case lacp::ChurnState::monitor:
      return "monitoring";
    case lacp::ChurnState::no_churn:
      return "none";
    case lacp::ChurnState::churn:
      return "churned";
  }
  return {};
}

// The link as it was debounced, unless something else keeps the member from working.
std::string_view mii_status(const MemberStatus& m) noexcept {
  using failover::DebouncedLink;
  const bool up = m.mii == DebouncedLink::up || m.mii == DebouncedLink::going_down;
  return name_of(up && !m.works ? DebouncedLink::down : m.mii);
}

void put_mode(Lines& out, const LagStatus& lag) {
  const ModeRow& row = row_of(lag);
  const ActiveOptions& active = lag.options.active;
  std::string mode{row.linux_text};
  if (row.choice == Choice::active_backup && active.fail_over_mac != failover::FailOverMac::none)
    mode += " (fail_over_mac " + std::string{name_of(active.fail_over_mac)} + ")";
  out.add("Bonding Mode", mode);
  if (prints_hash_policy(lag)) out.add("Transmit Hash Policy", hash_policy(lag.options.fast.hash.policy));
  if (row.has_active) {
    const auto name = [&lag](std::optional<std::size_t> at) {
      return at && *at < lag.members.size() ? interface_name(lag.members[*at].name) : std::string{"None"};
    };
    const std::string reselect = " (primary_reselect " + std::string{name_of(active.reselect)} + ")";
    out.add("Primary Slave", name(lag.primary) + (lag.primary ? reselect : ""));
    out.add("Currently Active Slave", name(lag.active));
  }
}

std::string targets(const LagStatus& lag, bool ipv6) {
  std::string list;
  for (const HostAddress& target : lag.options.targets.targets) {
    if (std::holds_alternative<Ipv6Address>(target.address) != ipv6) continue;
    list += (list.empty() ? " " : ", ") + to_string(target.address);
  }
  return list;
}

void put_monitors(Lines& out, const LagStatus& lag) {
  out.add("MII Status", lag.up ? "up" : "down");
  out.milliseconds("MII Polling Interval (ms)", lag.options.miimon);
  out.milliseconds("Up Delay (ms)", lag.options.debounce.up_delay);
  out.milliseconds("Down Delay (ms)", lag.options.debounce.down_delay);
  out.milliseconds("Peer Notification Delay (ms)", lag.options.announce.peer_notif_delay);
  const monitor::TargetOptions& options = lag.options.targets;
  if (options.interval <= Duration::zero()) return;
  out.milliseconds("ARP Polling Interval (ms)", options.interval);
  out.add("ARP Missed Max", options.missed_max);
  out.bare("ARP IP target/s (n.n.n.n form):" + targets(lag, false));
  out.bare("NS IPv6 target/s (xx::xx form):" + targets(lag, true));
}

// We have one Aggregator. Members outside of it get an ID of their own, as in the kernel where each port
// brings an Aggregator along.
std::size_t aggregator_id(const LagStatus& lag, std::size_t member) noexcept {
  const bool inside = lag.members[member].lacp.selected == lacp::Selected::selected;
  return (inside ? first_selected(lag).value_or(member) : member) + 1;
}

void put_aggregator(Lines& out, const LagStatus& lag) {
  const lacp::AggregatorConfig& config = lag.options.lacp;
  out.bare("");
  out.bare("802.3ad info");
  out.add("LACP active", config.activity == lacp::Activity::active ? "on" : "off");
  out.add("LACP rate", config.rate == lacp::Rate::fast ? "fast" : "slow");
  out.add("Min links", config.min_links);
  out.add("Aggregator selection policy (ad_select)", lacp::name_of(config.select));
  out.add("System priority", lag.system_priority);
  out.add("System MAC address", to_string(lag.system));
  const std::optional<std::size_t> first = first_selected(lag);
  if (!first) {
    out.bare("bond " + interface_name(lag.name) + " has no active aggregator");
    return;
  }
  std::uint64_t ports = 0;
  for (const MemberStatus& m : lag.members) ports += m.lacp.selected == lacp::Selected::selected ? 1 : 0;
  const lacp::PortView& port = lag.members[*first].lacp;
  out.bare("Active Aggregator Info:");
  out.add("\tAggregator ID", aggregator_id(lag, *first));
  out.add("\tNumber of ports", ports);
  out.add("\tActor Key", port.actor.key);
  out.add("\tPartner Key", port.partner.key);
  out.add("\tPartner Mac Address", to_string(port.partner.system));
}

void put_end(Lines& out, std::string_view whose, std::string_view key_label, const wire::LacpInfo& info) {
  out.bare("details " + std::string{whose} + " lacp pdu:");
  out.add("    system priority", info.system_priority);
  out.add("    system mac address", to_string(info.system));
  out.add(key_label, info.key);
  out.add("    port priority", info.port_priority);
  out.add("    port number", info.port_number);
  out.add("    port state", info.state);
}

void put_member(Lines& out, const LagStatus& lag, std::size_t index) {
  const MemberStatus& m = lag.members[index];
  const std::uint64_t megabits = to_mbps(m.link.speed);
  out.bare("");
  out.add("Slave Interface", interface_name(m.name));
  out.add("MII Status", mii_status(m));
  out.add("Speed", megabits == 0 ? "Unknown" : std::to_string(megabits) + " Mbps");
  out.add("Duplex", m.link.full_duplex ? "full" : "half");
  out.add("Link Failure Count", m.link_failures);
  out.add("Permanent HW addr", to_string(m.address));
  out.add("Slave queue ID", 0);  // the kernel's default; we have no rule that sends a queue to a member
  if (row_of(lag).choice != Choice::lacp) return;
  out.add("Aggregator ID", aggregator_id(lag, index));
  out.add("Actor Churn State", churn(m.lacp.actor_churn));
  out.add("Partner Churn State", churn(m.lacp.partner_churn));
  out.add("Actor Churned Count", m.lacp.counters.actor_churns);
  out.add("Partner Churned Count", m.lacp.counters.partner_churns);
  put_end(out, "actor", "    port key", m.lacp.actor);
  put_end(out, "partner", "    oper key", m.lacp.partner);
}

}  // namespace

std::string linux_text(const LagStatus& lag) {
  Lines out;
  out.add("Ethernet Channel Bonding Driver", std::string{"lagoon "} + kVersion);
  out.bare("");
  put_mode(out, lag);
  put_monitors(out, lag);
  if (row_of(lag).choice == Choice::lacp) put_aggregator(out, lag);
  for (std::size_t i = 0; i < lag.members.size(); ++i) put_member(out, lag, i);
  return std::move(out.text());
}

}  // namespace lagoon::control::views
