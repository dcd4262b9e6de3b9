// The configuration of lagoon_lag_create(), from its C struct.
#include <rte_ethdev.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/c_convert.hpp"
#include "api/read_lag.hpp"

namespace lagoon::api {

namespace {

constexpr std::uint16_t kDescriptors = 1024;

Result<std::vector<std::string>> names_of(std::span<const std::uint16_t> ports) {
  std::vector<std::string> names;
  for (const std::uint16_t port : ports) {
    char name[RTE_ETH_NAME_MAX_LEN];
    if (rte_eth_dev_get_name_by_port(port, name) != 0)
      return fail(Errc::no_such_thing, "there is no port " + std::to_string(port));
    names.emplace_back(name);
  }
  return names;
}

Result<void> check(const lagoon_lag_config& config) {
  const auto wrong = [](const char* what) { return fail(Errc::invalid_argument, what); };
  if (config.ports == nullptr && config.port_count != 0)
    return wrong("port_count is not zero, but ports is NULL");
  if (config.pools == nullptr && config.pool_count != 0)
    return wrong("pool_count is not zero, but pools is NULL");
  if (config.pool_count == 0 && config.members == LAGOON_MEMBERS_CONFIGURE)
    return wrong("pools is empty; expected a mempool, or one for each receive queue");
  const std::size_t queues = config.rx_queues == 0 ? 1 : config.rx_queues;
  if (config.pool_count > 1 && config.pool_count != queues)
    return wrong("pool_count is neither 1 nor the number of receive queues");
  for (std::size_t i = 0; i < config.pool_count; ++i)
    if (config.pools[i] == nullptr) return wrong("one of the pools is NULL");
  if (config.options != nullptr && config.options_file != nullptr)
    return wrong("options stands beside options_file; expected one of them");
  if (config.members > LAGOON_MEMBERS_KEEP)
    return wrong("members is neither LAGOON_MEMBERS_CONFIGURE nor LAGOON_MEMBERS_KEEP");
  if (config.control > LAGOON_CONTROL_CALLER)
    return wrong("control is neither LAGOON_CONTROL_THREAD nor LAGOON_CONTROL_CALLER");
  if (config.members == LAGOON_MEMBERS_KEEP && config.port_conf != nullptr)
    return wrong("port_conf has no effect on members that are kept as they are; expected NULL");
  return {};
}

Result<config::Lag> lag_of(const lagoon_lag_config& config) {
  const auto names = names_of({config.ports, config.port_count});
  if (!names) return std::unexpected{names.error()};
  const std::string_view name = config.name == nullptr ? "" : config.name;
  if (config.options_file != nullptr) return read_lag_file(name, config.options_file, *names);
  return read_lag(name, config.options == nullptr ? "" : config.options, *names);
}

void add_callbacks(const lagoon_lag_config& config, dpdk::Embedding& embedding) {
  if (config.on_link != nullptr)
    embedding.on_link = [call = config.on_link, user = config.user](const dpdk::LagLink& link) {
      const lagoon_link made = c_link(link);
      call(user, &made);
    };
  if (config.on_event != nullptr)
    embedding.on_event = [call = config.on_event, user = config.user](const dpdk::NamedEvent& event) {
      const lagoon_event made = c_event(event);
      call(user, &made);
    };
}

}  // namespace

Result<dpdk::Embedding> embedding_of(const lagoon_lag_config& config) {
  LAGOON_TRY(check(config));
  auto lag = lag_of(config);
  if (!lag) return std::unexpected{std::move(lag).error()};
  const auto one_unless = [](std::uint16_t count) { return count == 0 ? std::uint16_t{1} : count; };
  const auto usual_unless = [](std::uint16_t count) { return count == 0 ? kDescriptors : count; };
  dpdk::Embedding embedding{.lag = *std::move(lag),
                            .rx_queues = one_unless(config.rx_queues),
                            .tx_queues = one_unless(config.tx_queues),
                            .pools = {config.pools, config.pools + config.pool_count},
                            .rx_descriptors = usual_unless(config.rx_descriptors),
                            .tx_descriptors = usual_unless(config.tx_descriptors),
                            .conf = config.port_conf,
                            .configure_members = config.members == LAGOON_MEMBERS_CONFIGURE};
  if (config.sets_mbuf_port) embedding.port = config.mbuf_port;
  if (config.control == LAGOON_CONTROL_CALLER) embedding.control = dpdk::ControlBy::caller;
  if (config.busy) embedding.idle = config::Idle::busy;
  add_callbacks(config, embedding);
  return embedding;
}

}  // namespace lagoon::api
