#include "lacp.hpp"

#include <algorithm>
#include <iterator>

#include "dpdk/base/log.hpp"
#include "lacp/constants.hpp"
#include "options/mode.hpp"
#include "ports.hpp"

namespace lagoon::pmd::bond {

namespace {

constexpr std::uint32_t kAggregateWaitMaxMs = 60'000;
// The control loop's own: a turn, and three LACPDUs a second at most.
constexpr std::uint32_t kTurnMs = 1;
constexpr std::uint32_t kTxPeriodMs = 333;
constexpr std::uint32_t kMarkerPeriodMs = 333;

std::uint32_t in_ms(Duration duration) {
  return static_cast<std::uint32_t>(to_ms(duration));
}

rte_bond_8023ad_agg_selection selection_of(lacp::SelectPolicy policy) {
  switch (policy) {
    case lacp::SelectPolicy::bandwidth:
      return AGG_BANDWIDTH;
    case lacp::SelectPolicy::count:
      return AGG_COUNT;
    case lacp::SelectPolicy::stable:
    case lacp::SelectPolicy::port_priority:
      return AGG_STABLE;
  }
  return AGG_STABLE;
}

// In the order of octets on the wire, as net_bonding gives them.
port_params params_of(const wire::LacpInfo& info) {
  port_params params{};
  params.system_priority = rte_cpu_to_be_16(info.system_priority);
  std::ranges::copy(info.system.octets, params.system.addr_bytes);
  params.key = rte_cpu_to_be_16(info.key);
  params.port_priority = rte_cpu_to_be_16(info.port_priority);
  params.port_number = rte_cpu_to_be_16(info.port_number);
  return params;
}

bool runs_lacp(const control::LagOptions& options) {
  return control::row_of(options.mode).choice == control::Choice::lacp;
}

int select(LagPort& lag, rte_bond_8023ad_agg_selection wanted) {
  const char* const word = wanted == AGG_BANDWIDTH ? "bandwidth"
                           : wanted == AGG_COUNT   ? "count"
                           : wanted == AGG_STABLE  ? "stable"
                                                   : nullptr;
  return word == nullptr ? -EINVAL : set(lag, "lacp.select", word);
}

// Gives -EINVAL where the port has no such member, or the LAG does not run, or not LACP.
template <typename Function>
int with_member(std::uint16_t port, std::uint16_t member, Function function) {
  return with(port, [&](LagPort& lag) -> int {
    if (!lag.is_running()) return -EINVAL;
    const auto status = lag.status();
    if (!status || !runs_lacp(status->options)) return -EINVAL;
    for (const control::MemberStatus& known : status->members)
      if (find_port(known.port) == member) return function(known, *status);
    return -EINVAL;
  });
}

// The Aggregator has the port id of the first member that uses it, as with net_bonding.
std::uint16_t aggregator_of(const control::LagStatus& lag, const control::MemberStatus& member,
                            std::uint16_t own) {
  if (member.lacp.selected != lacp::Selected::selected) return own;
  for (const control::MemberStatus& other : lag.members)
    if (other.lacp.selected == lacp::Selected::selected)
      if (const auto port = find_port(other.port)) return *port;
  return own;
}

}  // namespace

int conf(std::uint16_t port, rte_eth_bond_8023ad_conf* out) {
  if (out == nullptr) return -EINVAL;
  return with(port, [&](LagPort& lag) {
    const lacp::AggregatorConfig config = lag.configuration().options.lacp;
    *out = {};
    out->fast_periodic_ms = in_ms(lacp::kFastPeriodicTime);
    out->slow_periodic_ms = in_ms(lacp::kSlowPeriodicTime);
    out->short_timeout_ms = in_ms(lacp::kShortTimeoutTime);
    out->long_timeout_ms = in_ms(lacp::kLongTimeoutTime);
    out->aggregate_wait_timeout_ms = in_ms(config.aggregate_wait);
    out->tx_period_ms = kTxPeriodMs;
    out->rx_marker_period_ms = kMarkerPeriodMs;
    out->update_timeout_ms = kTurnMs;
    out->agg_selection = selection_of(config.select);
    return 0;
  });
}

int set_conf(std::uint16_t port, const rte_eth_bond_8023ad_conf* wanted) {
  return with(port, [&](LagPort& lag) -> int {
    if (wanted != nullptr && wanted->slowrx_cb != nullptr) {
      dpdk::log_line(dpdk::LogLevel::error,
                     lag.name() + ": LACP is the port's own, slowrx_cb is not supported");
      return -ENOTSUP;
    }
    if (wanted != nullptr && wanted->aggregate_wait_timeout_ms > kAggregateWaitMaxMs) return -EINVAL;
    const lacp::AggregatorConfig defaults{};
    const std::uint32_t wait =
        wanted == nullptr ? in_ms(defaults.aggregate_wait) : wanted->aggregate_wait_timeout_ms;
    // (the other times are constants of 802.1AX)
    if (const int error = set(lag, "lacp.aggregate-wait", std::to_string(wait) + (wait == 0 ? "" : "ms"));
        error != 0)
      return error;
    return select(lag, wanted == nullptr ? AGG_STABLE : wanted->agg_selection);
  });
}

int member_info(std::uint16_t port, std::uint16_t member, BondMemberInfo* out) {
  if (out == nullptr) return -EINVAL;
  return with_member(port, member, [&](const control::MemberStatus& known, const control::LagStatus& lag) {
    *out = {};
    out->selected = known.lacp.selected == lacp::Selected::selected  ? SELECTED
                    : known.lacp.selected == lacp::Selected::standby ? STANDBY
                                                                     : UNSELECTED;
    out->actor_state = known.lacp.actor.state;
    out->actor = params_of(known.lacp.actor);
    out->partner_state = known.lacp.partner.state;
    out->partner = params_of(known.lacp.partner);
    out->agg_port_id = aggregator_of(lag, known, member);
    return 0;
  });
}

int flag(std::uint16_t port, std::uint16_t member, BondFlag flag) {
  return with_member(port, member, [&](const control::MemberStatus& known, const control::LagStatus&) {
    const bool set = flag == BondFlag::collecting ? known.lacp.collecting : known.lacp.distributing;
    return set ? 1 : 0;
  });
}

int selection(std::uint16_t port) {
  return with(port,
              [](LagPort& lag) -> int { return selection_of(lag.configuration().options.lacp.select); });
}

int set_selection(std::uint16_t port, rte_bond_8023ad_agg_selection wanted) {
  return with(port, [&](LagPort& lag) {
    return runs_lacp(lag.configuration().options) ? select(lag, wanted) : -EINVAL;
  });
}

int dedicate(std::uint16_t port) {
  return with(port, [](LagPort& lag) { return lag.is_running() ? -1 : 0; });
}

}  // namespace lagoon::pmd::bond
