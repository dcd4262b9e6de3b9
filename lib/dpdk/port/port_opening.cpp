// A port's beginning and end: who may have it, and whose it is to close.
#include <net/if.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "config/values/device_name.hpp"
#include "dpdk/base/capabilities.hpp"
#include "dpdk/base/kernel_interface.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/port/interface_settings.hpp"
#include "dpdk/port/port.hpp"

namespace lagoon::dpdk {

namespace {

// In octets; nothing: as much as there is.
std::optional<std::uint64_t> locked_memory() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

Error probe_error(const Device& device, int error) {
  const int number = error < 0 ? -error : error;
  std::string words = failure_in_words(device, "can't be probed", number);
  if (device.carrier_interface && if_nametoindex(device.carrier_interface->c_str()) == 0)
    return {Errc::no_such_thing, words + "; there is no interface '" + *device.carrier_interface + "'"};
  if (rte_eth_dev_count_total() >= RTE_MAX_ETHPORTS)
    return {Errc::no_resources, words + "; there are " + std::to_string(RTE_MAX_ETHPORTS) +
                                    " ports already, as many as this DPDK was built for (RTE_MAX_ETHPORTS)"};
  if ((device.carrier_interface || device.is_tap) && !may_use_interfaces(effective_capabilities(getpid())))
    return {Errc::permission,
            words + "; it needs the capabilities CAP_NET_ADMIN and CAP_NET_RAW, which this process " +
                (geteuid() == 0 ? "has given up: no device needed them at its start; start with "
                                  "keep-capabilities: [net_admin, net_raw]"
                                : "does not have: start as root, or give them to its user")};
  if (const auto limit = locked_memory(); device.is_af_packet && limit)
    return {Errc::no_resources, words + "; its rings are locked memory, of which this process may have " +
                                    std::to_string(*limit / 1024) + " kB in all (ulimit -l)"};
  if (number == EPERM || number == EACCES)
    return {Errc::permission,
            words + (geteuid() == 0 ? "; it may need a capability that was given up: see keep-capabilities"
                                    : "; try as root")};
  // (what rte_devargs_parse() gives where no bus knows the name)
  if (number == EFAULT)
    return {Errc::no_such_thing, device.name +
                                     ": no driver that is loaded takes a device of that name; is it "
                                     "spelled right, and is the driver's package (librte-net-..) "
                                     "installed?"};
  return {number == ENODEV ? Errc::no_such_thing : Errc::system, words};
}

// As it was made, by whomever; nothing: nobody knows.
std::optional<std::string> devargs_of(EthdevId id, const std::string& name) {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(id.value(), &info) != 0 || info.device == nullptr) return std::nullopt;
  const rte_devargs* const made = rte_dev_devargs(info.device);
  return made != nullptr && made->args != nullptr ? std::optional{name + "," + made->args} : std::nullopt;
}

}  // namespace

Port::Port(EthdevId id, Device device, AtEnd at_end) : id_{id}, device_{std::move(device)}, at_end_{at_end} {
  rte_ether_addr address{};
  if (rte_eth_macaddr_get(id_.value(), &address) == 0)
    std::copy_n(address.addr_bytes, own_address_.octets.size(), own_address_.octets.begin());
  own_mtu_ = mtu();
  interface_ = kernel_interface();
  if (device_.is_af_packet) device_.devargs = devargs_of(id_, device_.name).value_or(device_.devargs);
}

Port::Port(Port&& other) noexcept
    : id_{other.id_},
      device_{std::move(other.device_)},
      interface_{std::move(other.interface_)},
      own_address_{other.own_address_},
      own_mtu_{other.own_mtu_},
      said_mtu_{other.said_mtu_},
      mtu_changed_{other.mtu_changed_},
      mtu_for_{other.mtu_for_},
      here_{std::exchange(other.here_, false)},
      at_end_{other.at_end_},
      lease_{std::move(other.lease_)},
      started_{other.started_},
      address_changed_{other.address_changed_},
      steerable_{other.steerable_},
      leave_running_{other.leave_running_},
      keeps_up_{other.keeps_up_},
      ring_losses_{std::move(other.ring_losses_)},
      rx_queues_{other.rx_queues_},
      control_tx_{other.control_tx_},
      control_rx_{other.control_rx_},
      use_{std::move(other.use_)},
      locks_{std::move(other.locks_)} {}

