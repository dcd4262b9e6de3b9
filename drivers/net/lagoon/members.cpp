#include "members.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "config/values/device_name.hpp"
#include "devargs.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/port/port_lock.hpp"

namespace lagoon::pmd {

namespace {

std::optional<std::uint16_t> port_number(std::string_view said) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), number);
  if (error != std::errc{} || end != said.data() + said.size() || number >= RTE_MAX_ETHPORTS)
    return std::nullopt;
  return number;
}

const std::string* devargs_of(const config::Member& member) {
  const auto* device = std::get_if<config::DevicePort>(&member.source);
  return device == nullptr ? nullptr : &device->devargs;
}

// What it is to DPDK. The devargs say on which interface of the kernel a driver sits.
void describe(config::Member& member, std::uint16_t port) {
  const rte_eth_dev& dev = rte_eth_devices[port];
  const std::string* const said = devargs_of(member);
  // (a file may name its members as it likes)
  if (said != nullptr && member.name == *said) member.name = dev.data->name;
  std::string source = dev.data->name;
  const rte_devargs* const given = dev.device == nullptr ? nullptr : dev.device->devargs;
  if (given != nullptr && given->args != nullptr && *given->args != '\0')
    source += std::string{","} + given->args;
  member.source = config::DevicePort{std::move(source)};
}

std::string ports_there() {
  std::string all;
  for (std::uint64_t port = rte_eth_find_next_owned_by(0, RTE_ETH_DEV_NO_OWNER); port < RTE_MAX_ETHPORTS;
       port = rte_eth_find_next_owned_by(static_cast<std::uint16_t>(port + 1), RTE_ETH_DEV_NO_OWNER))
    all += (all.empty() ? "" : ", ") + name_of_port(static_cast<std::uint16_t>(port));
  return all.empty() ? "no ports that are free" : all;
}

}  // namespace

std::optional<std::uint16_t> find_port(std::string_view said) {
  std::uint16_t port = 0;
  if (rte_eth_dev_get_port_by_name(config::canonical_device(said).c_str(), &port) == 0) return port;
  const auto number = port_number(said);
  return number && rte_eth_dev_is_valid_port(*number) != 0 ? number : std::nullopt;
}

std::string name_of_port(std::uint16_t port) {
  return rte_eth_devices[port].data == nullptr ? "port " + std::to_string(port)
                                               : rte_eth_devices[port].data->name;
}

Members::Members(std::string device, std::uint16_t port, Shared& shared)
    : device_{std::move(device)}, port_{port}, shared_{shared} {
  if (rte_eth_dev_owner_new(&owner_) != 0) owner_ = RTE_ETH_DEV_NO_OWNER;
}

Members::~Members() {
  release_all();
}

Result<void> Members::own(std::uint16_t port) {
  if (port == port_) return fail(Errc::invalid_argument, "a LAG can't be a member of itself");
  rte_eth_dev& dev = rte_eth_devices[port];
  rte_eth_dev_owner owner{};
  owner.id = owner_;
  const std::string words = "LAG '" + device_ + "'";
  std::strncpy(owner.name, words.c_str(), sizeof owner.name - 1);
  if (rte_eth_dev_owner_set(port, &owner) != 0) {
    rte_eth_dev_owner other{};
    static_cast<void>(rte_eth_dev_owner_get(port, &other));
    other.name[sizeof other.name - 1] = '\0';
    return fail(Errc::busy, config::used_already("device", name_of_port(port), other.name));
  }
  if ((dev.data->dev_flags & kMemberFlag) != 0) {
    static_cast<void>(rte_eth_dev_owner_unset(port, owner_));
    return fail(Errc::busy, config::used_already("device", name_of_port(port), "another bonding device"));
  }
  dev.data->dev_flags |= kMemberFlag;
  ports_.push_back(port);
  publish();
  return {};
}

void Members::publish() {
  const std::size_t count = std::min(ports_.size(), kMembersMax);
  for (std::size_t i = 0; i < count; ++i) shared_.members[i].store(ports_[i], std::memory_order_relaxed);
  shared_.member_count.store(static_cast<std::uint32_t>(count), std::memory_order_release);
  shared_.member_changes.fetch_add(1, std::memory_order_release);
}

