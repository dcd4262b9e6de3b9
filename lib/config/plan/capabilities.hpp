// Which capabilities the devices of a configuration need as long as lagoond runs: docs/service.md has the
// table.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"

namespace lagoon::config {

/// How the kernel holds a PCI device.
struct PciBinding {
  std::string driver;      // "vfio-pci", "uio_pci_generic", "mlx5_core"; empty: none
  bool translated = true;  // an IOMMU stands before it
};
using AskPci = std::function<PciBinding(std::string_view address)>;

/// Of all ports and members, of EAL's arguments, and those that the configuration keeps besides; sorted.
/// `ask` is asked for each PCI device.
[[nodiscard]] std::vector<Capability> capabilities_of(const Config& config, const AskPci& ask);

}  // namespace lagoon::config
