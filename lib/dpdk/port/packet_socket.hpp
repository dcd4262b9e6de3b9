// PacketSocket: a packet socket of our own on the kernel interface under a net_af_packet port. It is to such
// a port what a queue of its own is to a NIC:
//
// Receiving: the kernel hands slow-protocol frames to the control lcore directly. LACPDUs neither wait behind
// data nor are lost with it, however full the data path's rings are.
//
// Sending: the driver's own transmit ring keeps a frame that the interface refused, and all frames behind it,
// until the link is back. Seconds later they would go out, old and out of order (docs/decisions/0002). This
// socket refuses at once.
//
// Thread: whoever owns it. Network namespace: that of the thread that called open().
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "base/error.hpp"
#include "base/ids.hpp"

struct rte_mbuf;

namespace lagoon::dpdk {

enum class SocketUse : std::uint8_t {
  slow_protocols,  // receives frames of EtherType 0x8809; what it sends can be seen by tcpdump
  transmit,  // receives nothing; sends past queueing disciplines and taps, as net_af_packet does: nobody
             // on this side hears it, the driver's own socket neither
};

class PacketSocket {
 public:
  [[nodiscard]] static Result<PacketSocket> open(const std::string& interface, SocketUse use);
  ~PacketSocket();
  PacketSocket(PacketSocket&& other) noexcept;
  PacketSocket& operator=(PacketSocket&&) = delete;

  /// The next untagged frame, from the destination address on, in `room`; nothing when there is none. A frame
  /// that does not fit is cut, and its length with it.
  [[nodiscard]] std::optional<std::span<const std::byte>> receive(std::span<std::byte> room) const noexcept;
  /// Throws away what has come so far.
  void drain() const noexcept;
  /// False when the interface would not take it now.
  [[nodiscard]] bool send(std::span<const std::byte> frame) const noexcept;
  /// For sleeping on.
  [[nodiscard]] int descriptor() const noexcept { return socket_; }

 private:
  explicit PacketSocket(int socket) noexcept : socket_{socket} {}
  int socket_;
};

/// A frame of more segments can't be sent.
inline constexpr std::size_t kSegmentsMost = 4 * kBurstMax;
/// Sends like rte_eth_tx_burst(): takes and frees the first n frames, and says n. Thread: the owner of the
/// socket.
[[nodiscard]] std::size_t send_burst(int socket, std::span<rte_mbuf*> frames) noexcept;

}  // namespace lagoon::dpdk
