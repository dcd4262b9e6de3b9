// LagPort while it runs: start, stop, and commands to the LAG.
#include <rte_alarm.h>

#include <algorithm>
#include <utility>

#include "burst.hpp"
#include "config/change/rehearse.hpp"
#include "dpdk/base/log.hpp"
#include "lag_port.hpp"
#include "options/effect.hpp"
#include "options/lag_rows.hpp"
#include "options/mode.hpp"

namespace lagoon::pmd {

namespace {

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
  embedding.owner = members_.owner();
  embedding.on_link = [this](const dpdk::LagLink& link) { link_changed(link); };
  return embedding;
}

Result<void> LagPort::start() {
  const std::lock_guard lock{mutex_};
  LAGOON_TRY(find_members(true));
  // (the LAG learns from the members which addresses are their own)
  for (const std::uint16_t member : members_.ports()) members_.wear(member, std::nullopt);
  rte_eth_conf conf = dev_.data->dev_conf;
  // What was asked for before the members were known: what they can of it.
  rte_eth_dev_info can{};
  if (rte_eth_dev_info_get(dev_.data->port_id, &can) == 0)
    conf.rx_adv_conf.rss_conf.rss_hf &= can.flow_type_rss_offloads;
  conf.rx_adv_conf.rss_conf.rss_key = passed_on_.rss_key.empty() ? nullptr : passed_on_.rss_key.data();
  conf.intr_conf = {};
  dpdk::Embedding embedding = this->embedding();
  embedding.conf = &conf;
  // (one that is no member is refused with the words of a file)
  auto& preferred = embedding.lag.options.active.primary;
  if (preferred.empty() && control::row_of(embedding.lag.options.mode).has_active) preferred = primary_;
  auto lag = dpdk::EmbeddedLag::start(embedding);
  if (!lag) return std::unexpected{std::move(lag).error()};
  lag_ = *std::move(lag);
  last_status_.reset();
  downed_.clear();
  open_queues();
  for (const std::uint16_t member : members_.ports()) {
    pass_on(member);
    links_.listen(member);
  }
  if (!embedding.lag.options.mac)
    if (const auto now = status())
      std::ranges::copy(now->address.octets, shared_of(dev_).addresses[0].addr_bytes);
  console::ProgramLags::of_process().add(
      this, {.name = name_, .engine = &lag_->engine(), .execute = [this](const config::Action& action) {
               return execute(action);
             }});
  return {};
}

void LagPort::open_queues() {
  rte_eth_dev_data& data = *dev_.data;
  for (std::uint16_t i = 0; i < data.nb_rx_queues; ++i) {
    auto& slot = *static_cast<RxSlot*>(data.rx_queues[i]);
    slot.counts.begin();
    slot.queue.store(&lag_->rx_queue(i), std::memory_order_release);
    data.rx_queue_state[i] = RTE_ETH_QUEUE_STATE_STARTED;
  }
  for (std::uint16_t i = 0; i < data.nb_tx_queues; ++i) {
    auto& slot = *static_cast<TxSlot*>(data.tx_queues[i]);
    slot.counts.begin();
    slot.queue.store(&lag_->tx_queue(i), std::memory_order_release);
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
    if (auto* const slot = static_cast<TxSlot*>(data.tx_queues[i])) {
      // (what was held went out after the program's last burst)
      follow(slot->counts, lag_->tx_queue(i));
      slot->queue.store(nullptr, std::memory_order_release);
    }
    data.tx_queue_state[i] = RTE_ETH_QUEUE_STATE_STOPPED;
  }
}

void LagPort::stop() {
  // (before the lock: a command of the console may wait for that)
  console::ProgramLags::of_process().remove(this);
  {
    const std::lock_guard lock{mutex_};
    if (!is_running()) return;
    last_status_ = status();
    close_queues();
    for (const std::uint16_t member : members_.ports()) {
      passed_on_.flows.take_back(member);
      links_.ignore(member);
    }
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
  if (const options::LagRow* const row = options::lag_row(key);
      row != nullptr && !options::has_effect(row->effect, control::row_of(config_.options.mode))) {
    config::SourceMap unused;
    return config::define_unjudged(config_, key, value, unused);
  }
  if (is_running())
    return fail(Errc::busy, std::string{key} + " can't be changed while the port is started; stop it first");
  return config::define_option(config_, key, value);
}

// The member leaves or comes by its ethdev: `take` has it ours while a command is carried out, and afterwards
// where that made it a member.
Result<std::string> LagPort::execute(const config::Action& action) {
  const std::lock_guard lock{mutex_};
  config::Command command{.lag = name_, .action = action};
  if (auto* const adds = std::get_if<config::AddMember>(&command.action)) {
    Members::describe_known(adds->member);
    LAGOON_TRY(judged(command));
    return add(adds->member);
  }
  auto after = judged(command);
  if (!after) return std::unexpected{after.error()};
  if (const auto* const removes = std::get_if<config::RemoveMember>(&command.action))
    return remove(removes->member, is_running());
  if (is_running()) {
    auto done = lag_->engine().execute(command);
    if (!done) return done;
    config_ = std::move(*after);
    lag_->catch_up();
    return done;
  }
  config_ = std::move(*after);
  return "taken for the next start";
}

// What the LAG's configuration becomes. While it runs its Engine judges as well, which knows the addresses.
Result<config::Lag> LagPort::judged(const config::Command& command) const {
  config::Config before;
  before.lags.push_back(config_);
  auto after =
      config::with(before, command, is_running() ? config::LagState::runs : config::LagState::stopped);
  if (!after) return std::unexpected{std::move(after).error()};
  return std::move(after->lags.front());
}

Result<std::string> LagPort::add(config::Member member) {
  const auto port = members_.take(member, true);
  if (!port) return std::unexpected{port.error()};
  // (only now its name is known for sure)
  const config::Command command{.lag = name_, .action = config::AddMember{member}};
  Result<std::string> done = "taken for the next start";
  auto after = judged(command);
  if (!after)
    done = std::unexpected{after.error()};
  else if (is_running())
    done = lag_->engine().execute(command);
  if (!done) {
    members_.release(*port);
    return done;
  }
  config_ = std::move(*after);
  if (is_running()) {
    pass_on(*port);
    links_.listen(*port);
    lag_->catch_up();
  }
  return done;
}

Result<std::string> LagPort::remove(const std::string& name, bool from_engine) {
  const config::Member* const member = find(config_, name);
  if (member == nullptr) return fail(Errc::no_such_thing, "LAG '" + name_ + "' has no member '" + name + "'");
  const auto port = find_port(std::get<config::DevicePort>(member->source).devargs);
  if (port) passed_on_.flows.take_back(*port);
  Result<std::string> done = "taken for the next start";
  if (from_engine) done = lag_->engine().execute({.lag = name_, .action = config::RemoveMember{name}});
  if (!done) {
    if (port) passed_on_.flows.give(*port);
    return done;
  }
  if (port && find_port(primary_) == port) primary_.clear();
  forget(name, port);
  return done;
}

void LagPort::forget(const std::string& name, std::optional<std::uint16_t> port) {
  std::erase_if(config_.members, [&](const config::Member& m) { return m.name == name; });
  if (!port) return;
  links_.ignore(*port);
  members_.release(*port);
}

// No rule keeps what is gone.
Result<std::string> LagPort::let_go(const std::string& name, const std::function<void()>& unserved) {
  const std::lock_guard lock{mutex_};
  if (const config::Member* const member = find(config_, name))
    if (const auto port = find_port(std::get<config::DevicePort>(member->source).devargs))
      passed_on_.flows.take_back(*port);
  Result<std::string> done = "it is no member any more";
  if (is_running()) done = lag_->engine().let_go(name_, name, unserved);
  if (done) forget(name, std::nullopt);
  return done;
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

// A file's rule says that a LAG has members. net_bonding's programs take all out, and others in, while it
// runs.
Result<void> LagPort::remove_member(std::uint16_t port) {
  const std::lock_guard lock{mutex_};
  if (!members_.has(port)) return fail(Errc::no_such_thing, "port " + std::to_string(port) + " is no member");
  const std::string name = member_name(port);
  if (config_.options.active.primary == name) {
    if (!control::row_of(config_.options.mode).has_active)
      config_.options.active.primary.clear();
    else if (auto done = execute(config::SetOption{"primary", "none"}); !done)
      return std::unexpected{std::move(done).error()};
  }
  if (is_running() && config_.members.size() == 1) {
    LAGOON_TRY(let_go(name));
    primary_.clear();
    links_.ignore(port);
    members_.release(port);
    return {};
  }
  if (auto done = execute(config::RemoveMember{name}); !done) return std::unexpected{std::move(done).error()};
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
