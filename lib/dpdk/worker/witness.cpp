#include "dpdk/worker/witness.hpp"

#include <utility>

namespace lagoon::dpdk {

Witness::~Witness() {
  if (!thread_) return;
  ends_.release();
  thread_->join();
}

Result<void> Witness::open() {
  auto thread = ControlThread::start("lagoon-witness", [this] {
    while (!ends_.try_acquire_for(kLook)) looks_.fetch_add(1, std::memory_order_relaxed);
  });
  if (!thread) return std::unexpected{thread.error()};
  thread_.emplace(std::move(*thread));
  return {};
}

}  // namespace lagoon::dpdk
