// JournalWriter: a thread that takes entries from an EventFeed and writes them as lines. Whatever it waits
// for, the control lcore does not: what it could not take in time is lost, and a line says so.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "dpdk/control/event_feed.hpp"
#include "lagoond/journal/lines.hpp"
#include "lagoond/journal/sink.hpp"
#include "lagoond/metrics/families.hpp"

namespace lagoon::lagoond {

class JournalWriter {
 public:
  /// `feed` outlives the writer. The thread inherits the caller's CPUs and blocked signals.
  JournalWriter(dpdk::EventFeed& feed, std::unique_ptr<LineSink> sink);
  /// Writes what is there, and ends.
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  /// Thread: any.
  [[nodiscard]] JournalCounts counts() const noexcept;

 private:
  void run();
  /// False when there is nothing left.
  [[nodiscard]] bool write_some();
  void complain(std::string words);

  dpdk::EventFeed& feed_;
  std::unique_ptr<LineSink> sink_;
  GapFinder gaps_{};
  std::vector<Line> lines_{};
  std::string complaint_{};  // that was made last; empty: the sink works
  std::atomic<std::uint64_t> written_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;  // by the sink
  std::atomic<bool> stop_ = false;
  int wake_ = -1;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