Port::~Port() {
  if (!here_) return;
  stop();
  if (at_end_ == AtEnd::close) close();
}

// The device goes as well, or it could not be probed again. (net_tap sets an interface down that it leaves,
// and the kernel forgets its routes.)
void Port::close() {
  std::optional<WithoutNetAdmin> kept_up;
  if (keeps_up_) kept_up.emplace();
  rte_eth_dev_info info{};
  rte_device* const device = rte_eth_dev_info_get(id_.value(), &info) == 0 ? info.device : nullptr;
  if (const int error = rte_eth_dev_close(id_.value()); error != 0)
    log_line(LogLevel::warning, failure_in_words(device_, "rte_eth_dev_close", error));
  if (device == nullptr) return;
  if (const int error = rte_dev_remove(device); error != 0)
    log_line(LogLevel::warning, failure_in_words(device_, "rte_dev_remove", error));
}

Result<Port> Port::open(const Device& device, const PortUser& user) {
  std::uint16_t id = 0;
  PortUse use;
  const bool is_there = rte_eth_dev_get_port_by_name(device.name.c_str(), &id) == 0;
  if (is_there) {
    auto begun = PortUse::begin(EthdevId{id}, user);
    if (!begun) return std::unexpected{std::move(begun).error()};
    use = *std::move(begun);
  }
  // (net_tap gives an interface that was there already an MTU of 1500, and another address)
  const auto tap = tap_there(device);
  const auto before = tap ? read_interface(*tap) : std::nullopt;
  const bool was_up = tap && presence_of(*tap).up;
  auto locks = is_there ? lock_device(device, user.words) : take_device(device, user.words);
  if (!locks) return std::unexpected{std::move(locks).error()};
  if (!is_there) {
    if (const int error = rte_dev_probe(device.devargs.c_str()); error != 0)
      return std::unexpected{probe_error(device, error)};
    if (rte_eth_dev_get_port_by_name(device.name.c_str(), &id) != 0) {
      static_cast<void>(
          rte_eal_hotplug_remove(device.bus == DeviceBus::pci ? "pci" : "vdev", device.name.c_str()));
      return fail(Errc::no_such_thing, device.name + ": probed, but there is no such ethdev");
    }
    auto begun = PortUse::begin(EthdevId{id}, user);
    if (!begun) return std::unexpected{std::move(begun).error()};
    use = *std::move(begun);
  }
  Port port{EthdevId{id}, device, AtEnd::close};
  if (before) {
    port.begin_from(*before, nullptr);
    static_cast<void>(port.set_address(before->address));
  }
  port.keeps_up_ = was_up;
  port.use_ = std::move(use);
  port.locks_ = *std::move(locks);
  return port;
}

Result<Port> Port::take(EthdevId id, const Device& device, const PortUser& user) {
  auto use = PortUse::begin(id, user);
  if (!use) return std::unexpected{std::move(use).error()};
  auto locks = lock_ethdev(id, user.words);
  if (!locks) return std::unexpected{std::move(locks).error()};
  Port port{id, device, AtEnd::leave};
  port.use_ = *std::move(use);
  port.locks_ = *std::move(locks);
  return port;
}

Port Port::borrow(EthdevId id, const Device& device, std::shared_ptr<void> lease) {
  Port port{id, device, AtEnd::leave};
  port.lease_ = std::move(lease);
  return port;
}

std::optional<std::string> tap_there(const Device& device) {
  const auto name = device.is_tap ? config::interface_of(device.devargs) : std::nullopt;
  return name && presence_of(std::string{*name}).index != 0 ? std::optional{std::string{*name}}
                                                            : std::nullopt;
}

Result<std::vector<PortLock>> take_device(const Device& device, const std::string& user) {
  auto locks = lock_device(device, user);
  if (!locks) return locks;
  if (const auto tap = tap_there(device); tap && !takes_another_queue(*tap))
    return fail(Errc::invalid_argument, "the tap '" + *tap +
                                            "' was made without multi_queue, or is no tap; 'ip tuntap add " +
                                            *tap + " mode tap multi_queue' makes one that fits");
  return locks;
}

void Port::begin_from(const state::Interface& original, std::shared_ptr<void> lease) {
  address_changed_ = address_changed_ || own_address_ != original.address;
  own_address_ = original.address;
  own_mtu_ = original.mtu;
  lease_ = std::move(lease);
}

}  // namespace lagoon::dpdk
