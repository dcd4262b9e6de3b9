#include "dpdk/port/carrier_watch.hpp"

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bsd/string.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <span>
#include <string_view>
#include <utility>

#include "dpdk/base/monotonic_clock.hpp"

namespace lagoon::dpdk {

namespace {

constexpr unsigned kWorking = IFF_UP | IFF_LOWER_UP;
// Where nothing is polled.
constexpr Duration kLongRest = 1s;

// An answer: whether there is one, the carrier, and the speed in Mbit/s (0: none).
constexpr std::uint64_t kKnown = std::uint64_t{1} << 63;
constexpr std::uint64_t kCarrier = std::uint64_t{1} << 62;
constexpr std::uint64_t kSpeed = 0xffffffff;

template <typename Request>
bool ask_ethtool(int socket, const char* interface, Request& request) {
  ifreq ifr{};
  if (strlcpy(ifr.ifr_name, interface, sizeof(ifr.ifr_name)) >= sizeof(ifr.ifr_name)) return false;
  ifr.ifr_data = reinterpret_cast<char*>(&request);
  return ioctl(socket, SIOCETHTOOL, &ifr) == 0;
}

// 0: there is none of that name.
unsigned index_of(int socket, const char* interface) {
  ifreq ifr{};
  if (strlcpy(ifr.ifr_name, interface, sizeof(ifr.ifr_name)) >= sizeof(ifr.ifr_name)) return 0;
  return ioctl(socket, SIOCGIFINDEX, &ifr) == 0 ? static_cast<unsigned>(ifr.ifr_ifindex) : 0;
}

// Whether an interface has it, whatever its name.
bool has_index(int socket, unsigned index) {
  ifreq ifr{};
  ifr.ifr_ifindex = static_cast<int>(index);
  return ioctl(socket, SIOCGIFNAME, &ifr) == 0;
}

std::uint32_t speed_of(int socket, const char* interface) {
  ethtool_cmd settings{};
  settings.cmd = ETHTOOL_GSET;
  if (!ask_ethtool(socket, interface, settings)) return 0;
  const std::uint32_t megabits = ethtool_cmd_speed(&settings);
  return megabits == static_cast<std::uint32_t>(SPEED_UNKNOWN) ? 0 : megabits;
}

void wake_descriptor(int eventfd) noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(write(eventfd, &one, sizeof(one)));
}

void clear_descriptor(int eventfd) noexcept {
  std::uint64_t count = 0;
  static_cast<void>(read(eventfd, &count, sizeof(count)));
}

}  // namespace

CarrierWatch::~CarrierWatch() {
  if (thread_) {
    ends_.store(true, std::memory_order_relaxed);
    wake_descriptor(wake_);
    thread_->join();
  }
  for (const int descriptor : {netlink_, control_, told_, wake_})
    if (descriptor >= 0) close(descriptor);
}

