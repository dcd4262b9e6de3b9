#include "dpdk/port/port_use.hpp"

#include <rte_ethdev.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "config/values/device_name.hpp"

namespace lagoon::dpdk {

namespace {

// By ethdev; empty: free. DPDK's port ids are process-wide, and so is this.
struct Users {
  std::mutex mutex;
  std::array<std::string, RTE_MAX_ETHPORTS> words;
};
Users& users() {
  static Users all;
  return all;
}

std::unexpected<Error> used(EthdevId port, std::string_view by) {
  std::array<char, RTE_ETH_NAME_MAX_LEN> name{};
  static_cast<void>(rte_eth_dev_get_name_by_port(port.value(), name.data()));
  return fail(Errc::busy, config::used_already("device", name.data(), by));
}

// By DPDK's word: drivers that use ports of others (net_failsafe) say it so.
std::optional<rte_eth_dev_owner> owner_of(EthdevId port) {
  rte_eth_dev_owner now{};
  if (rte_eth_dev_owner_get(port.value(), &now) != 0 || now.id == RTE_ETH_DEV_NO_OWNER) return std::nullopt;
  now.name[sizeof now.name - 1] = '\0';
  return now;
}

// Gives the owner that was made; 0: it is ours already.
Result<std::uint64_t> own(EthdevId port, const PortUser& user) {
  if (const auto now = owner_of(port)) {
    if (now->id == user.owner) return std::uint64_t{0};
    return used(port, now->name);
  }
  rte_eth_dev_owner mine{};
  std::copy_n(user.words.data(), std::min(user.words.size(), sizeof mine.name - 1), mine.name);
  if (rte_eth_dev_owner_new(&mine.id) != 0 || rte_eth_dev_owner_set(port.value(), &mine) != 0)
    return used(port, "another owner");
  return mine.id;
}

}  // namespace

Result<PortUse> PortUse::begin(EthdevId port, const PortUser& user) {
  Users& all = users();
  const std::lock_guard lock{all.mutex};
  std::string& words = all.words[port.value()];
  if (!words.empty()) return used(port, words);
  PortUse use;
  if (user.owns) {
    const auto owner = own(port, user);
    if (!owner) return std::unexpected{owner.error()};
    use.owner_ = *owner;
  } else if (const auto now = owner_of(port)) {
    return used(port, now->name);
  }
  words = user.words;
  use.port_ = port;
  return use;
}

PortUse::PortUse(PortUse&& other) noexcept
    : port_{std::exchange(other.port_, {})}, owner_{std::exchange(other.owner_, 0)} {}

PortUse& PortUse::operator=(PortUse&& other) noexcept {
  if (this == &other) return *this;
  end();
  port_ = std::exchange(other.port_, {});
  owner_ = std::exchange(other.owner_, 0);
  return *this;
}

void PortUse::end() noexcept {
  if (!port_) return;
  if (owner_ != 0) static_cast<void>(rte_eth_dev_owner_unset(port_->value(), owner_));
  Users& all = users();
  const std::lock_guard lock{all.mutex};
  all.words[port_->value()].clear();
  port_.reset();
}

}  // namespace lagoon::dpdk
