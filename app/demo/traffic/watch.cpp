#include "demo/traffic/watch.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "demo/traffic/clock.hpp"
#include "demo/traffic/payload.hpp"
#include "demo/traffic/record.hpp"

namespace lagoon::traffic {

namespace {

constexpr int kReceiveBuffer = 8 << 20;
// Untagged Ethernet, IPv4 without options, UDP: what run_udp() sends.
constexpr std::size_t kEtherTypeAt = 12;
constexpr std::size_t kPayloadAt = 14 + 20 + 8;

int open_socket(const std::string& interface) {
  const int s = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (s < 0) return -1;
  const int on = 1;
  setsockopt(s, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
  setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof(kReceiveBuffer));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  // (Of the links' middle interfaces tc takes all frames away, before those who ask for one protocol get
  // theirs.)
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  if (address.sll_ifindex != 0 && bind(s, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0)
    return s;
  close(s);
  return -1;
}

void drain(int socket, std::size_t link, Log& log) {
  std::array<char, 2048> frame;
  for (;;) {
    const ssize_t size = recv(socket, frame.data(), frame.size(), MSG_DONTWAIT);
    if (size < 0) return;
    Payload payload;
    if (static_cast<std::size_t>(size) < kPayloadAt + sizeof(payload)) continue;
    if (frame[kEtherTypeAt] != (ETH_P_IP >> 8) || frame[kEtherTypeAt + 1] != (ETH_P_IP & 0xff)) continue;
    std::memcpy(&payload, frame.data() + kPayloadAt, sizeof(payload));
    if (payload.magic != Payload::kMagic) continue;
    const auto flow = static_cast<std::uint16_t>(link << 8 | (payload.flow & 0xffU));
    log.add({Kind::seen, 0, flow, payload.sequence, now_ns(), payload.sent_at_ns});
  }
}

}  // namespace

int run_watch(const WatchOptions& options) {
  std::vector<pollfd> sockets;
  for (const std::string& interface : options.interfaces) {
    const int s = open_socket(interface);
    if (s < 0) {
      std::fprintf(stderr, "lagoon-traffic: watch %s: %s\n", interface.c_str(), std::strerror(errno));
      return 1;
    }
    sockets.push_back({.fd = s, .events = POLLIN, .revents = 0});
  }
  Log log;
  while (!stopped.load(std::memory_order_relaxed)) {
    if (poll(sockets.data(), sockets.size(), 100) <= 0) continue;
    for (std::size_t i = 0; i < sockets.size(); ++i)
      if (sockets[i].revents != 0) drain(sockets[i].fd, i, log);
  }
  for (const pollfd& s : sockets) close(s.fd);
  return log.write(options.log) ? 0 : 1;
}

}  // namespace lagoon::traffic
