// The pool of mbufs without hugepages, as lagoond makes it.
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "dpdk/engine/pool/mbuf_pool.hpp"
#include "support/catch.hpp"
#include "worker_bench.hpp"

namespace lagoon::dpdk::mbuf_pool_test {
namespace {

constexpr unsigned kMbufs = 2047;
constexpr std::uint32_t kRoom = 2048;
constexpr std::uintptr_t kPage = 4096;

TEST_CASE("Without hugepages mbufs lie closely, across pages, and are whole", "[mbuf_pool]") {
  static_cast<void>(test::pool());  // (which starts EAL)
  rte_mempool* const pool = make_mbuf_pool(kMbufs, kRoom, SOCKET_ID_ANY);
  REQUIRE(pool != nullptr);
  CHECK(rte_mempool_avail_count(pool) == kMbufs);
  CHECK((pool->flags & (RTE_MEMPOOL_F_NON_IO | RTE_MEMPOOL_F_NO_IOVA_CONTIG)) == 0);
  std::vector<rte_mbuf*> all(kMbufs);
  REQUIRE(rte_pktmbuf_alloc_bulk(pool, all.data(), kMbufs) == 0);
  CHECK(rte_pktmbuf_alloc(pool) == nullptr);
  for (const rte_mbuf* const mbuf : all) {
    REQUIRE(rte_pktmbuf_tailroom(mbuf) == kRoom);
    REQUIRE(rte_mbuf_iova_get(mbuf) == reinterpret_cast<std::uintptr_t>(mbuf->buf_addr));
  }
  std::ranges::sort(all);
  const auto spread =
      reinterpret_cast<std::uintptr_t>(all.back()) - reinterpret_cast<std::uintptr_t>(all.front());
  CHECK(spread < (kMbufs - 1) * kPage * 2 / 3);
  rte_pktmbuf_free_bulk(all.data(), kMbufs);
  CHECK(rte_mempool_avail_count(pool) == kMbufs);
  rte_mempool_free(pool);
  // (its memory is free again: there would not be enough for another one)
  for (int i = 0; i < 20; ++i) {
    rte_mempool* const again = make_mbuf_pool(kMbufs, kRoom, SOCKET_ID_ANY);
    REQUIRE(again != nullptr);
    rte_mempool_free(again);
  }
  // One that is too large is refused, and leaves nothing behind.
  CHECK(make_mbuf_pool(1'000'000, kRoom, SOCKET_ID_ANY) == nullptr);
  rte_mempool* const after = make_mbuf_pool(kMbufs, kRoom, SOCKET_ID_ANY);
  CHECK(after != nullptr);
  rte_mempool_free(after);
}

}  // namespace
}  // namespace lagoon::dpdk::mbuf_pool_test
