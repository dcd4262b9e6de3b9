#include "dpdk/base/interface_waiter.hpp"

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <utility>

namespace lagoon::dpdk {

InterfaceWaiter::~InterfaceWaiter() {
  for (const int descriptor : {wake_, netlink_})
    if (descriptor >= 0) ::close(descriptor);
}

Result<void> InterfaceWaiter::open() {
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_ < 0) return fail(Errc::system, std::string{"eventfd: "} + std::strerror(errno));
  return {};
}

void InterfaceWaiter::listen(bool wanted) {
  if (!wanted && netlink_ >= 0) ::close(std::exchange(netlink_, -1));
  if (!wanted || netlink_ >= 0) return;
  netlink_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (netlink_ >= 0 && bind(netlink_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    ::close(std::exchange(netlink_, -1));
}

void InterfaceWaiter::wait(Duration most) {
  std::array<pollfd, 2> news{
      {{.fd = wake_, .events = POLLIN, .revents = 0}, {.fd = netlink_, .events = POLLIN, .revents = 0}}};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(most);
  const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = (most - seconds).count()};
  static_cast<void>(ppoll(news.data(), news.size(), &timeout, nullptr));
  std::uint64_t count = 0;
  static_cast<void>(!::read(wake_, &count, sizeof count));
  std::array<char, 16384> messages;
  while (netlink_ >= 0 && (recv(netlink_, messages.data(), messages.size(), MSG_DONTWAIT) > 0 ||
                           errno == EINTR || errno == ENOBUFS)) {
  }
}

void InterfaceWaiter::wake() const noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
}

}  // namespace lagoon::dpdk
