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

class Eal {
 public:
  Eal() = default;
  ~Eal();
  Eal(const Eal&) = delete;
  Eal& operator=(const Eal&) = delete;

  /// Errors: system, with what DPDK says and what to try.
  [[nodiscard]] Result<void> start(const config::Eal& eal, const std::vector<std::string>& pci);

 private:
  bool started_ = false;
};

}  // namespace lagoon::dpdk
