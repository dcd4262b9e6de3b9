// The driver net_lagoon on the vdev bus: makes a port from devargs, in a secondary process finds the
// primary's, and takes it away.
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>

#include "burst.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/engine/cleanup_watch.hpp"
#include "lag_port.hpp"
#include "ops.hpp"
#include "xstats/question.hpp"

namespace lagoon::pmd {

namespace {

int attach_secondary(rte_vdev_device& vdev) {
  rte_eth_dev* const dev = rte_eth_dev_attach_secondary(rte_vdev_device_name(&vdev));
  if (dev == nullptr) return -ENODEV;
  dev->device = &vdev.device;
  dev->dev_ops = &operations(false);
  set_burst_functions(*dev);
  rte_eth_dev_probing_finish(dev);
  return 0;
}

int refuse(const char* name, const Error& error) {
  dpdk::log_line(dpdk::LogLevel::error, std::string{name} + ": " + error.detail);
  return -errno_of(error.code);
}

// EAL is being cleaned up, and members may go before their LAG.
void end_all() {
  for (std::uint16_t port = 0; port < RTE_MAX_ETHPORTS; ++port) {
    const rte_eth_dev& dev = rte_eth_devices[port];
    if (dev.state != RTE_ETH_DEV_ATTACHED || dev.dev_ops != &operations(true)) continue;
    if (dev.data->dev_started != 0) static_cast<void>(rte_eth_dev_stop(port));
    lag_of(dev).end();
  }
}

int make_port(rte_vdev_device& vdev, Devargs devargs) {
  std::shared_ptr<console::ProgramConsole> console;
  if (devargs.control_socket) {
    auto opened = console::ProgramConsole::open(*devargs.control_socket);
    if (!opened)
      return refuse(rte_vdev_device_name(&vdev),
                    {opened.error().code, std::string{kControlSocket} + ": " + opened.error().detail});
    console = *std::move(opened);
  }
  if (devargs.socket) vdev.device.numa_node = *devargs.socket;
  rte_eth_dev* const dev = rte_eth_vdev_allocate(&vdev, sizeof(Shared));
  if (dev == nullptr) return -ENOMEM;
  auto* const shared = new (dev->data->dev_private) Shared{};
  shared->port = dev->data->port_id;
  dev->data->mac_addrs = shared->addresses.data();
  dev->data->dev_flags |= RTE_ETH_DEV_INTR_LSC | RTE_ETH_DEV_AUTOFILL_QUEUE_XSTATS;
  dev->data->dev_link.link_duplex = RTE_ETH_LINK_FULL_DUPLEX;
  dev->dev_ops = &operations(true);
  set_burst_functions(*dev);
  static std::once_flag watched;
  std::call_once(watched, [] { dpdk::before_cleanup(end_all); });
  auto lag = std::make_unique<LagPort>(*dev, std::move(devargs), std::move(console));
  // Those that are not there yet come later on the command line; who is missing then is told at configure.
  static_cast<void>(lag->find_members(false));
  be_asked(*lag);
  dev->process_private = lag.release();
  rte_eth_dev_probing_finish(dev);
  return 0;
}

int probe(rte_vdev_device* vdev) {
  const char* const name = rte_vdev_device_name(vdev);
  if (rte_eal_process_type() == RTE_PROC_SECONDARY) return attach_secondary(*vdev);
  auto devargs = parse_devargs(name, rte_vdev_device_args(vdev));
  if (!devargs) return refuse(name, devargs.error());
  return make_port(*vdev, *std::move(devargs));
}

int remove(rte_vdev_device* vdev) {
  rte_eth_dev* const dev = rte_eth_dev_allocated(rte_vdev_device_name(vdev));
  if (dev == nullptr) return 0;
  if (rte_eal_process_type() == RTE_PROC_SECONDARY) return rte_eth_dev_release_port(dev);
  const std::uint16_t port = dev->data->port_id;
  if (dev->data->dev_started != 0) static_cast<void>(rte_eth_dev_stop(port));
  return rte_eth_dev_close(port);
}

rte_vdev_driver driver = [] {
  rte_vdev_driver vdev{};
  vdev.probe = probe;
  vdev.remove = remove;
  return vdev;
}();

}  // namespace

}  // namespace lagoon::pmd

using lagoon::pmd::driver;
RTE_PMD_REGISTER_VDEV(net_lagoon, driver);
RTE_PMD_REGISTER_PARAM_STRING(
    net_lagoon,
    "mode=0..6|NAME slave=PORT member=PORT primary=PORT xmit_policy=l2|l23|l34 "
    "agg_mode=stable|bandwidth|count socket_id=N mac=MAC lsc_poll_period_ms=N up_delay=N "
    "down_delay=N conf=FILE lag=NAME rate=fast|slow control-socket=yes|no|PATH KEY=VALUE");
