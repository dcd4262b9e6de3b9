// The pool of mbufs, which is most of the memory that a start touches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "config/model.hpp"

struct rte_mempool;

namespace lagoon::dpdk {

/// `mbufs` with `room` octets of data each, on that socket. Without hugepages they lie closely, across pages
/// as well: a third less memory is touched. nullptr: there is no memory for them (rte_errno). Precondition:
/// EAL is there.
[[nodiscard]] rte_mempool* make_mbuf_pool(unsigned mbufs, std::uint32_t room, int socket);
/// How many a configuration takes with that many ports.
[[nodiscard]] unsigned mbufs_for(const config::Config& config, std::size_t ports);

/// The pool is made by an lcore that has nothing to do yet, while the caller opens ports: to open a ring of
/// net_af_packet is to wait for the kernel. Thread: the main lcore's.
class PoolAhead {
 public:
  PoolAhead();
  PoolAhead(const PoolAhead&) = delete;
  PoolAhead& operator=(const PoolAhead&) = delete;
  /// Waits for the lcore; a pool that nobody has taken is freed.
  ~PoolAhead();

  /// Nothing happens where a port is no interface of the kernel: how many ethdevs there will be, its driver
  /// knows.
  void begin(const config::Config& config, std::uint32_t room);
  struct Made {
    rte_mempool* pool = nullptr;
    std::size_t ports_most = 0;  // that it has mbufs for
  };
  /// Waits for the lcore. Nothing: it was not begun, or there was no memory for all of it.
  [[nodiscard]] std::optional<Made> take();

 private:
  struct Work;
  void wait();

  std::unique_ptr<Work> work_;
};

}  // namespace lagoon::dpdk
