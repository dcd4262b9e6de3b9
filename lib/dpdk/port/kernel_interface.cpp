#include "dpdk/port/kernel_interface.hpp"

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bsd/string.h>
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

}  // namespace lagoon::dpdk
