// Eal: DPDK's environment, started from the configuration and ended with this object. Once in a process.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/model.hpp"

namespace lagoon::dpdk {

/// The arguments rte_eal_init() gets. `pci` are the addresses of the devices to take; none: no PCI at all.
[[nodiscard]] std::vector<std::string> eal_arguments(const config::Eal& eal,
                                                     const std::vector<std::string>& pci);

/// For a process beside another one of the same prefix: nothing of its memory is shared under that name, so
/// dpdk-dumpcap can't attach to it.
void share_prefix(config::Eal& eal);

class Eal {
 public:
  Eal() = default;
  ~Eal();
  Eal(const Eal&) = delete;
  Eal& operator=(const Eal&) = delete;

  /// Errors: system, with what DPDK says and what to try.
  [[nodiscard]] Result<void> start(const config::Eal& eal, const std::vector<std::string>& pci);
  /// After share_prefix(), when the other process has stopped: telemetry is asked at the usual path.
  void take_place();

 private:
  bool started_ = false;
  std::string telemetry_{};  // EAL does not know that path as its own
};

}  // namespace lagoon::dpdk
