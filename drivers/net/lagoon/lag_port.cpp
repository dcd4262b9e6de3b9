#include "lag_port.hpp"

#include <rte_alarm.h>
#include <rte_errno.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

#include "dpdk/base/log.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "options/mode.hpp"

namespace lagoon::pmd {

namespace {

// How long who detaches a member waits for queues to leave its driver, and how long a removal then waits for
// DPDK to let the port go.
constexpr Duration kDetachPatience = 5s;
constexpr Duration kReleasePatience = 1s;
constexpr Duration kReleaseLook = 1ms;
constexpr std::array kEvents{RTE_ETH_EVENT_NEW, RTE_ETH_EVENT_DESTROY};

std::optional<MacAddress> usable_address(std::uint16_t port) {
  rte_ether_addr address{};
  // (a driver without addresses, net_ring, says zero)
  if (rte_eth_macaddr_get(port, &address) != 0 || rte_is_valid_assigned_ether_addr(&address) == 0)
    return std::nullopt;
  MacAddress mac;
  std::ranges::copy(address.addr_bytes, mac.octets.begin());
  return mac;
}

// (a port that is half closed is asked nothing; for one that is gone DPDK answers)
void await_release(std::uint16_t port) {
  const Instant until = dpdk::now() + kReleasePatience;
  while (rte_eth_dev_is_valid_port(port) != 0 && dpdk::now() < until)
    std::this_thread::sleep_for(kReleaseLook);
}

MacAddress random_address() {
  MacAddress mac;
  rte_eth_random_addr(mac.octets.data());
  return mac;
}

}  // namespace

int errno_of(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument:
      return EINVAL;
    case Errc::no_such_thing:
      return ENODEV;
    case Errc::already_exists:
      return EEXIST;
    case Errc::not_supported:
      return ENOTSUP;
    case Errc::no_resources:
      return ENOMEM;
    case Errc::busy:
      return EBUSY;
    case Errc::permission:
      return EPERM;
    case Errc::system:
      return EIO;
  }
  return EIO;
}

int as_errno(const LagPort& lag, const Result<void>& result) {
  if (result) return 0;
  dpdk::log_line(dpdk::LogLevel::error, lag.name() + ": " + result.error().detail);
  return -errno_of(result.error().code);
}

LagPort::LagPort(rte_eth_dev& dev, Devargs devargs, std::shared_ptr<console::ProgramConsole> console)
    : dev_{dev},
      name_{dev.data->name},
      console_{std::move(console)},
      config_{std::move(devargs.lag)},
      primary_{std::move(devargs.primary)},
      address_chosen_{config_.options.mac.has_value()},
      members_{name_, dev.data->port_id, shared_of(dev)} {
  static_cast<void>(set_address(config_.options.mac ? *config_.options.mac : random_address()));
  address_chosen_ = config_.options.mac.has_value();
  // (the LAG's configuration points to it, so it never moves)
  passed_on_.rss_key.reserve(std::numeric_limits<std::uint8_t>::max());
  for (const rte_eth_event_type event : kEvents)
    rte_eth_dev_callback_register(RTE_ETH_ALL, event, on_event, this);
  watch_.emplace([this](const std::string& device) { device_goes(device); });
}

LagPort::~LagPort() {
  end();
}

void LagPort::end() {
  console_.reset();
  watch_.reset();
  for (const rte_eth_event_type event : kEvents)
    rte_eth_dev_callback_unregister(RTE_ETH_ALL, event, on_event, this);
  stop();
  join_removals();
}

Result<void> LagPort::find_members(bool probe) {
  const std::lock_guard lock{mutex_};
  Result<void> found = members_.take_all(config_.members, probe);
  prefer_primary();
  if (!is_running()) LAGOON_TRY(choose_address());
  return found;
}

// As the devargs have it: by a name, PCI address or number, of a member whose name is known only now.
void LagPort::prefer_primary() {
  auto& preferred = config_.options.active.primary;
  if (primary_.empty() || !preferred.empty() || !control::row_of(config_.options.mode).has_active) return;
  if (const auto port = find_port(primary_); port && members_.has(*port)) preferred = member_name(*port);
}

Result<void> LagPort::choose_address() {
  if (address_chosen_ || !config_.options.mac_from.empty()) return {};
  const auto port = primary();
  const auto address = port ? usable_address(*port) : std::nullopt;
  if (!address) return {};
  LAGOON_TRY(set_address(*address));
  address_chosen_ = false;
  return {};
}

Result<void> LagPort::configure() {
  LAGOON_TRY(find_members(true));
  const rte_eth_rss_conf& rss = dev_.data->dev_conf.rx_adv_conf.rss_conf;
  // (the program's memory, which it needs not keep)
  passed_on_.rss_key.clear();
  if (rss.rss_key != nullptr && rss.rss_key_len != 0)
    passed_on_.rss_key.assign(rss.rss_key, rss.rss_key + rss.rss_key_len);
  passed_on_.rss.reset();
  passed_on_.reta.clear();
  passed_on_.vlan_offload.reset();
  return {};
}

std::optional<std::uint16_t> LagPort::primary() const {
  const std::lock_guard lock{mutex_};
  if (!primary_.empty())
    if (const auto port = find_port(primary_); port && members_.has(*port)) return port;
  for (const config::Member& member : config_.members)
    if (const auto* device = std::get_if<config::DevicePort>(&member.source))
      if (const auto port = find_port(device->devargs); port && members_.has(*port)) return port;
  return std::nullopt;
}

