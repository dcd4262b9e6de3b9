// LagPort while it runs: start, stop, and commands to the LAG.
#include <rte_alarm.h>

#include <algorithm>
#include <utility>

#include "dpdk/base/log.hpp"
#include "lag_port.hpp"
#include "options/mode.hpp"

namespace lagoon::pmd {

namespace {

MacAddress to_mac(const rte_ether_addr& address) {
  MacAddress mac;
  std::ranges::copy(address.addr_bytes, mac.octets.begin());
  return mac;
}

config::Member* find(config::Lag& lag, const std::string& name) {
  const auto found = std::ranges::find(lag.members, name, &config::Member::name);
  return found == lag.members.end() ? nullptr : &*found;
}

}  // namespace

config::Lag LagPort::configuration() {
  const std::lock_guard lock{mutex_};
  config::Lag lag = config_;
  const rte_eth_dev_data& data = *dev_.data;
  const Shared& shared = shared_of(dev_);
  // In modes where the LAG's address follows a member's, nobody can choose it.
  const bool follows = control::row_of(lag.options.mode).addresses == control::Addresses::fail_over_mac &&
                       lag.options.active.fail_over_mac == failover::FailOverMac::active;
  lag.options.mac =
      follows || !lag.options.mac_from.empty() ? std::nullopt : std::optional{to_mac(shared.addresses[0])};
  lag.options.port.promiscuous = data.promiscuous != 0;
  lag.options.port.all_multicast = data.all_multicast != 0;
  lag.options.port.addresses.clear();
  for (std::size_t i = 1; i < kAddressesMax; ++i)
    if (rte_is_zero_ether_addr(&shared.addresses[i]) == 0)
      lag.options.port.addresses.push_back(to_mac(shared.addresses[i]));
  lag.options.port.multicast = groups_;
  if (data.mtu != RTE_ETHER_MTU) lag.options.port.mtu = data.mtu;
  return lag;
}

dpdk::Embedding LagPort::embedding() {
  const rte_eth_dev_data& data = *dev_.data;
  dpdk::Embedding embedding{.lag = configuration()};
  embedding.rx_queues = data.nb_rx_queues;
  embedding.tx_queues = data.nb_tx_queues;
  for (std::uint16_t i = 0; i < data.nb_rx_queues; ++i) {
    const auto& slot = *static_cast<const RxSlot*>(data.rx_queues[i]);
    embedding.pools.push_back(slot.pool);
    embedding.rx_descriptors = slot.descriptors;
  }
  for (std::uint16_t i = 0; i < data.nb_tx_queues; ++i)
    embedding.tx_descriptors = static_cast<const TxSlot*>(data.tx_queues[i])->descriptors;
  embedding.port = data.port_id;
  embedding.on_link = [this](const dpdk::LagLink& link) { link_changed(link); };
  return embedding;
}

Result<void> LagPort::start() {
  const std::lock_guard lock{mutex_};
  LAGOON_TRY(find_members(true));
  rte_eth_conf conf = dev_.data->dev_conf;
  conf.rx_adv_conf.rss_conf.rss_key = passed_on_.rss_key.empty() ? nullptr : passed_on_.rss_key.data();
  conf.intr_conf = {};
  dpdk::Embedding embedding = this->embedding();
  embedding.conf = &conf;
  auto lag = dpdk::EmbeddedLag::start(embedding);
  if (!lag) return std::unexpected{std::move(lag).error()};
  lag_ = *std::move(lag);
  last_status_.reset();
  downed_.clear();
  open_queues();
  for (const std::uint16_t member : members_.ports()) pass_on(member);
  if (!embedding.lag.options.mac)
    if (const auto now = status())
      std::ranges::copy(now->address.octets, shared_of(dev_).addresses[0].addr_bytes);
  return {};
}

void LagPort::open_queues() {
  rte_eth_dev_data& data = *dev_.data;
  for (std::uint16_t i = 0; i < data.nb_rx_queues; ++i) {
    static_cast<RxSlot*>(data.rx_queues[i])->queue.store(&lag_->rx_queue(i), std::memory_order_release);
    data.rx_queue_state[i] = RTE_ETH_QUEUE_STATE_STARTED;
  }
  for (std::uint16_t i = 0; i < data.nb_tx_queues; ++i) {
    static_cast<TxSlot*>(data.tx_queues[i])->queue.store(&lag_->tx_queue(i), std::memory_order_release);
    data.tx_queue_state[i] = RTE_ETH_QUEUE_STATE_STARTED;
  }
}

void LagPort::close_queues() {
  rte_eth_dev_data& data = *dev_.data;
  for (std::uint16_t i = 0; i < data.nb_rx_queues; ++i) {
    if (data.rx_queues[i] != nullptr)
      static_cast<RxSlot*>(data.rx_queues[i])->queue.store(nullptr, std::memory_order_release);
    data.rx_queue_state[i] = RTE_ETH_QUEUE_STATE_STOPPED;
  }
  for (std::uint16_t i = 0; i < data.nb_tx_queues; ++i) {
    if (data.tx_queues[i] != nullptr)
      static_cast<TxSlot*>(data.tx_queues[i])->queue.store(nullptr, std::memory_order_release);
    data.tx_queue_state[i] = RTE_ETH_QUEUE_STATE_STOPPED;
  }
}

void LagPort::stop() {
  {
    const std::lock_guard lock{mutex_};
    if (!is_running()) return;
    last_status_ = status();
    close_queues();
    for (const std::uint16_t member : members_.ports()) passed_on_.flows.take_back(member);
    lag_.reset();
    link_changed({});
  }
  // (waits for a callback of the program that may be calling us)
  rte_eal_alarm_cancel(report_link, &dev_);
}

// What rte_eth_dev_configure() and start leave out.
void LagPort::pass_on(std::uint16_t member) {
  const rte_eth_dev_data& data = *dev_.data;
  if (passed_on_.vlan_offload)
    static_cast<void>(rte_eth_dev_set_vlan_offload(member, *passed_on_.vlan_offload));
  if ((data.dev_conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_VLAN_FILTER) != 0)
    for (std::uint16_t vlan = 0; vlan <= RTE_ETHER_MAX_VLAN_ID; ++vlan)
      if ((data.vlan_filter_conf.ids[vlan / 64] >> (vlan % 64) & 1U) != 0)
        static_cast<void>(rte_eth_dev_vlan_filter(member, vlan, 1));
  if (passed_on_.rss) {
    rte_eth_rss_conf rss = *passed_on_.rss;
    if (!passed_on_.rss_key.empty()) rss.rss_key = passed_on_.rss_key.data();
    static_cast<void>(rte_eth_dev_rss_hash_update(member, &rss));
  }
  if (!passed_on_.reta.empty())
    static_cast<void>(rte_eth_dev_rss_reta_update(
        member, passed_on_.reta.data(),
        static_cast<std::uint16_t>(passed_on_.reta.size() * RTE_ETH_RETA_GROUP_SIZE)));
  passed_on_.flows.give(member);
}

std::optional<control::LagStatus> LagPort::status() {
  const std::lock_guard lock{mutex_};
  if (!is_running()) return last_status_;
  auto now = lag_->engine().status(name_);
  if (!now) return last_status_;
  last_status_ = *std::move(now);
  return last_status_;
}

Result<void> LagPort::define(std::string_view key, std::string_view value) {
  const std::lock_guard lock{mutex_};
  if (is_running())
    return fail(Errc::busy, std::string{key} + " can't be changed while the port is started; stop it first");
  return config::define_option(config_, key, value);
}

Result<std::string> LagPort::execute(const config::Action& action) {
  const std::lock_guard lock{mutex_};
  config::Action wanted = action;
  auto* const adds = std::get_if<config::AddMember>(&wanted);
  std::optional<std::uint16_t> port;
  if (adds != nullptr) {
    auto taken = members_.take(adds->member, true);
    if (!taken) return std::unexpected{std::move(taken).error()};
    port = *taken;
  }
  if (const auto* removes = std::get_if<config::RemoveMember>(&wanted))
    if (config::Member* const member = find(config_, removes->member))
      port = find_port(std::get<config::DevicePort>(member->source).devargs);
  if (adds == nullptr && port) passed_on_.flows.take_back(*port);
  Result<std::string> done = "taken for the next start";
  if (is_running()) done = lag_->engine().execute({.lag = name_, .action = wanted});
  if (done)
    if (auto changed = change_stopped(wanted); !changed && !is_running())
      done = std::unexpected{changed.error()};
  if (port && (adds != nullptr) != done.has_value()) members_.release(*port);
  if (done && adds != nullptr && is_running()) pass_on(*port);
  return done;
}

Result<void> LagPort::change_stopped(const config::Action& action) {
  const auto with = [&](const std::string& name, auto change) -> Result<void> {
    config::Member* const member = find(config_, name);
    if (member == nullptr) return fail(Errc::no_such_thing, "there is no member '" + name + "'");
    change(*member);
    return {};
  };
  const auto administrate = [&](const std::string& name, control::Administration administration) {
    return with(name, [&](config::Member& member) { member.administration = administration; });
  };
  struct Visitor {
    decltype(with)& with_member;
    decltype(administrate)& set;
    config::Lag& lag;
    Result<void> operator()(const config::AddMember& add) const {
      if (find(lag, add.member.name) != nullptr)
        return fail(Errc::already_exists, "'" + add.member.name + "' is a member already");
      lag.members.push_back(add.member);
      return {};
    }
    Result<void> operator()(const config::RemoveMember& remove) const {
      if (std::erase_if(lag.members, [&](const config::Member& m) { return m.name == remove.member; }) == 0)
        return fail(Errc::no_such_thing, "there is no member '" + remove.member + "'");
      return {};
    }
    Result<void> operator()(const config::EnableMember& c) const {
      return set(c.member, control::Administration::enabled);
    }
    Result<void> operator()(const config::DisableMember& c) const {
      return set(c.member, control::Administration::disabled);
    }
    Result<void> operator()(const config::DrainMember& c) const {
      return set(c.member, control::Administration::drained);
    }
    Result<void> operator()(const config::ActivateMember&) const {
      return fail(Errc::busy, "no member is active while the port is stopped; set primary instead");
    }
    Result<void> operator()(const config::WeighMember& c) const {
      return with_member(c.member, [&](config::Member& member) { member.weight = c.weight; });
    }
    Result<void> operator()(const config::MoveBuckets&) const {
      return fail(Errc::busy, "no member has buckets while the port is stopped");
    }
    Result<void> operator()(const config::SetOption& c) const {
      return config::define_option(lag, c.key, c.value);
    }
  };
  return std::visit(Visitor{with, administrate, config_}, action);
}

Result<void> LagPort::add_member(std::uint16_t port) {
  config::Member member;
  if (rte_eth_dev_is_valid_port(port) == 0)
    return fail(Errc::no_such_thing, "there is no port " + std::to_string(port));
  if (members_.has(port)) return {};
  member.name = name_of_port(port);
  member.source = config::DevicePort{member.name};
  if (auto done = execute(config::AddMember{member}); !done) return std::unexpected{std::move(done).error()};
  return is_running() ? Result<void>{} : choose_address();
}

Result<void> LagPort::remove_member(std::uint16_t port) {
  if (!members_.has(port)) return fail(Errc::no_such_thing, "port " + std::to_string(port) + " is no member");
  if (auto done = execute(config::RemoveMember{member_name(port)}); !done)
    return std::unexpected{std::move(done).error()};
  return is_running() ? Result<void>{} : choose_address();
}

Result<void> LagPort::set_link(bool up) {
  const std::lock_guard lock{mutex_};
  if (!is_running()) return fail(Errc::busy, "the port is stopped");
  if (up) {
    for (const std::string& name : std::exchange(downed_, {}))
      static_cast<void>(execute(config::EnableMember{name}));
    return {};
  }
  for (const config::Member& member : configuration().members) {
    if (member.administration != control::Administration::enabled) continue;
    if (auto done = execute(config::DisableMember{member.name}); !done)
      return std::unexpected{std::move(done).error()};
    downed_.push_back(member.name);
  }
  return {};
}

}  // namespace lagoon::pmd
