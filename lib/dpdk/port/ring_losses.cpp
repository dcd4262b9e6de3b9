#include "dpdk/port/ring_losses.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <string_view>
#include <utility>

namespace lagoon::dpdk {

namespace {

template <typename Value>
[[nodiscard]] bool ask(int socket, int level, int option, Value& value) noexcept {
  socklen_t size = sizeof(value);
  return getsockopt(socket, level, option, &value, &size) == 0;
}

// (who reads these counts takes them away, so no other's socket may be asked)
[[nodiscard]] bool is_the_drivers(int descriptor, unsigned interface_index) noexcept {
  int domain = 0;
  int fanout = 0;
  sockaddr_ll address{};
  socklen_t size = sizeof(address);
  return ask(descriptor, SOL_SOCKET, SO_DOMAIN, domain) && domain == AF_PACKET &&
         ask(descriptor, SOL_PACKET, PACKET_FANOUT, fanout) && fanout != 0 &&
         getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
         address.sll_ifindex == static_cast<int>(interface_index);
}

// Their number has 32 bits, and begins anew each time that it is read.
[[nodiscard]] std::uint32_t take_lost(int socket) noexcept {
  tpacket_stats statistics{};
  return ask(socket, SOL_PACKET, PACKET_STATISTICS, statistics) ? statistics.tp_drops : 0;
}

}  // namespace

RingLosses::RingLosses(unsigned interface_index) {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return;
  std::vector<int> found;
  while (const dirent* const entry = readdir(folder)) {
    const std::string_view name = entry->d_name;
    int descriptor = -1;
    std::from_chars(name.data(), name.data() + name.size(), descriptor);
    if (descriptor >= 0 && is_the_drivers(descriptor, interface_index)) found.push_back(descriptor);
  }
  closedir(folder);
  for (const int descriptor : found)
    if (const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0); own >= 0) sockets_.push_back(own);
}

std::shared_ptr<RingLosses> RingLosses::of_socket(int descriptor) {
  std::shared_ptr<RingLosses> losses{new RingLosses};
  if (const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0); own >= 0) losses->sockets_.push_back(own);
  return losses;
}

void RingLosses::look() {
  const std::scoped_lock lock{mutex_};
  std::uint64_t lost = lost_.load(std::memory_order_relaxed);
  for (const int socket : sockets_) lost += take_lost(socket);
  lately_.store(lost - std::exchange(before_[next_], lost), std::memory_order_relaxed);
  next_ = (next_ + 1) % kLooks;
  lost_.store(lost, std::memory_order_relaxed);
}

void RingLosses::begin_anew() {
  const std::scoped_lock lock{mutex_};
  for (const int socket : sockets_) static_cast<void>(take_lost(socket));
  before_ = {};
  lost_.store(0, std::memory_order_relaxed);
  lately_.store(0, std::memory_order_relaxed);
}

void RingLosses::close() {
  const std::scoped_lock lock{mutex_};
  for (const int socket : sockets_) ::close(socket);
  sockets_.clear();
}

}  // namespace lagoon::dpdk
