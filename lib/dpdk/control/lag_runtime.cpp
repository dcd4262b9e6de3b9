#include "dpdk/control/lag_runtime.hpp"

#include <rte_malloc.h>

#include <algorithm>
#include <new>

#include "base/check.hpp"

namespace lagoon::dpdk {

LagSlotsPtr make_lag_slots(SnapshotMemory memory) {
  if (memory == SnapshotMemory::heap) return {new LagSlots{}, [](LagSlots* slots) { delete slots; }};
  void* const at = rte_malloc("lagoon_slots", sizeof(LagSlots), alignof(LagSlots));
  return {at != nullptr ? new (at) LagSlots{} : nullptr, [](LagSlots* slots) { rte_free(slots); }};
}

void LagRuntime::use_positions(std::size_t receivers, std::size_t senders, std::size_t readers) {
  const std::size_t most = std::max(receivers, senders);
  LAGOON_CHECK(most <= LagSlots::kPositionsMost);
  ports = std::span{slots->ports}.first(most);
  egress = std::span{slots->egress}.first(senders);
  tables = std::span{slots->tables}.first(readers);
}

}  // namespace lagoon::dpdk
