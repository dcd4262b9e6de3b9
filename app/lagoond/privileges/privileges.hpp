// Privileges: what lagoond keeps of root's powers: the capabilities that its devices need
// (config/plan/capabilities.hpp), under the user that the configuration names.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/model.hpp"
#include "config/plan/capabilities.hpp"

namespace lagoon::lagoond {

/// The folder of a lagoond that has given root's name away: its control socket, DPDK's sockets below it.
inline constexpr const char* kRunFolder = "/run/lagoon";

/// Which driver of the kernel a PCI device has now; empty: none.
[[nodiscard]] config::PciBinding pci_binding_of(std::string_view address);

/// Becomes the user, makes its folder, gives up every capability that is not needed, and the means to get it
/// back: the bounding and the ambient set are empty, no program that is executed gains anything. Gives what
/// was kept, as "net_admin, net_raw". To be called before there is a second thread: capabilities are each
/// thread's own. Errors: no_such_thing (the user), permission, system.
[[nodiscard]] Result<std::string> drop_privileges(const config::Config& config);

}  // namespace lagoon::lagoond
