// SlowSocket: slow-protocol frames of a port that sits on a kernel interface (net_af_packet), received and
// sent by a packet socket of the control lcore's own, which the kernel gives frames of EtherType 0x8809 only.
// It is to such a port what an rte_flow rule and a queue pair are to a NIC: however full the data path's
// rings are, LACPDUs neither wait behind data nor are lost with it.
//
// Thread: the control lcore. Network namespace: that of the thread that called open().
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "base/error.hpp"

namespace lagoon::dpdk {

class SlowSocket {
 public:
  [[nodiscard]] static Result<SlowSocket> open(const std::string& interface);
  ~SlowSocket();
  SlowSocket(SlowSocket&& other) noexcept;
  SlowSocket& operator=(SlowSocket&&) = delete;

  /// The next frame, from the destination address on, in `room`; nothing when there is none. A frame that
  /// does not fit is cut, and its length with it.
  [[nodiscard]] std::optional<std::span<const std::byte>> receive(std::span<std::byte> room) const noexcept;
  /// False when the interface would not take it now.
  [[nodiscard]] bool send(std::span<const std::byte> frame) const noexcept;
  /// For sleeping on.
  [[nodiscard]] int descriptor() const noexcept { return socket_; }

 private:
  explicit SlowSocket(int socket) noexcept : socket_{socket} {}
  int socket_;
};

}  // namespace lagoon::dpdk
