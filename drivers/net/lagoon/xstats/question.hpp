// Questions of secondary processes about extended statistics. What these are made of lies in the primary's
// heap, and its control thread alone may read it; so a secondary asks, over DPDK's channel between processes.
//
//   secondary                        primary
//   ask_entries()  --- Question -->  DPDK's thread of the channel: puts it by, for it must wait for nobody
//                                    DPDK's interrupt thread: asks the LAG, writes all entries into a file
//                  <-- Answer -----  in memory, and sends that
//
// The file is the asker's alone, so nothing is shared, and nothing is left behind by one that is killed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "entries.hpp"

namespace lagoon::pmd {

class LagPort;

/// What goes over the channel.
struct Question {
  enum class What : std::uint8_t { entries, reset };
  std::uint16_t port = 0;
  What what = What::entries;
};
struct Answer {
  std::int32_t error = 0;  // 0, or a negative errno; -EBUSY: in a moment
  std::uint32_t count = 0;
};
/// `count` of them are in the file.
struct Record {
  char name[64] = {};
  std::uint64_t value = 0;
};
inline constexpr const char* kChannel = "net_lagoon_xstats";
static_assert(sizeof(Question) <= 256 && sizeof(Answer) <= 256);  // RTE_MP_MAX_PARAM_LEN

// In the primary (answer.cpp). Thread: any.

/// From now on it is asked, until forget(), which waits for an answer that is under way.
void be_asked(LagPort& lag);
void forget(const LagPort& lag);
/// All entries, as since they were set to zero last. Nothing: the port was never started.
[[nodiscard]] std::vector<Entry> entries_of(LagPort& lag);
[[nodiscard]] int reset_entries(LagPort& lag);

// In a secondary (question.cpp). Thread: any but DPDK's own. They wait for the primary, for some seconds at
// the most.

/// Errors: system, where there is no primary, or it does not answer.
[[nodiscard]] Result<std::vector<Entry>> ask_entries(std::uint16_t port);
/// 0, or a negative errno.
[[nodiscard]] int ask_reset(std::uint16_t port);

}  // namespace lagoon::pmd
