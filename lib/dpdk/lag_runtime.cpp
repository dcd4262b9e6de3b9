#include "dpdk/lag_runtime.hpp"

namespace lagoon::dpdk {

LagRuntime::~LagRuntime() {
  // (no worker runs any more)
  delete table.exchange(nullptr);
  for (PortsSlot& slot : ports) delete slot.exchange(nullptr);
}

}  // namespace lagoon::dpdk
