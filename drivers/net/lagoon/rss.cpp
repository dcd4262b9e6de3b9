// RSS: the members' own, the same on all of them. What is set is kept for members that come later.
#include <cerrno>

#include "lag_port.hpp"
#include "ops.hpp"

namespace lagoon::pmd {

namespace {

template <typename Call>
int on_members(LagPort& lag, Call call) {
  int worst = 0;
  for (const std::uint16_t member : lag.members().ports())
    if (const int result = call(member); result != 0) worst = result;
  return worst;
}

std::optional<std::uint16_t> first_member(LagPort& lag) {
  const std::vector<std::uint16_t> ports = lag.members().ports();
  return ports.empty() ? std::nullopt : std::optional{ports.front()};
}

}  // namespace

int rss_update(rte_eth_dev* dev, rte_eth_rss_conf* conf) noexcept {
  LagPort& lag = lag_of(*dev);
  if (const int result =
          on_members(lag, [&](std::uint16_t member) { return rte_eth_dev_rss_hash_update(member, conf); });
      result != 0)
    return result;
  PassedOn& passed = lag.passed_on();
  if (conf->rss_key != nullptr) passed.rss_key.assign(conf->rss_key, conf->rss_key + conf->rss_key_len);
  passed.rss = *conf;
  passed.rss->rss_key = nullptr;
  passed.rss->rss_key_len = static_cast<std::uint8_t>(passed.rss_key.size());
  return 0;
}

int rss_conf(rte_eth_dev* dev, rte_eth_rss_conf* conf) noexcept {
  const auto member = first_member(lag_of(*dev));
  return member ? rte_eth_dev_rss_hash_conf_get(*member, conf) : -ENODEV;
}

int reta_update(rte_eth_dev* dev, rte_eth_rss_reta_entry64* conf, std::uint16_t size) noexcept {
  LagPort& lag = lag_of(*dev);
  if (const int result = on_members(
          lag, [&](std::uint16_t member) { return rte_eth_dev_rss_reta_update(member, conf, size); });
      result != 0)
    return result;
  // What members have now, all of it: an update may be of some entries only.
  const std::size_t groups = (size + RTE_ETH_RETA_GROUP_SIZE - 1) / RTE_ETH_RETA_GROUP_SIZE;
  std::vector<rte_eth_rss_reta_entry64>& kept = lag.passed_on().reta;
  kept.resize(groups);
  for (std::size_t i = 0; i < groups; ++i)
    for (unsigned bit = 0; bit < RTE_ETH_RETA_GROUP_SIZE; ++bit)
      if ((conf[i].mask >> bit & 1U) != 0) {
        kept[i].mask |= std::uint64_t{1} << bit;
        kept[i].reta[bit] = conf[i].reta[bit];
      }
  return 0;
}

int reta_query(rte_eth_dev* dev, rte_eth_rss_reta_entry64* conf, std::uint16_t size) noexcept {
  const auto member = first_member(lag_of(*dev));
  return member ? rte_eth_dev_rss_reta_query(*member, conf, size) : -ENODEV;
}

}  // namespace lagoon::pmd
