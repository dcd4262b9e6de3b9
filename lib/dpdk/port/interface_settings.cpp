#include "dpdk/port/interface_settings.hpp"

#include <bsd/string.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "dpdk/base/log.hpp"
#include "dpdk/port/stack_guard.hpp"

namespace lagoon::dpdk {

namespace {

// Asks and sets one interface by name.
class Asked {
 public:
  explicit Asked(const std::string& name) : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    if (strlcpy(name_.data(), name.c_str(), name_.size()) >= name_.size()) name_[0] = '\0';
  }
  ~Asked() {
    if (socket_ >= 0) ::close(socket_);
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  [[nodiscard]] std::optional<ifreq> ask(unsigned long what) const {
    ifreq request{};
    std::copy(name_.begin(), name_.end(), request.ifr_name);
    if (::ioctl(socket_, what, &request) != 0) return std::nullopt;
    return request;
  }
  [[nodiscard]] bool set(unsigned long what, ifreq request) const {
    return ::ioctl(socket_, what, &request) == 0;
  }

 private:
  std::array<char, IF_NAMESIZE> name_{};
  int socket_;
};

[[nodiscard]] MacAddress address_in(const ifreq& request) {
  MacAddress address;
  std::memcpy(address.octets.data(), request.ifr_hwaddr.sa_data, address.octets.size());
  return address;
}

void complain(const state::Interface& before, const char* what) {
  log_line(LogLevel::warning,
           "interface '" + before.name + "': " + what + " can't be put back: " + std::strerror(errno));
}

void put_back_link(const state::Interface& before, const Asked& now) {
  if (auto address = now.ask(SIOCGIFHWADDR); address && address_in(*address) != before.address) {
    std::memcpy(address->ifr_hwaddr.sa_data, before.address.octets.data(), before.address.octets.size());
    if (!now.set(SIOCSIFHWADDR, *address)) complain(before, "its address");
  }
  if (auto mtu = now.ask(SIOCGIFMTU); mtu && mtu->ifr_mtu != before.mtu && before.mtu != 0) {
    mtu->ifr_mtu = before.mtu;
    if (!now.set(SIOCSIFMTU, *mtu)) complain(before, "its MTU");
  }
  if (auto flags = now.ask(SIOCGIFFLAGS);
      flags && ((flags->ifr_flags & IFF_PROMISC) != 0) != before.promiscuous) {
    flags->ifr_flags = static_cast<short>(flags->ifr_flags ^ IFF_PROMISC);
    if (!now.set(SIOCSIFFLAGS, *flags)) complain(before, "its promiscuous mode");
  }
}

// By rtnetlink: sysfs shows the network namespace that it was mounted in.
[[nodiscard]] std::optional<std::uint32_t> carrier_changes(unsigned index) {
  struct {
    nlmsghdr head{};
    ifinfomsg link{};
  } request;
  request.head.nlmsg_len = NLMSG_LENGTH(sizeof(ifinfomsg));
  request.head.nlmsg_type = RTM_GETLINK;
  request.head.nlmsg_flags = NLM_F_REQUEST;
  request.link.ifi_index = static_cast<int>(index);
  const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (socket < 0) return std::nullopt;
  alignas(nlmsghdr) std::array<char, 32768> room;
  ssize_t size = -1;
  if (::send(socket, &request, request.head.nlmsg_len, 0) >= 0)
    size = ::recv(socket, room.data(), room.size(), 0);
  ::close(socket);
  const auto* message = reinterpret_cast<const nlmsghdr*>(room.data());
  if (size < 0 || !NLMSG_OK(message, static_cast<unsigned>(size)) || message->nlmsg_type != RTM_NEWLINK)
    return std::nullopt;
  auto left = static_cast<int>(IFLA_PAYLOAD(message));
  const auto* link = static_cast<const ifinfomsg*>(NLMSG_DATA(message));
  for (const rtattr* attribute = IFLA_RTA(link); RTA_OK(attribute, left);
       attribute = RTA_NEXT(attribute, left)) {
    std::uint32_t changes = 0;
    if (attribute->rta_type != IFLA_CARRIER_CHANGES || RTA_PAYLOAD(attribute) < sizeof changes) continue;
    std::memcpy(&changes, RTA_DATA(attribute), sizeof changes);
    return changes;
  }
  return std::nullopt;
}

}  // namespace

std::optional<state::Interface> read_interface(const std::string& name) {
  const Asked interface{name};
  const auto address = interface.ask(SIOCGIFHWADDR);
  const auto mtu = interface.ask(SIOCGIFMTU);
  const auto flags = interface.ask(SIOCGIFFLAGS);
  const unsigned index = if_nametoindex(name.c_str());
  if (index == 0 || !address || !mtu || !flags) return std::nullopt;
  return state::Interface{.name = name,
                          .index = index,
                          .address = address_in(*address),
                          .mtu = static_cast<std::uint16_t>(std::clamp(mtu->ifr_mtu, 0, 0xffff)),
                          .promiscuous = (flags->ifr_flags & IFF_PROMISC) != 0,
                          .settings = StackGuard::settings_of(name)};
}

bool put_back(const state::Interface& before) {
  std::array<char, IF_NAMESIZE> name{};
  if (if_indextoname(before.index, name.data()) == nullptr) return false;
  state::Interface as_named = before;
  as_named.name = name.data();
  put_back_link(as_named, Asked{as_named.name});
  const std::string folder = "/conf/" + before.name + "/";
  for (const state::Setting& setting : before.settings) {
    std::string path = setting.path;
    if (const auto at = path.find(folder); at != std::string::npos)
      path.replace(at, folder.size(), "/conf/" + as_named.name + "/");
    std::string value;
    if (!(std::ifstream{path} >> value) || value == setting.value) continue;
    std::ofstream file{path};
    file << setting.value;
    file.flush();
    if (!file.good()) complain(before, path.c_str());
  }
  return true;
}

std::optional<state::Carrier> carrier_of(const std::string& interface) {
  const unsigned index = if_nametoindex(interface.c_str());
  const auto changes = index != 0 ? carrier_changes(index) : std::nullopt;
  if (!changes) return std::nullopt;
  return state::Carrier{.interface = interface, .index = index, .changes = *changes};
}

}  // namespace lagoon::dpdk
