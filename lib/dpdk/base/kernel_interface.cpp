#include "dpdk/base/kernel_interface.hpp"

#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bsd/string.h>
#include <algorithm>
#include <cerrno>
#include <string_view>

namespace lagoon::dpdk {

bool is_veth(const std::string& interface) {
  ifreq request{};
  ethtool_drvinfo driver{};
  driver.cmd = ETHTOOL_GDRVINFO;
  if (strlcpy(request.ifr_name, interface.c_str(), sizeof(request.ifr_name)) >= sizeof(request.ifr_name))
    return false;
  request.ifr_data = reinterpret_cast<char*>(&driver);
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const bool told = ioctl(socket, SIOCETHTOOL, &request) == 0;
  close(socket);
  return told && std::string_view{driver.driver} == "veth";
}

namespace {

int ask(const std::string& interface, unsigned long question, ifreq& request) {
  if (strlcpy(request.ifr_name, interface.c_str(), sizeof(request.ifr_name)) >= sizeof(request.ifr_name))
    return ENODEV;
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return errno;
  const int error = ioctl(socket, question, &request) == 0 ? 0 : errno;
  close(socket);
  return error;
}

}  // namespace

Presence presence_of(const std::string& interface) {
  ifreq index{};
  ifreq flags{};
  if (ask(interface, SIOCGIFINDEX, index) != 0 || ask(interface, SIOCGIFFLAGS, flags) != 0) return {};
  return {.index = static_cast<unsigned>(index.ifr_ifindex), .up = (flags.ifr_flags & IFF_UP) != 0};
}

std::optional<std::uint16_t> mtu_of(const std::string& interface) {
  ifreq request{};
  if (ask(interface, SIOCGIFMTU, request) != 0) return std::nullopt;
  return static_cast<std::uint16_t>(std::clamp(request.ifr_mtu, 0, 65535));
}

int set_mtu_of(const std::string& interface, std::uint16_t mtu) {
  ifreq request{};
  request.ifr_mtu = mtu;
  return ask(interface, SIOCSIFMTU, request);
}

// (only EINVAL is an answer; what else goes wrong the driver will say)
bool takes_another_queue(const std::string& tap) {
  ifreq request{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE;
  if (strlcpy(request.ifr_name, tap.c_str(), sizeof(request.ifr_name)) >= sizeof(request.ifr_name))
    return true;
  const int file = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (file < 0) return true;
  const int error = ioctl(file, TUNSETIFF, &request) == 0 ? 0 : errno;
  close(file);
  return error != EINVAL;
}

}  // namespace lagoon::dpdk
