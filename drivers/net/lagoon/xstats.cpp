// Extended statistics. A secondary process has none of its own: what they are made of lies in the primary.
#include <algorithm>
#include <cstring>

#include "lag_port.hpp"
#include "ops.hpp"
#include "xstats_entries.hpp"

namespace lagoon::pmd {

namespace {

std::vector<Entry> entries(const rte_eth_dev& dev) {
  if (rte_eal_process_type() != RTE_PROC_PRIMARY) return {};
  LagPort& lag = lag_of(dev);
  const auto status = lag.status();
  if (!status) return {};
  std::vector<Entry> all = entries_of(*status);
  for (Entry& entry : all)
    if (const auto before = lag.counted_before().find(entry.name); before != lag.counted_before().end())
      entry.value -= std::min(entry.value, before->second);  // (another member may have its name now)
  return all;
}

}  // namespace

int xstats(rte_eth_dev* dev, rte_eth_xstat* out, unsigned room) noexcept {
  const std::vector<Entry> all = entries(*dev);
  if (out == nullptr || room < all.size()) return static_cast<int>(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) out[i] = {.id = i, .value = all[i].value};
  return static_cast<int>(all.size());
}

int xstats_names(rte_eth_dev* dev, rte_eth_xstat_name* out, unsigned room) noexcept {
  const std::vector<Entry> all = entries(*dev);
  if (out == nullptr || room < all.size()) return static_cast<int>(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::memset(out[i].name, 0, sizeof out[i].name);
    all[i].name.copy(out[i].name, sizeof out[i].name - 1);
  }
  return static_cast<int>(all.size());
}

int xstats_reset(rte_eth_dev* dev) noexcept {
  LagPort& lag = lag_of(*dev);
  lag.counted_before().clear();
  if (const auto status = lag.status())
    for (const Entry& entry : entries_of(*status))
      if (entry.counts) lag.counted_before()[entry.name] = entry.value;
  return stats_reset(dev);
}

}  // namespace lagoon::pmd
