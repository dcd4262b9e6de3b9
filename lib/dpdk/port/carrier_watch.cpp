#include "dpdk/port/carrier_watch.hpp"

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bsd/string.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace lagoon::dpdk {

namespace {

constexpr unsigned kWorking = IFF_UP | IFF_LOWER_UP;

template <typename Request>
bool ask_ethtool(int socket, const std::string& interface, Request& request) {
  ifreq ifr{};
  if (strlcpy(ifr.ifr_name, interface.c_str(), sizeof(ifr.ifr_name)) >= sizeof(ifr.ifr_name)) return false;
  ifr.ifr_data = reinterpret_cast<char*>(&request);
  return ioctl(socket, SIOCETHTOOL, &ifr) == 0;
}

}  // namespace

CarrierWatch::~CarrierWatch() {
  if (netlink_ >= 0) close(netlink_);
  if (control_ >= 0) close(control_);
}

Result<void> CarrierWatch::open() {
  control_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  netlink_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (control_ < 0 || netlink_ < 0 ||
      bind(netlink_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    return fail(Errc::system, std::string{"rtnetlink: "} + std::strerror(errno));
  return {};
}

std::size_t CarrierWatch::add(std::string interface) {
  auto place =
      std::find_if(interfaces_.begin(), interfaces_.end(), [](const Interface& i) { return i.name.empty(); });
  if (place == interfaces_.end()) place = interfaces_.insert(place, Interface{});
  *place = {.name = std::move(interface)};
  const auto number = static_cast<std::size_t>(place - interfaces_.begin());
  refresh(number);
  return number;
}

void CarrierWatch::remove(std::size_t number) noexcept {
  interfaces_[number] = {};
}

bool CarrierWatch::poll() {
  alignas(nlmsghdr) std::array<char, 16384> buffer;
  bool changed = false;
  for (;;) {
    const ssize_t size = recv(netlink_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == ENOBUFS) {
      // Messages were lost: ask about everything.
      for (std::size_t i = 0; i < interfaces_.size(); ++i) changed |= refresh(i);
      continue;
    }
    if (size <= 0) return changed;
    auto left = static_cast<unsigned>(size);
    for (auto* message = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(message, left);
         message = NLMSG_NEXT(message, left))
      if (message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK)
        changed |= take_message(message, message->nlmsg_len);
  }
}

bool CarrierWatch::take_message(const void* bytes, std::size_t) {
  const auto* message = static_cast<const nlmsghdr*>(bytes);
  const auto* link = static_cast<const ifinfomsg*>(NLMSG_DATA(message));
  auto left = static_cast<int>(IFLA_PAYLOAD(message));
  const char* name = nullptr;
  for (auto* attribute = IFLA_RTA(link); RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
    if (attribute->rta_type == IFLA_IFNAME) name = static_cast<const char*>(RTA_DATA(attribute));
  if (name == nullptr) return false;
  for (Interface& interface : interfaces_) {
    if (interface.name != name) continue;
    const bool carrier = message->nlmsg_type == RTM_NEWLINK && (link->ifi_flags & kWorking) == kWorking;
    const bool changed = carrier != interface.carrier;
    interface.carrier = carrier;
    return changed;
  }
  return false;
}

bool CarrierWatch::refresh(std::size_t number) {
  Interface& interface = interfaces_[number];
  if (interface.name.empty()) return false;
  ethtool_value value{};
  value.cmd = ETHTOOL_GLINK;
  const bool carrier = ask_ethtool(control_, interface.name, value) && value.data != 0;
  const bool changed = carrier != interface.carrier;
  interface.carrier = carrier;
  return changed;
}

std::optional<BitsPerSecond> CarrierWatch::speed(std::size_t number) const {
  ethtool_cmd settings{};
  settings.cmd = ETHTOOL_GSET;
  if (!ask_ethtool(control_, interfaces_[number].name, settings)) return std::nullopt;
  const std::uint32_t megabits = ethtool_cmd_speed(&settings);
  if (megabits == 0 || megabits == static_cast<std::uint32_t>(SPEED_UNKNOWN)) return std::nullopt;
  return mbps(megabits);
}

}  // namespace lagoon::dpdk
