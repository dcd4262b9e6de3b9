#include "lagoond/side_cpus.hpp"

#include <pthread.h>

namespace lagoon::lagoond {

SideCpus::SideCpus(const config::Eal& eal) {
  pthread_getaffinity_np(pthread_self(), sizeof cpus_, &cpus_);
  for (const std::uint32_t lcore : eal.lcores) CPU_CLR(lcore, &cpus_);
  if (CPU_COUNT(&cpus_) == 0) CPU_SET(eal.lcores.front(), &cpus_);
}

void SideCpus::enter() const noexcept {
  pthread_setaffinity_np(pthread_self(), sizeof cpus_, &cpus_);
}

SideCpus::Visit::Visit(const cpu_set_t& cpus) {
  if (pthread_getaffinity_np(pthread_self(), sizeof before_, &before_) != 0) return;
  moved_ = pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus) == 0;
}

SideCpus::Visit::~Visit() {
  if (moved_) pthread_setaffinity_np(pthread_self(), sizeof before_, &before_);
}

}  // namespace lagoon::lagoond
