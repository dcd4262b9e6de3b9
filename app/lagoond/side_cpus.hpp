// SideCpus: where threads that wait and write may run: on CPUs of this process that no lcore uses; on the
// control lcore's, where there are no others. They must not take a worker's.
#pragma once

#include <sched.h>

#include "config/model.hpp"

namespace lagoon::lagoond {

class SideCpus {
 public:
  /// To be made before EAL ties the calling thread to one CPU.
  explicit SideCpus(const config::Eal& eal);

  /// Takes the calling thread there.
  void enter() const noexcept;
  /// While it lives, threads that the calling thread starts run on these CPUs.
  class Visit {
   public:
    explicit Visit(const cpu_set_t& cpus);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    cpu_set_t before_{};
    bool moved_ = false;
  };
  [[nodiscard]] Visit visit() const { return Visit{cpus_}; }

 private:
  cpu_set_t cpus_{};
};

}  // namespace lagoon::lagoond
