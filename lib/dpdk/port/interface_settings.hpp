// What a port's interface of the kernel is set to, as far as Lagoon changes it: address, MTU, promiscuous
// mode, and what keeps the kernel's own protocols off it (StackGuard).
//
// Thread: any but the control lcore; the kernel may be waited for. Network namespace: that of the thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "state/state.hpp"

namespace lagoon::dpdk {

/// Nothing: there is no such interface.
[[nodiscard]] std::optional<state::Interface> read_interface(const std::string& name);
/// Whatever differs is set again, also where the interface has another name now: it is known by its index.
/// False: it is not there.
bool put_back(const state::Interface& before);
/// How often its carrier has changed; nothing: there is no such interface.
[[nodiscard]] std::optional<state::Carrier> carrier_of(const std::string& interface);

}  // namespace lagoon::dpdk
