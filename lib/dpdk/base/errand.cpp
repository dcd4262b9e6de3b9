#include "dpdk/base/errand.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "base/check.hpp"

namespace lagoon::dpdk {

namespace {

constexpr std::chrono::milliseconds kErrandLook{1};

}  // namespace

bool Errand::take_done() noexcept {
  if (stage_.load(std::memory_order_acquire) != Stage::done) return false;
  stage_.store(Stage::idle, std::memory_order_relaxed);
  return true;
}

void Errand::wait() const {
  while (under_way()) std::this_thread::sleep_for(kErrandLook);
}

Result<void> Errands::open() {
  done_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (done_ < 0) return fail(Errc::system, std::string{"eventfd: "} + std::strerror(errno));
  auto thread = ControlThread::start("lagoon-errands", [this] { work(); });
  if (!thread) return std::unexpected{thread.error()};
  thread_.emplace(std::move(*thread));
  return {};
}

Errands::~Errands() {
  if (thread_) {
    ends_.store(true, std::memory_order_release);
    count_.release();
    thread_->join();
  }
  if (done_ >= 0) close(done_);
}

void Errands::give(Errand& errand, std::function<void()> work) {
  LAGOON_CHECK(!errand.under_way());
  if (!thread_) {
    work();
    errand.stage_.store(Errand::Stage::done, std::memory_order_relaxed);
    return;
  }
  errand.work_ = std::move(work);
  errand.stage_.store(Errand::Stage::given, std::memory_order_relaxed);
  errand.next_ = given_.load(std::memory_order_relaxed);
  // Pairs with the exchange in work(): the thread sees the errand, and what it is to read.
  while (!given_.compare_exchange_weak(errand.next_, &errand, std::memory_order_release)) {
  }
  count_.release();
}

void Errands::drain() const noexcept {
  std::uint64_t count = 0;
  static_cast<void>(read(done_, &count, sizeof(count)));
}

void Errands::work() {
  for (;;) {
    count_.acquire();
    Errand* last = given_.exchange(nullptr, std::memory_order_acquire);
    if (last == nullptr && ends_.load(std::memory_order_acquire)) return;
    Errand* first = nullptr;
    while (last != nullptr) {
      Errand* const before = std::exchange(last->next_, first);
      first = std::exchange(last, before);
    }
    while (first != nullptr) {
      Errand* const next = first->next_;
      std::exchange(first->work_, nullptr)();
      // From here on it may be gone. Pairs with the loads of its stage.
      first->stage_.store(Errand::Stage::done, std::memory_order_release);
      const std::uint64_t one = 1;
      static_cast<void>(write(done_, &one, sizeof(one)));
      first = next;
    }
  }
}

}  // namespace lagoon::dpdk