Result<std::uint16_t> Members::take(config::Member& member, bool probe) {
  const std::string* const said = devargs_of(member);
  if (said == nullptr)
    return fail(Errc::not_supported,
                "member " + member.name + ": taps and wires are for lagoond; give a dev");
  auto port = find_port(*said);
  if (!port && probe && said->find(',') != std::string::npos) {
    // (taken for good when the LAG opens it: a driver may disturb who has it)
    const auto free = dpdk::lock_device(dpdk::device_of(member.source, 0), "LAG '" + device_ + "'");
    if (!free) return std::unexpected{free.error()};
    if (const int error = rte_dev_probe(said->c_str()); error != 0)
      return fail(Errc::no_such_thing, "member " + *said + " can't be probed: " + rte_strerror(-error));
    port = find_port(*said);
  }
  if (!port)
    return fail(Errc::no_such_thing,
                "member " + *said + ": there is no such port; there are: " + ports_there());
  const std::lock_guard lock{mutex_};
  if (std::ranges::find(ports_, *port) == ports_.end()) LAGOON_TRY(own(*port));
  if (rte_eth_devices[*port].data->dev_started != 0) static_cast<void>(rte_eth_dev_stop(*port));
  describe(member, *port);
  return *port;
}

void Members::describe_known(config::Member& member) {
  const std::string* const said = devargs_of(member);
  if (said == nullptr) return;
  if (const auto port = find_port(*said)) describe(member, *port);
}

Result<void> Members::take_all(std::vector<config::Member>& members, bool probe) {
  Result<void> first{};
  for (config::Member& member : members)
    if (auto taken = take(member, probe); !taken && first) first = std::unexpected{std::move(taken).error()};
  return first;
}

void Members::coming(std::uint16_t port, std::vector<config::Member>& members) {
  const std::string name = name_of_port(port);
  for (const config::Member& member : members) {
    const std::string* const said = devargs_of(member);
    if (said == nullptr || (!same_device(*said, name) && port_number(*said) != port)) continue;
    const std::lock_guard lock{mutex_};
    if (std::ranges::find(ports_, port) != ports_.end()) return;
    if (auto owned = own(port); !owned)
      dpdk::log_line(dpdk::LogLevel::error, device_ + ": " + owned.error().detail);
    return;
  }
}

void Members::wear(std::uint16_t port, std::optional<MacAddress> address) {
  rte_ether_addr now{};
  if (rte_eth_macaddr_get(port, &now) != 0) return;
  const std::lock_guard lock{mutex_};
  const auto own = own_addresses_.find(port);
  if (!address && own == own_addresses_.end()) return;
  const MacAddress wanted = address ? *address : own->second;
  if (!address)
    own_addresses_.erase(own);
  else if (own == own_addresses_.end())
    own_addresses_.emplace(port, to_mac(now));
  if (to_mac(now) == wanted) return;
  std::ranges::copy(wanted.octets, now.addr_bytes);
  static_cast<void>(rte_eth_dev_default_mac_addr_set(port, &now));
}

void Members::release(std::uint16_t port) {
  wear(port, std::nullopt);
  const std::lock_guard lock{mutex_};
  if (std::erase(ports_, port) == 0) return;
  publish();
  if (rte_eth_dev_is_valid_port(port) == 0) return;
  rte_eth_devices[port].data->dev_flags &= ~kMemberFlag;
  static_cast<void>(rte_eth_dev_owner_unset(port, owner_));
}

void Members::release_all() {
  for (const std::uint16_t port : ports()) release(port);
}

bool Members::forget(std::uint16_t port) {
  const std::lock_guard lock{mutex_};
  own_addresses_.erase(port);
  if (std::erase(ports_, port) == 0) return false;
  publish();
  return true;
}

bool Members::has(std::uint16_t port) const {
  const std::lock_guard lock{mutex_};
  return std::ranges::find(ports_, port) != ports_.end();
}

std::vector<std::uint16_t> Members::ports() const {
  const std::lock_guard lock{mutex_};
  return ports_;
}

}  // namespace lagoon::pmd
