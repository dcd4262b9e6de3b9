#include "dpdk/slow_socket.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "wire/slow_protocol.hpp"

namespace lagoon::dpdk {

namespace {

// The kernel takes tags off before it looks at the EtherType. A tagged frame is data, and the port delivers
// it so.
bool was_tagged(msghdr& message) noexcept {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_PACKET || part->cmsg_type != PACKET_AUXDATA) continue;
    tpacket_auxdata aux{};
    std::memcpy(&aux, CMSG_DATA(part), sizeof(aux));
    return (aux.tp_status & TP_STATUS_VLAN_VALID) != 0;
  }
  return false;
}

std::unexpected<Error> os_error(const std::string& interface, const char* what) {
  return fail(Errc::system, interface + ": " + what + ": " + std::strerror(errno));
}

}  // namespace

Result<SlowSocket> SlowSocket::open(const std::string& interface) {
  const unsigned index = if_nametoindex(interface.c_str());
  if (index == 0) return os_error(interface, "no such interface");
  // Protocol 0 until it is bound, or it would hear every interface of the machine in between.
  SlowSocket opened{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (opened.socket_ < 0) return os_error(interface, "packet socket");
  const int on = 1;
  if (setsockopt(opened.socket_, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) != 0 ||
      setsockopt(opened.socket_, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) != 0)
    return os_error(interface, "packet socket options");
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(wire::kSlowProtocolsEtherType);
  address.sll_ifindex = static_cast<int>(index);
  if (bind(opened.socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    return os_error(interface, "bind");
  return opened;
}

SlowSocket::SlowSocket(SlowSocket&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}

SlowSocket::~SlowSocket() {
  if (socket_ >= 0) close(socket_);
}

std::optional<std::span<const std::byte>> SlowSocket::receive(std::span<std::byte> room) const noexcept {
  for (;;) {
    iovec part{.iov_base = room.data(), .iov_len = room.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(tpacket_auxdata))> control;
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = recvmsg(socket_, &message, 0);
    // (an interface that goes down leaves ENETDOWN in the socket once)
    if (size < 0 && (errno == EINTR || errno == ENETDOWN)) continue;
    if (size < 0) return std::nullopt;
    if (was_tagged(message)) continue;
    return room.first(static_cast<std::size_t>(size));
  }
}

bool SlowSocket::send(std::span<const std::byte> frame) const noexcept {
  for (;;) {
    const ssize_t sent = ::send(socket_, frame.data(), frame.size(), MSG_DONTWAIT);
    if (sent >= 0) return true;
    if (errno != EINTR)
      return errno != EAGAIN && errno != ENOBUFS;  // down or gone: the frame is lost with the link
  }
}

}  // namespace lagoon::dpdk
