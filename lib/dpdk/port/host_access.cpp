#include "dpdk/port/host_access.hpp"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "dpdk/base/log.hpp"

namespace lagoon::dpdk {

namespace {

constexpr std::size_t kRoom = 32768;
// The kernel answers within the call; this is for the case that it does not answer at all.
constexpr timeval kPatience{.tv_sec = 0, .tv_usec = 200'000};

template <typename Visit>
void each_attribute(const rtattr* attribute, int left, Visit visit) {
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) visit(*attribute);
}

template <typename T>
std::optional<T> value_of(const rtattr& attribute) {
  T value{};
  if (RTA_PAYLOAD(&attribute) < sizeof(value)) return std::nullopt;
  std::memcpy(&value, RTA_DATA(&attribute), sizeof(value));
  return value;
}

std::string_view text_of(const rtattr& attribute) {
  const auto* text = static_cast<const char*>(RTA_DATA(&attribute));
  return {text, strnlen(text, RTA_PAYLOAD(&attribute))};
}

// The VLAN of a link that is a VLAN interface: IFLA_LINKINFO { IFLA_INFO_KIND, IFLA_INFO_DATA { .. } }.
std::optional<std::uint16_t> vlan_of(const rtattr& link_info) {
  std::string_view kind;
  std::optional<std::uint16_t> id;
  each_attribute(static_cast<const rtattr*>(RTA_DATA(&link_info)), static_cast<int>(RTA_PAYLOAD(&link_info)),
                 [&](const rtattr& outer) {
                   if (outer.rta_type == IFLA_INFO_KIND) kind = text_of(outer);
                   if (outer.rta_type != IFLA_INFO_DATA) return;
                   each_attribute(static_cast<const rtattr*>(RTA_DATA(&outer)),
                                  static_cast<int>(RTA_PAYLOAD(&outer)), [&](const rtattr& inner) {
                                    if (inner.rta_type == IFLA_VLAN_ID) id = value_of<std::uint16_t>(inner);
                                  });
                 });
  return kind == "vlan" ? id : std::nullopt;
}

std::optional<unsigned> lower_link(const nlmsghdr* message) {
  std::optional<unsigned> lower;
  const auto* link = static_cast<const ifinfomsg*>(NLMSG_DATA(message));
  each_attribute(IFLA_RTA(link), static_cast<int>(IFLA_PAYLOAD(message)), [&](const rtattr& attribute) {
    if (attribute.rta_type == IFLA_LINK) lower = value_of<unsigned>(attribute);
  });
  return lower;
}

}  // namespace

HostAccess::~HostAccess() {
  if (watch_ >= 0) close(watch_);
  if (ask_ >= 0) close(ask_);
}

Result<void> HostAccess::open() {
  watch_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  ask_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (watch_ < 0 || ask_ < 0 || bind(watch_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      setsockopt(ask_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience)) != 0)
    return fail(Errc::system, interface_ + ": rtnetlink: " + std::strerror(errno));
  return {};
}

void HostAccess::poll() {
  alignas(nlmsghdr) std::array<char, kRoom> room;
  for (;;) {
    const ssize_t size = recv(watch_, room.data(), room.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == ENOBUFS) {
      stale_ = true;  // messages were lost
      continue;
    }
    if (size <= 0) return;
    auto left = static_cast<unsigned>(size);
    for (auto* m = reinterpret_cast<nlmsghdr*>(room.data()); NLMSG_OK(m, left); m = NLMSG_NEXT(m, left))
      stale_ = stale_ || concerns_us(m);
  }
}

std::optional<HostAccess::Task> HostAccess::next(bool up) {
  if (!stale_ && carrier_ == up) return std::nullopt;
  carrier_ = up;
  return Task{.carrier = up, .read = std::exchange(stale_, false)};
}

void HostAccess::carry_out(const Task& task) {
  set_carrier(task.carrier);
  if (task.read) read_all();
}

bool HostAccess::take() {
  const bool changed = known_.addresses != found_.addresses;
  known_ = found_;
  return changed;
}

bool HostAccess::concerns_us(const nlmsghdr* message) const {
  const auto known = [this](unsigned index) {
    return std::ranges::any_of(known_.places, [index](const Place& p) { return p.index == index; });
  };
  switch (message->nlmsg_type) {
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return known(static_cast<const ifaddrmsg*>(NLMSG_DATA(message))->ifa_index);
    case RTM_NEWLINK:
    case RTM_DELLINK: {
      const auto index = static_cast<unsigned>(static_cast<const ifinfomsg*>(NLMSG_DATA(message))->ifi_index);
      const bool is_vlan_of_ours = lower_link(message) == index_;
      // (A link message of the tap itself says nothing about addresses.)
      return index != index_ && (is_vlan_of_ours || known(index));
    }
    default:
      return false;
  }
}

template <typename Take>
bool HostAccess::dump(std::uint16_t type, Take take) {
  struct {
    nlmsghdr head{};
    rtgenmsg what{};
  } request;
  request.head.nlmsg_len = NLMSG_LENGTH(sizeof(rtgenmsg));
  request.head.nlmsg_type = type;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  if (::send(ask_, &request, request.head.nlmsg_len, 0) < 0) return false;
  alignas(nlmsghdr) std::array<char, kRoom> room;
  for (;;) {
    const ssize_t size = recv(ask_, room.data(), room.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    auto left = static_cast<unsigned>(size);
    for (auto* m = reinterpret_cast<nlmsghdr*>(room.data()); NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
      if (m->nlmsg_type == NLMSG_DONE) return true;
      if (m->nlmsg_type == NLMSG_ERROR) continue;  // the answer to a carrier that was set
      take(m);
    }
  }
}

void HostAccess::take_link(const nlmsghdr* message) {
  if (message->nlmsg_type != RTM_NEWLINK) return;
  const auto* link = static_cast<const ifinfomsg*>(NLMSG_DATA(message));
  if (lower_link(message) != index_) return;
  std::optional<std::uint16_t> vlan;
  each_attribute(IFLA_RTA(link), static_cast<int>(IFLA_PAYLOAD(message)), [&](const rtattr& attribute) {
    if (attribute.rta_type == IFLA_LINKINFO) vlan = vlan_of(attribute);
  });
  if (vlan) found_.places.push_back({.index = static_cast<unsigned>(link->ifi_index), .vlan = vlan});
}

void HostAccess::take_address(const nlmsghdr* message) {
  if (message->nlmsg_type != RTM_NEWADDR) return;
  const auto* head = static_cast<const ifaddrmsg*>(NLMSG_DATA(message));
  const auto place = std::find_if(found_.places.begin(), found_.places.end(),
                                  [head](const Place& p) { return p.index == head->ifa_index; });
  if (place == found_.places.end()) return;
  std::uint32_t flags = head->ifa_flags;
  std::optional<Ipv4Address> local;
  std::optional<Ipv6Address> ipv6;
  each_attribute(IFA_RTA(head), static_cast<int>(IFA_PAYLOAD(message)), [&](const rtattr& attribute) {
    if (attribute.rta_type == IFA_FLAGS) flags = value_of<std::uint32_t>(attribute).value_or(flags);
    // IPv4: IFA_LOCAL is ours (IFA_ADDRESS is the other end's on a point-to-point link).
    if (attribute.rta_type == IFA_LOCAL && head->ifa_family == AF_INET)
      local = value_of<Ipv4Address>(attribute);
    if (attribute.rta_type == IFA_ADDRESS && head->ifa_family == AF_INET6)
      ipv6 = value_of<Ipv6Address>(attribute);
  });
  // Not before Duplicate Address Detection has found that they are ours (RFC 4862 5.4).
  if ((flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0) return;
  if (local) found_.addresses.push_back({.address = *local, .vlan = place->vlan});
  if (ipv6) found_.addresses.push_back({.address = *ipv6, .vlan = place->vlan});
}

void HostAccess::read_all() {
  found_.places.assign(1, {.index = index_, .vlan = std::nullopt});
  found_.addresses.clear();
  if (!dump(RTM_GETLINK, [this](const nlmsghdr* m) { take_link(m); }) ||
      !dump(RTM_GETADDR, [this](const nlmsghdr* m) { take_address(m); }))
    log_line(LogLevel::warning, interface_ + ": its addresses can't be read: " + std::strerror(errno));
  std::sort(found_.addresses.begin(), found_.addresses.end());
}

void HostAccess::set_carrier(bool up) {
  if (carrier_set_ == up) return;
  carrier_set_ = up;
  struct {
    nlmsghdr head{};
    ifinfomsg link{};
    rtattr attribute{};
    std::uint32_t value = 0;
  } request;
  request.head.nlmsg_len = NLMSG_LENGTH(sizeof(ifinfomsg)) + RTA_SPACE(sizeof(std::uint8_t));
  request.head.nlmsg_type = RTM_NEWLINK;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  request.link.ifi_family = AF_UNSPEC;
  request.link.ifi_index = static_cast<int>(index_);
  request.attribute.rta_type = IFLA_CARRIER;
  request.attribute.rta_len = RTA_LENGTH(sizeof(std::uint8_t));
  const std::uint8_t carrier = up ? 1 : 0;
  std::memcpy(&request.value, &carrier, sizeof(carrier));
  alignas(nlmsghdr) std::array<char, 1024> room;
  if (::send(ask_, &request, request.head.nlmsg_len, 0) < 0 || recv(ask_, room.data(), room.size(), 0) < 0) {
    log_line(LogLevel::warning, interface_ + ": carrier: " + std::strerror(errno));
    return;
  }
  const auto* answer = reinterpret_cast<const nlmsghdr*>(room.data());
  const auto* status = static_cast<const nlmsgerr*>(NLMSG_DATA(answer));
  if (answer->nlmsg_type == NLMSG_ERROR && status->error != 0)
    log_line(LogLevel::warning, interface_ + ": its carrier can't be set: " + std::strerror(-status->error));
}

}  // namespace lagoon::dpdk
