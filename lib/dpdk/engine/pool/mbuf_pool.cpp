#include "dpdk/engine/pool/mbuf_pool.hpp"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>
#include <rte_memzone.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "dpdk/engine/capacity.hpp"
#include "dpdk/port/device.hpp"
#include "fast/steer/hold_queue.hpp"

namespace lagoon::dpdk {

namespace {

constexpr const char* kName = "lagoon_mbufs";
constexpr const char* kMemory = "lagoon_mbufs_memory";
constexpr unsigned kCache = 256;
// DPDK's word for "place them without a look at pages".
constexpr unsigned kAnyPage = RTE_MEMPOOL_F_NO_IOVA_CONTIG;

void free_memory(rte_mempool_memhdr*, void* memory) {
  rte_memzone_free(static_cast<const rte_memzone*>(memory));
}

// Without hugepages DPDK keeps each mbuf within a page of 4 kB, of which it leaves half empty: a device that
// reads memory itself may find the next page elsewhere. Here it finds it where it is: its addresses are ours.
bool may_cross_pages() {
  return rte_eal_has_hugepages() == 0 && rte_eal_iova_mode() == RTE_IOVA_VA;
}

// Whether all of them have a place.
bool populate_closely(rte_mempool* pool) {
  const std::size_t each = pool->header_size + pool->elt_size + pool->trailer_size;
  const rte_memzone* const memory =
      rte_memzone_reserve_aligned(kMemory, each * pool->size, pool->socket_id, 0, RTE_MEMPOOL_ALIGN);
  if (memory == nullptr) return false;
  const int placed = rte_mempool_populate_iova(pool, static_cast<char*>(memory->addr), memory->iova,
                                               memory->len, free_memory, const_cast<rte_memzone*>(memory));
  if (placed <= 0) rte_memzone_free(memory);
  return placed >= 0 && static_cast<unsigned>(placed) == pool->size;
}

rte_mempool* make_closely(unsigned mbufs, std::uint32_t room, int socket) {
  const std::uint32_t data = room + RTE_PKTMBUF_HEADROOM;
  rte_mempool* const pool =
      rte_mempool_create_empty(kName, mbufs, static_cast<unsigned>(sizeof(rte_mbuf)) + data, kCache,
                               sizeof(rte_pktmbuf_pool_private), socket, kAnyPage);
  if (pool == nullptr) return nullptr;
  rte_pktmbuf_pool_private about{};
  about.mbuf_data_room_size = static_cast<std::uint16_t>(data);
  const bool begun = rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), nullptr) == 0;
  if (begun) rte_pktmbuf_pool_init(pool, &about);
  if (!begun || !populate_closely(pool)) {
    rte_mempool_free(pool);
    rte_errno = ENOMEM;
    return nullptr;
  }
  rte_mempool_obj_iter(pool, rte_pktmbuf_init, nullptr);
  // (each is contiguous for a device nevertheless, and a driver that asks is told so)
  pool->flags &= ~(kAnyPage | RTE_MEMPOOL_F_NON_IO);
  return pool;
}

bool are_interfaces(const config::Config& config) {
  const auto is_interface = [](const auto& it) { return device_of(it.source, 0).is_af_packet; };
  return std::ranges::all_of(config.ports, is_interface) &&
         std::ranges::all_of(config.lags, [&](const config::Lag& lag) {
           return std::ranges::all_of(lag.members, is_interface);
         });
}

}  // namespace

rte_mempool* make_mbuf_pool(unsigned mbufs, std::uint32_t room, int socket) {
  if (may_cross_pages()) return make_closely(mbufs, room, socket);
  return rte_pktmbuf_pool_create(kName, mbufs, kCache, 0,
                                 static_cast<std::uint16_t>(room + RTE_PKTMBUF_HEADROOM), socket);
}

unsigned mbufs_for(const config::Config& config, std::size_t ports) {
  // What waits while conversations move.
  const std::size_t held = config.lags.size() * (config.eal.lcores.size() - 1) * fast::kHoldRoom;
  return static_cast<unsigned>(ports * kMbufsPerPort + held) - 1;
}

struct PoolAhead::Work {
  unsigned lcore = 0;
  unsigned mbufs = 0;
  std::uint32_t room = 0;
  int socket = 0;
  Made made{};  // until `done` the lcore's
  std::atomic<bool> done = false;

  static int run(void* self) {
    Work& work = *static_cast<Work*>(self);
    work.made.pool = make_mbuf_pool(work.mbufs, work.room, work.socket);
    // Pairs with the load in wait().
    work.done.store(true, std::memory_order_release);
    return 0;
  }
};

PoolAhead::PoolAhead() = default;

PoolAhead::~PoolAhead() {
  if (work_ == nullptr) return;
  wait();
  rte_mempool_free(work_->made.pool);
}

void PoolAhead::begin(const config::Config& config, std::uint32_t room) {
  if (config.eal.lcores.size() < 2 || !are_interfaces(config)) return;
  // (EAL has made those ethdevs already that its arguments name)
  std::size_t ports = rte_eth_dev_count_total() + config.ports.size();
  for (const config::Lag& lag : config.lags) ports += lag.members.size();
  const std::size_t most = std::max<std::size_t>(ports, 2) + kSparePorts;
  auto work = std::make_unique<Work>();
  work->lcore = config.eal.lcores[1];
  work->mbufs = mbufs_for(config, most);
  work->room = room;
  work->socket = static_cast<int>(rte_socket_id());
  work->made.ports_most = most;
  if (rte_eal_remote_launch(Work::run, work.get(), work->lcore) == 0) work_ = std::move(work);
}

void PoolAhead::wait() {
  rte_eal_wait_lcore(work_->lcore);
  // Pairs with the store in Work::run().
  static_cast<void>(work_->done.load(std::memory_order_acquire));
}

std::optional<PoolAhead::Made> PoolAhead::take() {
  if (work_ == nullptr) return std::nullopt;
  wait();
  const Made made = std::exchange(work_, nullptr)->made;
  return made.pool != nullptr ? std::optional{made} : std::nullopt;
}

}  // namespace lagoon::dpdk