Result<void> LagPort::set_primary(std::uint16_t port) {
  const std::lock_guard lock{mutex_};
  if (control::row_of(config_.options.mode).has_active) {
    const std::string named = members_.has(port) ? member_name(port) : name_of_port(port);
    const auto done = execute(config::SetOption{"primary", "\"" + named + "\""});
    if (!done) return std::unexpected{done.error()};
  }
  if (!members_.has(port))
    return fail(Errc::no_such_thing,
                "port " + std::to_string(port) + " is no member, so it can't be primary");
  primary_ = name_of_port(port);
  return is_running() ? Result<void>{} : choose_address();
}

Result<void> LagPort::set_address(std::optional<MacAddress> address) {
  const std::lock_guard lock{mutex_};
  if (!address) {
    address_chosen_ = false;
    config_.options.mac.reset();
    return choose_address();
  }
  rte_ether_addr& own = shared_of(dev_).addresses[0];
  if (std::ranges::equal(own.addr_bytes, address->octets)) return {};
  if (is_running()) {
    LAGOON_TRY(lag_->engine().set_address(name_, *address));
    lag_->catch_up();
    config_.options.mac_from.clear();
  }
  std::ranges::copy(address->octets, own.addr_bytes);
  address_chosen_ = true;
  return {};
}

void LagPort::link_changed(const dpdk::LagLink& link) {
  rte_eth_link state{};
  const std::uint64_t speed = to_mbps(link.speed);
  state.link_speed = speed == 0 && link.up ? RTE_ETH_SPEED_NUM_UNKNOWN : static_cast<std::uint32_t>(speed);
  state.link_duplex = RTE_ETH_LINK_FULL_DUPLEX;
  state.link_autoneg = RTE_ETH_LINK_FIXED;
  state.link_status = link.up ? RTE_ETH_LINK_UP : RTE_ETH_LINK_DOWN;
  // Callbacks of the program may ask what the control thread would have to answer, so they run in another.
  if (rte_eth_linkstatus_set(&dev_, &state) == 0) rte_eal_alarm_set(1, report_link, &dev_);
}

void LagPort::report_link(void* dev) {
  rte_eth_dev_callback_process(static_cast<rte_eth_dev*>(dev), RTE_ETH_EVENT_INTR_LSC, nullptr);
}

int LagPort::on_event(std::uint16_t port, rte_eth_event_type type, void* self, void*) {
  auto& lag = *static_cast<LagPort*>(self);
  if (&rte_eth_devices[port] == &lag.dev_) return 0;
  if (type == RTE_ETH_EVENT_NEW) {
    const std::lock_guard lock{lag.mutex_};
    lag.members_.coming(port, lag.config_.members);
  } else if (lag.members_.has(port)) {
    lag.member_gone(port, false);
  }
  return 0;
}

void LagPort::device_goes(const std::string& device) {
  for (const std::uint16_t port : members_.ports()) {
    if (rte_eth_devices[port].device == nullptr || device != rte_dev_name(rte_eth_devices[port].device))
      continue;
    {
      const std::lock_guard lock{removals_mutex_};
      if (std::ranges::find(leaving_, port) != leaving_.end()) return;
      leaving_.push_back(port);
    }
    member_gone(port, true);
  }
}

// In a thread of its own: leaving a LAG takes time, and events come in DPDK's interrupt thread.
void LagPort::member_gone(std::uint16_t port, bool close) {
  dpdk::log_line(dpdk::LogLevel::warning, name_ + ": member " + name_of_port(port) + " is gone");
  const std::string name = member_name(port);
  if (!close) members_.forget(port);
  auto unserved = std::make_shared<std::promise<void>>();
  std::future<void> may_go = unserved->get_future();
  auto work = [this, port, close, name, unserved = std::move(unserved)] {
    const auto tell = [&] {
      if (close) return;
      unserved->set_value();
      await_release(port);
    };
    if (auto removed = let_go(name, tell); !removed)
      dpdk::log_line(dpdk::LogLevel::error, name_ + ": " + removed.error().detail);
    if (!close) return;
    rte_device* const device = rte_eth_devices[port].device;
    members_.release(port);
    static_cast<void>(rte_eth_dev_close(port));
    if (device != nullptr) static_cast<void>(rte_dev_remove(device));
    const std::lock_guard done{removals_mutex_};
    std::erase(leaving_, port);
  };
  {
    const std::lock_guard lock{removals_mutex_};
    removals_.emplace_back(std::move(work));
  }
  // (ready as well when that thread ends.) Who detaches a device frees its queues when this returns, and one
  // of ours may stand in a burst of it.
  if (!close) may_go.wait_for(kDetachPatience);
}

// (by its device's name, which a port that is about to go still has, and by which DPDK finds it no more)
std::string LagPort::member_name(std::uint16_t port) const {
  const std::lock_guard lock{mutex_};
  const std::string device = name_of_port(port);
  for (const config::Member& member : config_.members)
    if (const auto* source = std::get_if<config::DevicePort>(&member.source))
      if (same_device(source->devargs, device)) return member.name;
  return {};
}

void LagPort::join_removals() {
  std::vector<std::thread> running;
  {
    const std::lock_guard lock{removals_mutex_};
    running.swap(removals_);
  }
  for (std::thread& thread : running) thread.join();
}

}  // namespace lagoon::pmd
