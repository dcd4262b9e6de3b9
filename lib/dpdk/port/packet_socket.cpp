#include "dpdk/port/packet_socket.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <rte_mbuf.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/ids.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::dpdk {

namespace {

// Slow-protocol frames that came without a tag (802.3 57A.3). The kernel takes a tag off before it looks at
// the EtherType, and has forgotten it when it serves a socket that asked for one EtherType: hence a socket
// for all frames with this filter, which runs while the tag is still known.
constexpr std::array<sock_filter, 6> kUntaggedSlowProtocol{{
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wire::kSlowProtocolsEtherType, 0, 3),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, 0xffff),
    BPF_STMT(BPF_RET | BPF_K, 0),
}};

std::unexpected<Error> os_error(const std::string& interface, const char* what) {
  return fail(Errc::system, interface + ": " + what + ": " + std::strerror(errno));
}

bool prepare_to_receive(int socket) noexcept {
  const int on = 1;
  auto filter = kUntaggedSlowProtocol;
  const sock_fprog program{.len = filter.size(), .filter = filter.data()};
  return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0 &&
         setsockopt(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) == 0;
}

bool prepare_to_transmit(int socket) noexcept {
  const int on = 1;
  const int room = 4 << 20;
  // (as root; otherwise the system's default has to do)
  if (setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) != 0)
    setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
  return setsockopt(socket, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) == 0;
}

}  // namespace

Result<PacketSocket> PacketSocket::open(const std::string& interface, SocketUse use) {
  const unsigned index = if_nametoindex(interface.c_str());
  if (index == 0) return os_error(interface, "no such interface");
  // Protocol 0 until it is bound, or it would hear every interface of the machine in between.
  PacketSocket opened{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (opened.socket_ < 0) return os_error(interface, "packet socket");
  const bool ready = use == SocketUse::slow_protocols ? prepare_to_receive(opened.socket_)
                                                      : prepare_to_transmit(opened.socket_);
  if (!ready) return os_error(interface, "packet socket options");
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = use == SocketUse::slow_protocols ? htons(ETH_P_ALL) : std::uint16_t{0};
  address.sll_ifindex = static_cast<int>(index);
  if (bind(opened.socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    return os_error(interface, "bind");
  return opened;
}

PacketSocket::PacketSocket(PacketSocket&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}

PacketSocket::~PacketSocket() {
  if (socket_ >= 0) close(socket_);
}

std::optional<std::span<const std::byte>> PacketSocket::receive(std::span<std::byte> room) const noexcept {
  for (;;) {
    const ssize_t size = recv(socket_, room.data(), room.size(), 0);
    // (an interface that goes down leaves ENETDOWN in the socket once)
    if (size < 0 && (errno == EINTR || errno == ENETDOWN)) continue;
    if (size < 0) return std::nullopt;
    return room.first(static_cast<std::size_t>(size));
  }
}

void PacketSocket::drain() const noexcept {
  constexpr int kFramesMost = 4096;
  std::array<std::byte, 64> room;
  for (int i = 0; i < kFramesMost && receive(room); ++i) {
  }
}

bool PacketSocket::send(std::span<const std::byte> frame) const noexcept {
  for (;;) {
    const ssize_t sent = ::send(socket_, frame.data(), frame.size(), MSG_DONTWAIT);
    if (sent >= 0) return true;
    if (errno != EINTR)
      return errno != EAGAIN && errno != ENOBUFS;  // down or gone: the frame is lost with the link
  }
}

std::size_t send_burst(int socket, std::span<rte_mbuf*> frames) noexcept {
  std::array<mmsghdr, kBurstMax> messages{};
  std::array<iovec, kSegmentsMost> parts;
  std::size_t part = 0;
  unsigned count = 0;
  for (const rte_mbuf* frame : frames.first(std::min(frames.size(), kBurstMax))) {
    if (part + frame->nb_segs > kSegmentsMost) break;
    msghdr& message = messages[count++].msg_hdr;
    message.msg_iov = &parts[part];
    message.msg_iovlen = frame->nb_segs;
    for (const rte_mbuf* segment = frame; segment != nullptr; segment = segment->next)
      parts[part++] = {.iov_base = rte_pktmbuf_mtod(segment, void*), .iov_len = segment->data_len};
  }
  const int sent = sendmmsg(socket, messages.data(), count, MSG_DONTWAIT);
  if (sent <= 0) return 0;
  rte_pktmbuf_free_bulk(frames.data(), static_cast<unsigned>(sent));
  return static_cast<std::size_t>(sent);
}

}  // namespace lagoon::dpdk
