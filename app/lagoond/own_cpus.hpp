// OwnCpus: where lagoond's threads run that are no lcores. EAL pins the thread that starts it, and what that
// starts inherits this: without more, the console would share a CPU with the control lcore.
#pragma once

#include <sched.h>

#include <cstdint>
#include <span>

namespace lagoon::lagoond {

class OwnCpus {
 public:
  /// To be made before EAL is started: the CPUs of this process but those of the lcores; where none is left,
  /// the control lcore's, which is the first.
  explicit OwnCpus(std::span<const std::uint32_t> lcores);
  /// Takes the calling thread there.
  void enter() const noexcept;

 private:
  cpu_set_t cpus_{};
};

}  // namespace lagoon::lagoond
