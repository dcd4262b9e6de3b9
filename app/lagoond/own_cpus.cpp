#include "lagoond/own_cpus.hpp"

namespace lagoon::lagoond {

OwnCpus::OwnCpus(std::span<const std::uint32_t> lcores) {
  sched_getaffinity(0, sizeof(cpus_), &cpus_);
  for (const std::uint32_t lcore : lcores)
    if (lcore < CPU_SETSIZE) CPU_CLR(lcore, &cpus_);
  if (CPU_COUNT(&cpus_) == 0 && !lcores.empty() && lcores.front() < CPU_SETSIZE)
    CPU_SET(lcores.front(), &cpus_);
}

void OwnCpus::enter() const noexcept {
  sched_setaffinity(0, sizeof(cpus_), &cpus_);
}

}  // namespace lagoon::lagoond
