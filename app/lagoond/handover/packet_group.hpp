// What net_af_packet makes of a process's number: the driver's sockets on an interface form a group of the
// kernel's (PACKET_FANOUT, packet(7)), whose number is the process's xor the interface's, in 16 bits
// (rte_eth_af_packet.c). Two processes whose numbers are near each other can get one number for two
// interfaces, and the kernel refuses the second one.
#pragma once

#include <sys/types.h>

#include <span>

#include "base/error.hpp"
#include "config/model.hpp"

namespace lagoon::lagoond {

/// Whether a group of `mine` would have the number of another interface's of `other`, both with these
/// interfaces open.
[[nodiscard]] bool groups_collide(pid_t mine, pid_t other, std::span<const unsigned> interfaces) noexcept;

/// Returns in a process whose groups do not collide with those of `other`: in this one, or in a child, whose
/// exit code and signals this one passes on. To be called before there is a second thread. Errors: system.
[[nodiscard]] Result<void> keep_groups_apart(pid_t other, const config::Config& config);

}  // namespace lagoon::lagoond
