#include "burst.hpp"

#include <rte_mbuf.h>

#include <array>
#include <atomic>
#include <string>

#include "dpdk/base/log.hpp"
#include "shared.hpp"

namespace lagoon::pmd {

namespace {

std::uint16_t receive(void* queue, rte_mbuf** frames, std::uint16_t most) noexcept {
  auto& slot = *static_cast<RxSlot*>(queue);
  // (start() has published it long before the program polls)
  dpdk::RxQueue* const to = slot.queue.load(std::memory_order_relaxed);
  if (to == nullptr) [[unlikely]]
    return 0;
  const std::uint16_t count = dpdk::receive(*to, frames, most);
  if (count != 0) follow(slot.counts, *to);
  return count;
}

std::uint16_t send(void* queue, rte_mbuf** frames, std::uint16_t count) noexcept {
  auto& slot = *static_cast<TxSlot*>(queue);
  dpdk::TxQueue* const to = slot.queue.load(std::memory_order_relaxed);
  if (to == nullptr) [[unlikely]]
    return 0;
  const std::uint16_t taken = dpdk::send(*to, frames, count);
  follow(slot.counts, *to);
  return taken;
}

// What this process, a secondary, knows of the members of each LAG.
struct Looked {
  std::atomic<std::uint32_t> at{0};  // as Shared::member_changes had it; 0: not yet
  std::atomic<bool> usable{false};
};
std::array<Looked, RTE_MAX_ETHPORTS> looked;

// Why no burst of this process may use the member; null: it may. (ethdev would call a null pointer.)
const char* fault_of(std::uint16_t member) noexcept {
  const rte_eth_dev& dev = rte_eth_devices[member];
  if (dev.state != RTE_ETH_DEV_ATTACHED) return "is not attached in this process";
  if (dev.rx_pkt_burst == nullptr || dev.tx_pkt_burst == nullptr)
    return "has a driver that neither sends nor receives in a secondary process";
  return nullptr;
}

[[gnu::cold]] void look_at_members(const Shared& shared, std::uint32_t now) noexcept {
  bool usable = true;
  for_each_member(shared, [&](std::uint16_t member) {
    const char* const fault = fault_of(member);
    if (fault == nullptr) return;
    usable = false;
    dpdk::log_line(dpdk::LogLevel::error, std::string{rte_eth_devices[shared.port].data->name} +
                                              ": member port " + std::to_string(member) + " " + fault +
                                              ", so the LAG does neither here");
  });
  looked[shared.port].usable.store(usable, std::memory_order_relaxed);
  looked[shared.port].at.store(now, std::memory_order_release);
}

bool members_are_usable(const Shared& shared) noexcept {
  const std::uint32_t now = shared.member_changes.load(std::memory_order_acquire);
  if (looked[shared.port].at.load(std::memory_order_acquire) != now) [[unlikely]]
    look_at_members(shared, now);
  return looked[shared.port].usable.load(std::memory_order_relaxed);
}

std::uint16_t receive_elsewhere(void* queue, rte_mbuf** frames, std::uint16_t most) noexcept {
  return members_are_usable(*static_cast<const RxSlot*>(queue)->of) ? receive(queue, frames, most)
                                                                    : std::uint16_t{0};
}

std::uint16_t send_elsewhere(void* queue, rte_mbuf** frames, std::uint16_t count) noexcept {
  return members_are_usable(*static_cast<const TxSlot*>(queue)->of) ? send(queue, frames, count)
                                                                    : std::uint16_t{0};
}

}  // namespace

void set_burst_functions(rte_eth_dev& dev) noexcept {
  const bool is_primary = rte_eal_process_type() == RTE_PROC_PRIMARY;
  looked[dev.data->port_id].at.store(0, std::memory_order_relaxed);
  dev.rx_pkt_burst = is_primary ? receive : receive_elsewhere;
  dev.tx_pkt_burst = is_primary ? send : send_elsewhere;
}

}  // namespace lagoon::pmd
