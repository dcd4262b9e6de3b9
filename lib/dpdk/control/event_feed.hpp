// EventFeed: every entry of the LAGs' journals, once, from the control lcore to one reader, which sleeps on a
// descriptor. The control lcore never waits for the reader: what finds no room is lost, and is counted. The
// reader sees which entries are missing by their sequence.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/spsc_queue.hpp"
#include "control/journal/journal.hpp"

namespace lagoon::dpdk {

struct LagEvent {
  std::string lag;
  control::JournalEntry entry{};
};

class EventFeed {
 public:
  static constexpr std::size_t kRoom = 1024;

  EventFeed() = default;
  ~EventFeed();
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  [[nodiscard]] Result<void> open();

  /// Takes what is new in the journal of the LAG at that position. Thread: the control lcore.
  void take(std::size_t position, const std::string& lag, const control::Journal& journal);
  /// Wakes the reader if there is something for it. Thread: the control lcore.
  void wake();

  /// Thread: the reader.
  [[nodiscard]] std::optional<LagEvent> pop() { return queue_.pop(); }
  /// An eventfd, readable when something has come since it was read last.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// Entries that found no room. Thread: any.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

 private:
  SpscQueue<LagEvent, kRoom> queue_{};
  std::vector<std::uint64_t> taken_;  // the last sequence, by LAG
  std::atomic<std::uint64_t> lost_ = 0;
  bool news_ = false;
  int descriptor_ = -1;
};

}  // namespace lagoon::dpdk
