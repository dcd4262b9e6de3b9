#include "dpdk/worker/worker_io.hpp"

#include <cerrno>

#include "dpdk/port/packet_socket.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::dpdk {

namespace {

enum class Retry : std::uint8_t { sent, full, never };

constexpr std::size_t kTagsOctets = 8;

// Without a whole Ethernet header, or longer than the MTU and two VLAN tags: no driver takes more than those
// on top. What is shorter may be refused since the queue is full.
bool is_suspect(const WorkerPort& port, const rte_mbuf& frame) noexcept {
  std::uint16_t mtu = 0;
  return frame.pkt_len < wire::kEthernetHeaderSize ||
         (rte_eth_dev_get_mtu(port.id, &mtu) == 0 &&
          frame.pkt_len > mtu + wire::kEthernetHeaderSize + kTagsOctets);
}

// Of a frame that was refused just now, alone. A socket says why.
Retry try_again(const WorkerPort& port, rte_mbuf* frame) noexcept {
  if (!port.tx_socket && !is_suspect(port, *frame)) return Retry::full;
  errno = 0;
  if (send_on(port, {&frame, 1}) == 1) return Retry::sent;
  if (!port.tx_socket) return Retry::never;
  const bool never = errno == EMSGSIZE || errno == EINVAL || frame->nb_segs > kSegmentsMost;
  return never ? Retry::never : Retry::full;
}

}  // namespace

std::size_t MemberSender::send_past_unfit(const WorkerPort& port, std::span<rte_mbuf*> frames) noexcept {
  std::size_t gone = 0;
  while (!frames.empty()) {
    const Retry retry = try_again(port, frames.front());
    if (retry == Retry::full) break;
    if (retry == Retry::never) {
      ++unfit_.frames;
      unfit_.octets += frames.front()->pkt_len;
      rte_pktmbuf_free(frames.front());
    }
    frames = frames.subspan(1);
    const std::size_t sent = frames.empty() ? 0 : send_on(port, frames);
    gone += 1 + sent;
    frames = frames.subspan(sent);
  }
  return gone;
}

}  // namespace lagoon::dpdk
