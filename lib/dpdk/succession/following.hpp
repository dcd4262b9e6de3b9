// Following: what an Engine that follows another process holds back until it is its turn.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "dpdk/port/port.hpp"
#include "dpdk/succession/succession.hpp"
#include "dpdk/succession/tap_queues.hpp"

namespace lagoon::dpdk {

class Following {
 public:
  /// nullptr: the Engine follows nobody, and nothing is held back.
  void use(const Succession* succession) noexcept { succession_ = succession; }
  [[nodiscard]] bool any() const noexcept { return succession_ != nullptr; }

  /// Of a port that is configured and does not run: the kernel is to give a tap's frames to who carries.
  void hold_back(const Port& port);
  /// Blocking: until nobody else uses the ports. From then on taps hear. Thread: that of Engine::start().
  [[nodiscard]] Result<void> await_turn();
  /// Does not return where the Engine follows somebody.
  void give_up(const Error& error) const {
    if (succession_ != nullptr) succession_->give_up(error);
  }

 private:
  const Succession* succession_ = nullptr;
  std::vector<TapQueues> taps_;
};

}  // namespace lagoon::dpdk
