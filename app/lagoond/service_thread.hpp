// ServiceThread: tells systemd when lagoond is ready, how its LAGs do, and that it lives. Alive is who
// answers: each sign of life stands for an answer of the control lcore, and for workers that go on, or have
// not stood for long.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dpdk/engine/engine.hpp"

namespace lagoon::lagoond {

/// "2 of 3 LAGs up: lag0 2/2, lag1 1/2, lag2 down 0/4": members that distribute, of all.
[[nodiscard]] std::string summary_of(const std::vector<control::LagStatus>& lags);

class ServiceThread {
 public:
  /// Ready is said when every LAG is up, or after `ready_timeout`; no sign of life any more when a worker has
  /// stood for `stall_fatal`. Nothing: that is no reason.
  ServiceThread(dpdk::Engine& engine, std::chrono::seconds ready_timeout,
                std::optional<Duration> stall_fatal);
  ~ServiceThread();
  ServiceThread(const ServiceThread&) = delete;
  ServiceThread& operator=(const ServiceThread&) = delete;

 private:
  void run(Duration ready_timeout);

  [[nodiscard]] bool lives() const;

  dpdk::Engine& engine_;
  std::optional<Duration> stall_fatal_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
