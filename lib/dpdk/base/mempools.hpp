// How full DPDK's mempools are. (Its own /mempool/info of 22.11 does not say it.)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lagoon::dpdk {

struct MempoolStatus {
  std::string name{};
  std::uint64_t size = 0;  // objects that there are
  std::uint64_t free = 0;  // of these, in nobody's hands: those in lcores' caches count as free
};

/// All mempools of the process (or of its primary), in the order in which they were made. `free` of a pool
/// that is in use is of about now. Thread: any but the control lcore, since it takes DPDK's lock on the list
/// of mempools. Precondition: EAL is there.
[[nodiscard]] std::vector<MempoolStatus> mempools();

}  // namespace lagoon::dpdk
