// RingLosses: frames that found no room in the receive rings of net_af_packet, which the kernel fills, or in
// a packet socket of ours. It counts them, and the driver does not ask.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace lagoon::dpdk {

class RingLosses {
 public:
  /// Of the driver's sockets on that interface, in this process: those that share out its frames among
  /// queues. To be made once the port has been started.
  explicit RingLosses(unsigned interface_index);
  /// Of one packet socket, whose room is a queue instead of a ring.
  [[nodiscard]] static std::shared_ptr<RingLosses> of_socket(int descriptor);
  ~RingLosses() { close(); }
  RingLosses(const RingLosses&) = delete;
  RingLosses& operator=(const RingLosses&) = delete;

  /// To be called once a second. Thread: any but the control lcore; the kernel is asked.
  void look();
  /// Forgets what was lost so far. Thread: any but the control lcore.
  void begin_anew();
  /// Before the port is closed. Thread: any.
  void close();

  // As of the last look(). Thread: any.

  /// Since the port was started, or begin_anew().
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }
  /// In the last ten seconds.
  [[nodiscard]] std::uint64_t lost_lately() const noexcept { return lately_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kLooks = 10;
  RingLosses() = default;

  std::mutex mutex_;
  // Under mutex_. The descriptors are our own: the driver's may be closed, and their numbers given to others.
  std::vector<int> sockets_;
  std::array<std::uint64_t, kLooks>
      before_{};  // what was lost by then; the next one to be replaced is the oldest
  std::size_t next_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;
  std::atomic<std::uint64_t> lately_ = 0;
};

}  // namespace lagoon::dpdk
