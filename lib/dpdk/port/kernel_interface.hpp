// What the kernel tells of an interface of its own.
#pragma once

#include <string>

namespace lagoon::dpdk {

/// Whether frames that its other end sends may lack their checksums, as a veth's do by default. Asks the
/// kernel, so it is for the start alone.
[[nodiscard]] bool is_veth(const std::string& interface);

}  // namespace lagoon::dpdk
