// Packet sockets (AF_PACKET) are given back at the end of the process. To close one is to wait for the kernel
// (for RCU), some 15 ms, and three times that where it has rings; the kernel closes those of a process that
// ends one after the other.
#pragma once

namespace lagoon::lagoond {

/// Gives all packet sockets of the process back at once: those without rings first, while workers forward,
/// then those with. Their descriptors stay open, and their rings readable, but there is nothing behind them
/// any more: whoever uses them sees no frame, and sends none. Thread: any; blocking, some 0.1 s.
void give_back_packet_sockets() noexcept;

}  // namespace lagoon::lagoond
