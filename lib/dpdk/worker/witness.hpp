// Witness: a thread that does nothing but look about, twenty times a second. Who slept and wants to know
// whether others were awake meanwhile asks it: a machine that stood, or all of the process, had no witness.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <semaphore>

#include "base/error.hpp"
#include "base/time.hpp"
#include "dpdk/base/control_thread.hpp"

namespace lagoon::dpdk {

class Witness {
 public:
  Witness() = default;
  ~Witness();
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  /// Starts the thread. Errors: system.
  [[nodiscard]] Result<void> open();
  /// How long it has been awake since then: a look counts for no longer than looks are apart. Thread: any.
  [[nodiscard]] Duration awake() const noexcept { return looks_.load(std::memory_order_relaxed) * kLook; }

 private:
  static constexpr Duration kLook = 50ms;

  std::atomic<std::uint32_t> looks_ = 0;
  std::binary_semaphore ends_{0};
  std::optional<ControlThread> thread_{};
};

}  // namespace lagoon::dpdk