Result<void> CarrierWatch::open() {
  control_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  netlink_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  told_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (control_ < 0 || netlink_ < 0 || told_ < 0 || wake_ < 0 ||
      bind(netlink_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    return fail(Errc::system, std::string{"rtnetlink: "} + std::strerror(errno));
  auto thread = ControlThread::start("lagoon-links", [this] { work(); });
  if (!thread) return std::unexpected{thread.error()};
  thread_.emplace(std::move(*thread));
  return {};
}

std::optional<std::size_t> CarrierWatch::add(const std::string& interface, unsigned index) {
  const auto place = std::ranges::find_if(
      interfaces_, [](const Interface& i) { return i.use.load(std::memory_order_acquire) == Use::none; });
  if (place == interfaces_.end()) return std::nullopt;
  // (a name that is too long is nobody's)
  strlcpy(place->name.data(), interface.c_str(), kNameRoom);
  place->index = index;
  place->loss.store(Loss::none, std::memory_order_relaxed);
  place->answer.store(0, std::memory_order_relaxed);
  place->interval.store(Duration::zero(), std::memory_order_relaxed);
  // Pairs with the loads of the thread, which reads the name and the index.
  place->use.store(Use::taken, std::memory_order_release);
  wake_descriptor(wake_);
  return static_cast<std::size_t>(place - interfaces_.begin());
}

void CarrierWatch::remove(std::size_t number) noexcept {
  interfaces_[number].use.store(Use::left, std::memory_order_relaxed);
  wake_descriptor(wake_);
}

void CarrierWatch::poll_every(std::size_t number, Duration interval) noexcept {
  std::atomic<Duration>& now = interfaces_[number].interval;
  if (now.load(std::memory_order_relaxed) == interval) return;
  now.store(interval, std::memory_order_relaxed);
  wake_descriptor(wake_);
}

bool CarrierWatch::take_news() noexcept {
  const std::uint64_t changes = changes_.load(std::memory_order_acquire);
  if (changes == seen_) return false;
  // (what is told from here on is seen by the number in the next turn)
  clear_descriptor(told_);
  seen_ = changes;
  return true;
}

std::optional<CarrierWatch::Answer> CarrierWatch::answer(std::size_t number) const noexcept {
  const std::uint64_t packed = interfaces_[number].answer.load(std::memory_order_relaxed);
  if (packed == 0) return std::nullopt;
  Answer answer{.carrier = (packed & kCarrier) != 0};
  if ((packed & kSpeed) != 0) answer.speed = mbps(static_cast<std::uint32_t>(packed & kSpeed));
  return answer;
}

void CarrierWatch::work() {
  bool everything = true;
  while (!ends_.load(std::memory_order_relaxed)) {
    const Duration rest = ask_all(std::exchange(everything, false));
    std::array<pollfd, 2> news{
        {{.fd = netlink_, .events = POLLIN, .revents = 0}, {.fd = wake_, .events = POLLIN, .revents = 0}}};
    const timespec timeout{.tv_sec = 0, .tv_nsec = std::min(rest, kLongRest - 1ns).count()};
    if (ppoll(news.data(), news.size(), &timeout, nullptr) <= 0) continue;
    if (news[1].revents != 0) clear_descriptor(wake_);
    if (news[0].revents != 0) everything = read_messages();
  }
}

Duration CarrierWatch::ask_all(bool everything) {
  Duration rest = kLongRest;
  for (Interface& interface : interfaces_) {
    const Use use = interface.use.load(std::memory_order_acquire);
    if (use == Use::left) interface.use.store(Use::none, std::memory_order_release);
    if (use != Use::taken) continue;
    const Duration interval = interface.interval.load(std::memory_order_relaxed);
    const Instant now = dpdk::now();
    const bool polled = interval > Duration::zero();
    if (interface.loss.load(std::memory_order_relaxed) != Loss::none) continue;
    const bool due = everything || interface.answer.load(std::memory_order_relaxed) == 0 ||
                     (polled && now >= interface.asked + interval);
    if (due) {
      // (a poll that came late does not make the ones behind it late)
      interface.asked = now;
      ask(interface);
    }
    if (polled) rest = std::min(rest, interface.asked + interval - now);
  }
  return std::max(rest, Duration::zero());
}

// (asking for an index takes no lock)
void CarrierWatch::ask(Interface& interface) {
  const unsigned index = index_of(control_, interface.name.data());
  if (interface.index != 0 && index != interface.index)
    return lose(interface, index != 0                             ? Loss::replaced
                           : has_index(control_, interface.index) ? Loss::renamed
                                                                  : Loss::deleted);
  ethtool_value value{};
  value.cmd = ETHTOOL_GLINK;
  const bool carrier = ask_ethtool(control_, interface.name.data(), value) && value.data != 0;
  const std::uint64_t before = interface.answer.load(std::memory_order_relaxed);
  std::uint64_t speed = (before & kCarrier) != 0 ? before & kSpeed : 0;
  if (carrier && speed == 0) speed = speed_of(control_, interface.name.data());
  put(interface, carrier ? kKnown | kCarrier | speed : kKnown);
}

void CarrierWatch::lose(Interface& interface, Loss why) noexcept {
  interface.loss.store(why, std::memory_order_relaxed);
  interface.answer.store(kKnown, std::memory_order_relaxed);
  // Both pair with loads of the control lcore: who sees the change sees what is lost.
  losses_.fetch_add(1, std::memory_order_release);
  changes_.fetch_add(1, std::memory_order_release);
  wake_descriptor(told_);
}

void CarrierWatch::put(Interface& interface, std::uint64_t answer) noexcept {
  if (interface.answer.load(std::memory_order_relaxed) == answer) return;
  interface.answer.store(answer, std::memory_order_relaxed);
  // Pairs with the load in take_news(): who sees the change sees the answer.
  changes_.fetch_add(1, std::memory_order_release);
  wake_descriptor(told_);
}

bool CarrierWatch::read_messages() {
  alignas(nlmsghdr) std::array<char, 16384> buffer;
  bool lost = false;
  for (;;) {
    const ssize_t size = recv(netlink_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == ENOBUFS) {
      lost = true;
      continue;
    }
    if (size <= 0) return lost;
    auto left = static_cast<unsigned>(size);
    for (auto* message = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(message, left);
         message = NLMSG_NEXT(message, left))
      if (message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK) take_message(message);
  }
}

// A carrier that is lost is told at once: asking would wait for who has the lock. One that comes is asked
// about, and its speed with it.
void CarrierWatch::take_message(const nlmsghdr* message) {
  const auto* link = static_cast<const ifinfomsg*>(NLMSG_DATA(message));
  // (a bridge tells of its ports, too: one that leaves it is not deleted)
  if (link->ifi_family == AF_BRIDGE) return;
  auto left = static_cast<int>(IFLA_PAYLOAD(message));
  std::string_view name;
  for (auto* attribute = IFLA_RTA(link); RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
    if (attribute->rta_type == IFLA_IFNAME) name = static_cast<const char*>(RTA_DATA(attribute));
  if (name.empty()) return;
  const bool deleted = message->nlmsg_type == RTM_DELLINK;
  const bool carrier = !deleted && (link->ifi_flags & kWorking) == kWorking;
  for (Interface& interface : interfaces_) {
    if (interface.use.load(std::memory_order_acquire) != Use::taken ||
        interface.loss.load(std::memory_order_relaxed) != Loss::none)
      continue;
    const bool has_name = name == interface.name.data();
    const bool is_it =
        interface.index != 0 ? static_cast<unsigned>(link->ifi_index) == interface.index : has_name;
    if (is_it && deleted && interface.index != 0)
      lose(interface, Loss::deleted);
    else if (is_it && !has_name)
      lose(interface, Loss::renamed);
    else if (!is_it && has_name && !deleted)
      lose(interface, Loss::replaced);
    else if (is_it && !carrier)
      put(interface, kKnown);
    else if (is_it && (interface.answer.load(std::memory_order_relaxed) & kCarrier) == 0)
      ask(interface);
  }
}

}  // namespace lagoon::dpdk
