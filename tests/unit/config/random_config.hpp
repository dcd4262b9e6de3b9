// Configurations of any values that go together, for properties of what writes and compares them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/limits.hpp"
#include "config/model.hpp"
#include "support/prng.hpp"

namespace lagoon::config {

class RandomConfig {
 public:
  explicit RandomConfig(std::uint64_t seed) : prng_{seed} {}

  [[nodiscard]] Config config() {
    Config config;
    if (flip())
      config.eal = {{0, 2, 5}, false, "p-1", 512, Idle::relax, {"--log-level=8", "a \"b\" \\ : #c"}};
    if (flip()) config.metrics = ListenAddress{.address = {}, .port = number<std::uint16_t>(1, 65'535)};
    if (flip()) config.journal = JournalFile{"/var/log/a b.log"};
    if (flip()) config.shutdown_timeout = std::chrono::seconds{number<std::uint16_t>(1, 600)};
    if (flip()) config.stall_after = std::chrono::seconds{number<std::uint16_t>(1, 600)};
    if (flip()) config.stall_fatal = std::nullopt;
    if (flip()) config.user = "lagoon";
    if (flip()) config.keep_capabilities = {Capability::net_raw, Capability::net_admin};
    if (flip()) {
      config.cluster = Cluster{.domain = "d", .node = "b", .nodes = {{"a", 1}, {"b", 2}}};
      config.cluster->etcd.endpoints = {"http://10.0.0.1:2379", "https://h:1"};
      if (flip()) config.cluster->etcd.ca = "/etc/a b.pem";
      if (flip()) config.cluster->peer = PeerAccess{.address = Ipv4Address{{10, 0, 0, 2}}, .port = 1};
    }
    config.ports = {{"lan0", DevicePort{"net_af_packet90,iface=lan0"}}, {"host0", TapPort{"tap9"}}};
    for (const char* name : {"lag0", "lag1"}) {
      Lag lag{.name = name, .options = {}, .members = {}};
      lag.options.lacp.lag_number = static_cast<std::uint16_t>(config.lags.size());
      lag.options.mode = control::kModes[prng_.below(control::kModes.size())].mode;
      lag.options.fast.hash.use_nic_hash = flip();
      if (flip()) lag.options.distribute = control::LoadSharing::weighted;
      lag.options.weighted.conversations = number<std::uint32_t>(64, 70'000);
      if (flip()) lag.options.mac = MacAddress{{2, 0, 0, 0, 0, prng_.u8()}};
      change(lag);
      config.lags.push_back(std::move(lag));
    }
    config.forward = {{"lan0", "lag0"}, {"lag1", "host0"}};
    return config;
  }

  /// All that may change while the LAG runs, and some of its members.
  void change(Lag& lag) {
    change_members(lag);
    const auto members = static_cast<std::uint8_t>(lag.members.size());
    lacp::AggregatorConfig& lacp = lag.options.lacp;
    lacp.min_links = number<std::uint8_t>(1, members);
    lacp.min_links_up = number<std::uint8_t>(lacp.min_links, members);
    lacp.max_links = number<std::uint8_t>(lacp.min_links_up, kMembersMax);
    lacp.swap_patience = time(0, 60'000'000);
    lacp.retry_count = number<std::uint8_t>(3, 10);
    lacp.retry_probe = static_cast<lacp::RetryProbe>(prng_.below(3));
    change_lacp(lag);
    change_distribution(lag);
    change_links(lag);
    change_ports(lag.options.port);
    lag.options.active.primary = flip() ? lag.members.back().name : "";
    lag.options.active.reselect = static_cast<failover::Reselect>(prng_.below(3));
    if (!lag.options.mac)
      lag.options.active.fail_over_mac = static_cast<failover::FailOverMac>(prng_.below(3));
    lag.options.active.all_members_active = flip();
    lag.options.announce = {prng_.u8(), prng_.u8(), time(0, 300'000'000), prng_.u8()};
    lag.options.announce_addresses = hosts(true, true);
    lag.options.adaptive.learning_interval = time(100'000, 3'600'000'000);
    lag.options.adaptive.load.dynamic = flip();
    lag.options.fast.spread_forwarded = flip();
    lag.options.fast.eliminate_duplicates = flip();
    change_traffic(lag.options.traffic);
    const bool lacp_speaks = control::row_of(lag.options.mode).choice == control::Choice::lacp;
    lag.options.uplinks =
        lacp_speaks && flip() ? std::vector<std::string>{"lan0", "host0"} : std::vector<std::string>{};
  }

  [[nodiscard]] bool flip() { return prng_.below(2) == 0; }

 private:
  template <typename T>
  T number(std::uint64_t low, std::uint64_t high) {
    return static_cast<T>(prng_.between(low, high));
  }
  /// Of microseconds, often round ones.
  Duration time(std::uint64_t low_us, std::uint64_t high_us) {
    if (low_us == 0 && flip()) return {};
    const Duration any{static_cast<Duration::rep>(prng_.between(low_us * 1000, high_us * 1000))};
    const Duration round = any / 1ms * 1ms;
    return flip() && round >= Duration{static_cast<Duration::rep>(low_us * 1000)} ? round : any;
  }
  std::vector<HostAddress> hosts(bool v4, bool v6) {
    std::vector<HostAddress> all;
    for (const char* text : {"10.0.0.1", "10.0.0.2@5", "192.168.1.9"})
      if (v4 && flip()) all.push_back(*parse_host_address(text));
    for (const char* text : {"2001:db8::1", "fe80::1@4094"})
      if (v6 && flip()) all.push_back(*parse_host_address(text));
    return all;
  }

  void change_members(Lag& lag) {
    std::vector<Member> members;
    const std::string tag = lag.name.substr(3);
    for (std::size_t i = 0; i < 6; ++i) {
      if (i != 0 && flip()) continue;
      const std::string device = tag + std::to_string(i);
      Member m{.name = "net_a" + device, .source = DevicePort{"net_a" + device + ",iface=e" + device}};
      if (i == 0) m.source = DevicePort{"0000:3b:0" + tag + ".0"};
      m.name = flip() ? "m" + device : m.name;
      m.port_priority = flip() ? 32768 : prng_.u16();
      if (flip()) m.port_number = static_cast<std::uint16_t>(100 + i);
      m.aggregatable = flip();
      if (flip()) m.speed = BitsPerSecond{number<std::uint64_t>(1'000, 10'000'000'000) * 1000};
      if (flip()) m.weight = number<std::uint32_t>(1, 1000);
      m.priority = flip() ? 0 : static_cast<std::int32_t>(prng_.u32());
      if (flip()) m.expect = {.system = "sw" + std::to_string(prng_.below(3)), .port = flip() ? "e1" : ""};
      m.administration = static_cast<control::Administration>(prng_.below(3));
      members.push_back(std::move(m));
    }
    // One stays as it is: a LAG is never without a member.
    if (!lag.members.empty()) members.front() = lag.members.front();
    lag.members = std::move(members);
  }

  void change_lacp(Lag& lag) {
    lacp::AggregatorConfig& lacp = lag.options.lacp;
    lacp.activity = static_cast<lacp::Activity>(prng_.below(2));
    lacp.rate = static_cast<lacp::Rate>(prng_.below(2));
    lacp.mux = static_cast<lacp::MuxControl>(prng_.below(2));
    lacp.select = static_cast<lacp::SelectPolicy>(prng_.below(4));
    lacp.system_priority = prng_.u16();
    lacp.system = flip() ? MacAddress{} : MacAddress{{2, 1, 1, 1, 1, prng_.u8()}};
    lacp.key = flip() ? std::nullopt : std::optional{number<std::uint16_t>(1, 65535)};
    lacp.partner_system.reset();
    if (flip()) lacp.partner_system = {{{2, 2, 2, 2, 2, prng_.u8()}}, {}};
    if (lacp.partner_system && flip()) lacp.partner_system->priority = prng_.u16();
    lacp.aggregate_wait = time(0, 60'000'000);
    lacp.partner_settle = time(0, 10'000'000);
    lag.options.lacp_extras = {flip(), flip(), time(0, 600'000'000)};
  }

  void change_distribution(Lag& lag) {
    control::LagOptions& o = lag.options;
    o.fast.hash.policy = static_cast<dist::HashPolicy>(prng_.below(dist::kHashPolicyNames.size()));
    lag.options.random_seed = flip();
    o.fast.hash.seed = lag.options.random_seed ? 0 : prng_.u32();
    o.fast.hash.symmetric = flip();
    o.unequal_speed = flip();
    o.weighted.by = static_cast<table::PlaceBy>(prng_.below(4));
    o.weighted.unit = BitsPerSecond{number<std::uint64_t>(1'000, 1'000'000) * 1000};
    o.weighted.window = time(20'000, 600'000'000);
    o.weighted.estimate =
        flip() ? std::nullopt : std::optional{BitsPerSecond{number<std::uint64_t>(1'000, 9'999'999)}};
    o.move.gap = time(1, 90'000);
    o.move.patience = time(1'000'000, 10'000'000);
    o.weighted.idle = time(100'000, 15'000'000);
    o.move.by = static_cast<control::MoveBy>(prng_.below(4));
    o.move.planned = time(0, 10'000'000);
    o.move.failover = time(0, 10'000'000);
    o.move.overflow = static_cast<control::Overflow>(prng_.below(2));
    o.fast.packets_per_member = prng_.u16();
    o.rebalances = flip() ? std::nullopt : std::optional{flip()};
    o.rebalance = {};
    if (flip()) return;
    o.rebalance.interval = time(100'000, 60'000'000);
    o.rebalance.start_percent = number<std::uint32_t>(1, 100);
    o.rebalance.stop_percent = number<std::uint32_t>(0, o.rebalance.start_percent);
    o.rebalance.gain_min_basis_points = number<std::uint32_t>(0, 10'000);
    o.rebalance.moves_max = number<std::uint32_t>(1, 4096);
    o.rebalance.cool_down = number<std::uint32_t>(0, 1000);
    o.rebalance.hold_off = number<std::uint32_t>(0, 1000);
    o.rebalance.pins = flip();
  }

  void change_links(Lag& lag) {
    lag.options.lldp = {.transmit = flip(),
                        .receive = flip(),
                        .interval = std::chrono::seconds{number<std::uint16_t>(5, 3600)},
                        .hold = number<std::uint16_t>(1, 100)};
    if (lag.options.automatic && flip())
      lag.options.formation = {.partner = flip() ? "sw 1" : "",
                               .settle = std::chrono::milliseconds{number<std::uint16_t>(100, 60'000)},
                               .keep = std::chrono::seconds{prng_.below(100)},
                               .most = number<std::uint8_t>(1, kMembersMax),
                               .lldp = static_cast<control::LldpVoice>(prng_.below(3))};
    control::BfdOptions& bfd = lag.options.bfd;
    bfd = {.enabled = flip(), .session = {}};
    if (bfd.enabled) {
      bfd.session.interval = std::chrono::milliseconds{number<std::uint16_t>(1, 60'000)};
      bfd.session.multiplier = number<std::uint8_t>(1, 255);
      bfd.session.require = static_cast<bfd::Require>(prng_.below(2));
      if (flip()) bfd.session.destination = MacAddress{{2, 0, 0, 0, 9, prng_.u8()}};
      if (flip() || !lag.options.lldp.transmit || !lag.options.lldp.receive)
        bfd.session.local = Ipv4Address{{169, 254, 7, 1}};
      if (flip() && !bfd.automatic()) bfd.session.peer = Ipv4Address{{169, 254, 7, prng_.u8()}};
      if (bfd.session.peer == bfd.session.local) bfd.session.peer.reset();
    }

    control::LagOptions& o = lag.options;
    o.miimon = flip() ? Duration{} : time(1'000, 60'000'000);
    o.debounce = {time(0, 600'000'000), time(0, 600'000'000)};
    o.damping = {};
    if (flip()) o.damping.enabled = true;
    if (o.damping.enabled && flip()) {
      o.damping.flaps = number<std::uint8_t>(1, 255);
      o.damping.window = time(1'000'000, 3'600'000'000);
      o.damping.hold_first = time(100'000, 1'000'000'000);
      o.damping.hold_max = o.damping.hold_first + 5s;
    }
    o.targets.targets = hosts(true, true);
    o.targets.interval = o.targets.targets.empty() ? Duration{} : time(10'000, 60'000'000);
    o.targets.validate = static_cast<monitor::Validate>(prng_.below(7));
    o.targets.needed = static_cast<monitor::TargetsNeeded>(prng_.below(2));
    o.targets.missed_max = number<std::uint8_t>(1, 255);
  }

  void change_ports(control::PortOptions& port) {
    port.mtu =
        flip() ? std::nullopt : std::optional{number<std::uint16_t>(68, kTapMtuMost)};  // (host0 is a tap)
    port.addresses.clear();
    port.multicast.clear();
    if (flip()) port.addresses = {MacAddress{{2, 0, 0, 9, 9, 9}}, MacAddress{{2, 0, 0, 9, 9, 10}}};
    if (flip()) port.multicast = {MacAddress{{1, 0, 0x5e, 0, 0, 5}}};
    port.vlans.clear();
    for (std::uint16_t vlan = 1; vlan < 40; ++vlan)
      if (flip()) port.vlans.push_back(vlan);
    port.promiscuous = flip();
    port.all_multicast = flip();
    port.pause = flip() ? std::nullopt : std::optional{static_cast<control::Pause>(prng_.below(4))};
    port.pfc.clear();
    if (flip() && (!port.pause || *port.pause == control::Pause::off)) port.pfc = {3, 4};
  }

  void change_traffic(qos::TrafficOptions& traffic) {
    traffic = {};
    if (flip()) return;
    qos::ClassOptions voice{.name = "voice", .priority = 0, .rate = {}, .pcp = {5, 6}, .dscp = {46, 0}};
    if (flip()) voice.limit_octets = number<std::uint32_t>(1522, 1'000'000);
    if (flip()) {
      qos::RateLimit& rate = voice.rate.emplace();
      rate.cir = BitsPerSecond{number<std::uint64_t>(1'000, 1'000'000) * 1000};
      rate.cbs = number<std::uint64_t>(1522, 1'000'000);
      rate.action[1] = {qos::ColourAction::Kind::mark, 12};
      rate.action[2] = {qos::ColourAction::Kind::drop, 0};
    }
    qos::MatchOptions match{.class_name = "voice"};
    match.ether_type = 0x86dd;
    match.protocol = 17;
    match.source = qos::Prefix{*parse_ip_address("2001:db8::"), 32};
    match.destination_port = qos::PortRange{5060, 5061};
    if (flip()) match.vlan = 77;
    traffic.classes = {voice, {.name = "rest", .weight = 3, .limit = 50, .rate = {}, .pcp = {}, .dscp = {}}};
    if (flip()) traffic.default_class = "rest";
    if (flip()) traffic.match = {match};
    traffic.shape = flip();
    if (traffic.shape && flip()) traffic.burst = 20'000;
  }

  test::Prng prng_;
};

}  // namespace lagoon::config
