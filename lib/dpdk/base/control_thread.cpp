#include "dpdk/base/control_thread.hpp"

#include <rte_lcore.h>
#include <rte_thread.h>
#include <rte_version.h>

#include <pthread.h>

#include <cstring>
#include <utility>

namespace lagoon::dpdk {

// 23.03 has a portable thread id where 22.11 has pthread's.
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
using ThreadId = rte_thread_t;
#else
using ThreadId = pthread_t;
#endif

struct ControlThread::Running {
  std::function<void()> work;
  ThreadId id{};
  bool joined = false;
};

ControlThread::ControlThread(std::unique_ptr<Running> running) : running_{std::move(running)} {}
ControlThread::ControlThread(ControlThread&&) noexcept = default;
ControlThread::~ControlThread() {
  if (running_ != nullptr) join();
}

Result<ControlThread> ControlThread::start(const char* name, std::function<void()> work) {
  auto running = std::make_unique<Running>();
  running->work = std::move(work);
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
  const auto entry = [](void* self) -> std::uint32_t {
    static_cast<Running*>(self)->work();
    return 0;
  };
  const int error = rte_thread_create_control(&running->id, name, entry, running.get());
#else
  const auto entry = [](void* self) -> void* {
    static_cast<Running*>(self)->work();
    return nullptr;
  };
  const int error = rte_ctrl_thread_create(&running->id, name, nullptr, entry, running.get());
#endif
  if (error != 0)
    return fail(Errc::system, std::string{"no control thread: "} + std::strerror(std::abs(error)));
  return ControlThread{std::move(running)};
}

void ControlThread::join() {
  if (running_->joined) return;
  running_->joined = true;
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
  rte_thread_join(running_->id, nullptr);
#else
  pthread_join(running_->id, nullptr);
#endif
}

}  // namespace lagoon::dpdk
