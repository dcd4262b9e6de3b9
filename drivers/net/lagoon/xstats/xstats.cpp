// Extended statistics. What they are made of lies in the primary, and a secondary process asks for it.
#include <cerrno>
#include <cstring>

#include "../lag_port.hpp"
#include "../ops.hpp"
#include "dpdk/base/log.hpp"
#include "question.hpp"

namespace lagoon::pmd {

namespace {

bool is_primary() {
  return rte_eal_process_type() == RTE_PROC_PRIMARY;
}

// Writes the entries, and gives how many there are, or a negative errno.
template <typename Write>
int write_entries(const rte_eth_dev& dev, bool has_room_for_some, unsigned room, Write write) {
  const Result<std::vector<Entry>> all =
      is_primary() ? entries_of(lag_of(dev)) : ask_entries(dev.data->port_id);
  if (!all) {
    dpdk::log_line(dpdk::LogLevel::error,
                   std::string{dev.data->name} + ": extended statistics: " + all.error().detail);
    return -errno_of(all.error().code);
  }
  if (has_room_for_some && room >= all->size())
    for (std::size_t i = 0; i < all->size(); ++i) write(i, (*all)[i]);
  return static_cast<int>(all->size());
}

}  // namespace

int xstats(rte_eth_dev* dev, rte_eth_xstat* out, unsigned room) noexcept {
  return write_entries(*dev, out != nullptr, room,
                       [&](std::size_t i, const Entry& entry) { out[i] = {.id = i, .value = entry.value}; });
}

int xstats_names(rte_eth_dev* dev, rte_eth_xstat_name* out, unsigned room) noexcept {
  return write_entries(*dev, out != nullptr, room, [&](std::size_t i, const Entry& entry) {
    std::memset(out[i].name, 0, sizeof out[i].name);
    entry.name.copy(out[i].name, sizeof out[i].name - 1);
  });
}

int xstats_reset(rte_eth_dev* dev) noexcept {
  return is_primary() ? reset_entries(lag_of(*dev)) : ask_reset(dev->data->port_id);
}

}  // namespace lagoon::pmd
