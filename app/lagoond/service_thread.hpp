// ServiceThread: tells systemd when lagoond is ready, how its LAGs do, and that it lives. Alive is who
// answers: each sign of life stands for an answer of the control lcore.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dpdk/engine/engine.hpp"

namespace lagoon::lagoond {

/// "2 of 3 LAGs up: lag0 2/2, lag1 1/2, lag2 down 0/4": members that distribute, of all.
[[nodiscard]] std::string summary_of(const std::vector<control::LagStatus>& lags);

class ServiceThread {
 public:
  /// Ready is said when every LAG is up, or after `ready_timeout`.
  ServiceThread(dpdk::Engine& engine, std::chrono::seconds ready_timeout);
  ~ServiceThread();
  ServiceThread(const ServiceThread&) = delete;
  ServiceThread& operator=(const ServiceThread&) = delete;

 private:
  void run(Duration ready_timeout);

  dpdk::Engine& engine_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
