// Spout: one stream of text on its way from whoever prints to a descriptor that may take nothing: a pipe of
// ours before it, and what was taken from that and could not be written yet.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lagoon::lagoond {

class Spout {
 public:
  /// At most as much is kept of what nobody takes, besides what the pipe holds.
  static constexpr std::size_t kPendingMost = 256 * 1024;

  Spout() = default;
  Spout(const Spout&) = delete;
  Spout& operator=(const Spout&) = delete;

  /// `to`: where it goes; not closed here. False: no pipe can be made.
  [[nodiscard]] bool open(int to) noexcept;

  /// Takes all of the text, or counts what found no room by lines. Never waits. Thread: any, one at a time.
  void print(std::string_view text) noexcept;

  // Thread: the writer's.
  [[nodiscard]] int source() const noexcept { return pipe_[0]; }
  [[nodiscard]] int target() const noexcept { return to_; }
  /// What has come, at most as much as may be kept. Empty: nothing more now.
  [[nodiscard]] std::string take();
  void put(std::string_view text) { pending_ += text; }
  [[nodiscard]] bool has_room() const noexcept { return pending_.size() < kPendingMost; }
  [[nodiscard]] bool has_pending() const noexcept { return !pending_.empty(); }
  /// Writes what the target takes now; says what was lost before, if it takes again.
  void write_some();

  [[nodiscard]] std::uint64_t lost_lines() const noexcept { return lost_.load(std::memory_order_relaxed); }
  /// Whether nothing is under way. Thread: any.
  [[nodiscard]] bool is_empty() const noexcept;

 private:
  void lose(std::string_view text) noexcept;
  void write_pending();

  int pipe_[2] = {-1, -1};
  int to_ = -1;
  std::string pending_;
  std::uint64_t told_ = 0;  // of the lost lines
  std::atomic<std::uint64_t> lost_ = 0;
  std::atomic<bool> busy_ = false;  // the writer has something in hand
};

}  // namespace lagoon::lagoond
