#include "dpdk/port/slow_path_steering.hpp"

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_flow.h>

#include <array>
#include <string>
#include <vector>

namespace lagoon::dpdk {

namespace {

constexpr std::uint16_t kSlowProtocolsNetworkOrder = RTE_BE16(0x8809);

// The rule, and all it points to.
struct Rule {
  rte_flow_attr attr{};
  rte_flow_item_eth spec{};
  rte_flow_item_eth mask{};
  rte_flow_action_queue queue{};
  std::array<rte_flow_item, 2> pattern{};
  std::array<rte_flow_action, 2> actions{};

  explicit Rule(QueueId to) {
    attr.ingress = 1;
    spec.hdr.ether_type = kSlowProtocolsNetworkOrder;
    mask.hdr.ether_type = 0xffff;
    queue.index = to.value();
    pattern[0].type = RTE_FLOW_ITEM_TYPE_ETH;
    pattern[0].spec = &spec;
    pattern[0].mask = &mask;
    pattern[1].type = RTE_FLOW_ITEM_TYPE_END;
    actions[0].type = RTE_FLOW_ACTION_TYPE_QUEUE;
    actions[0].conf = &queue;
    actions[1].type = RTE_FLOW_ACTION_TYPE_END;
  }
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;
};

Result<void> spread_rss(EthdevId port, std::uint16_t queues) {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(port.value(), &info) != 0 || info.reta_size == 0) return {};
  std::vector<rte_eth_rss_reta_entry64> table(
      static_cast<std::size_t>(info.reta_size + RTE_ETH_RETA_GROUP_SIZE - 1) / RTE_ETH_RETA_GROUP_SIZE);
  for (std::size_t i = 0; i < info.reta_size; ++i) {
    rte_eth_rss_reta_entry64& group = table[i / RTE_ETH_RETA_GROUP_SIZE];
    group.mask |= std::uint64_t{1} << (i % RTE_ETH_RETA_GROUP_SIZE);
    group.reta[i % RTE_ETH_RETA_GROUP_SIZE] = static_cast<std::uint16_t>(i % queues);
  }
  const int error = rte_eth_dev_rss_reta_update(port.value(), table.data(), info.reta_size);
  if (error != 0) return fail(Errc::not_supported, std::string{"RSS table: "} + rte_strerror(-error));
  return {};
}

}  // namespace

bool can_steer_slow_protocols(EthdevId port) noexcept {
  const Rule rule{QueueId{0}};
  rte_flow_error error{};
  const int answer =
      rte_flow_validate(port.value(), &rule.attr, rule.pattern.data(), rule.actions.data(), &error);
  // A driver may refuse because the port is not configured yet; only "there is no rte_flow" is final.
  return answer != -ENOSYS && answer != -ENOTSUP;
}

Result<void> steer_slow_protocols(EthdevId port, QueueId queue, std::uint16_t worker_queues) {
  if (worker_queues > 1) LAGOON_TRY(spread_rss(port, worker_queues));
  const Rule rule{queue};
  rte_flow_error error{};
  if (rte_flow_create(port.value(), &rule.attr, rule.pattern.data(), rule.actions.data(), &error) == nullptr)
    return fail(Errc::not_supported,
                std::string{"slow-protocol frames can't be steered: "} +
                    (error.message != nullptr ? error.message : rte_strerror(rte_errno)));
  return {};
}

}  // namespace lagoon::dpdk
