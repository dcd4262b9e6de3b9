#include "dpdk/snapshot/shared_memory.hpp"

#include <rte_eal.h>
#include <rte_malloc.h>

#include <cstring>
#include <string>

namespace lagoon::dpdk {

bool can_be_shared() noexcept {
  return rte_eal_has_hugepages() != 0;
}

std::unexpected<Error> no_memory_for(std::string_view what) {
  return fail(Errc::no_resources, "no memory of DPDK's for " + std::string{what} +
                                      "; give it more (-m, --socket-mem or hugepages)");
}

Block block_of(SnapshotMemory where, std::size_t octets) {
  constexpr std::align_val_t kLine{RTE_CACHE_LINE_SIZE};
  if (where == SnapshotMemory::shared && can_be_shared())
    return {rte_zmalloc("lagoon_shared", octets, RTE_CACHE_LINE_SIZE), [](void* at) { rte_free(at); }};
  void* const at = operator new(octets, kLine, std::nothrow);
  if (at != nullptr) std::memset(at, 0, octets);
  return {at, [](void* of) { operator delete(of, kLine); }};
}

}  // namespace lagoon::dpdk
