// Ports and bonds are made once; the order of steps is what net_bonding asks for.
#include "rig.hpp"

#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_eth_bond.h>
#include <rte_eth_bond_8023ad.h>
#include <rte_malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/check.hpp"
#include "support/flow_frames.hpp"
#include "support/prng.hpp"
#include "table/port_table_builder.hpp"

namespace lagoon::bench {
namespace {

constexpr std::uint32_t kFlows = 1000;
constexpr std::size_t kPackets = 2048;

std::size_t index_of(std::size_t members) {
  const auto found = std::find(kMemberCounts.begin(), kMemberCounts.end(), members);
  LAGOON_CHECK(found != kMemberCounts.end());
  return static_cast<std::size_t>(found - kMemberCounts.begin());
}

// 60 octets without FCS, of one of kFlows flows.
test::FlowFrame frame_of(std::uint32_t number) {
  test::Prng flow{number % kFlows};
  test::FlowFrame frame;
  frame.macs().ipv4({.source = flow.u32(), .destination = flow.u32(), .id = 0}).udp(flow.u16(), flow.u16());
  return frame.zeros(60 - frame.octets().size());
}

void write_frame(rte_mbuf* mbuf, std::uint32_t number) {
  const auto frame = frame_of(number);
  std::memcpy(static_cast<std::byte*>(mbuf->buf_addr) + RTE_PKTMBUF_HEADROOM, frame.octets().data(),
              frame.octets().size());
}

// Buffers keep their octets while they are free, so what net_null "receives" from this pool are these frames.
rte_mempool* pool_of_frames(const char* name, unsigned count) {
  constexpr std::uint16_t kRoom =
      RTE_PKTMBUF_HEADROOM + 128;  // little, for few pages: there are no huge ones
  rte_mempool* pool = rte_pktmbuf_pool_create(name, count, 256, 0, kRoom, SOCKET_ID_ANY);
  LAGOON_CHECK(pool != nullptr);
  rte_mempool_obj_iter(
      pool,
      [](rte_mempool*, void*, void* object, unsigned number) {
        write_frame(static_cast<rte_mbuf*>(object), number);
      },
      nullptr);
  return pool;
}

std::vector<rte_mbuf*> packets_for_good(const char* name) {
  std::vector<rte_mbuf*> packets(kPackets);
  LAGOON_CHECK(rte_pktmbuf_alloc_bulk(pool_of_frames(name, 2 * kPackets - 1), packets.data(), kPackets) == 0);
  for (rte_mbuf* mbuf : packets) LAGOON_CHECK(rte_pktmbuf_append(mbuf, 60) != nullptr);
  return packets;
}

void configure(std::uint16_t port, rte_mempool* pool) {
  const rte_eth_conf conf{};
  LAGOON_CHECK(rte_eth_dev_configure(port, 1, 1, &conf) == 0);
  LAGOON_CHECK(rte_eth_rx_queue_setup(port, 0, 512, SOCKET_ID_ANY, nullptr, pool) == 0);
  LAGOON_CHECK(rte_eth_tx_queue_setup(port, 0, 512, SOCKET_ID_ANY, nullptr) == 0);
}

std::uint16_t null_port(unsigned number, rte_mempool* pool) {
  const std::string name = "net_null" + std::to_string(number);
  LAGOON_CHECK(rte_eal_hotplug_add("vdev", name.c_str(), "size=60") == 0);
  std::uint16_t port = 0;
  LAGOON_CHECK(rte_eth_dev_get_port_by_name(name.c_str(), &port) == 0);
  configure(port, pool);
  return port;
}

void drop_slow_frame(std::uint16_t, rte_mbuf* frame) {
  rte_pktmbuf_free(frame);
}

// In LACP mode its machines are left out (an "external" machine says who distributes): there is no partner
// here.
Bond bond_of(const std::string& name, std::uint8_t mode, std::span<const std::uint16_t> members,
             rte_mempool* pool) {
  Bond bond;
  const int id = rte_eth_bond_create(name.c_str(), mode, 0);
  LAGOON_CHECK(id >= 0);
  bond.id = static_cast<std::uint16_t>(id);
  configure(bond.id, pool);
  if (mode == BONDING_MODE_8023AD) {
    rte_eth_bond_8023ad_conf conf;
    LAGOON_CHECK(rte_eth_bond_8023ad_conf_get(bond.id, &conf) == 0);
    conf.slowrx_cb = drop_slow_frame;
    LAGOON_CHECK(rte_eth_bond_8023ad_setup(bond.id, &conf) == 0);
  }
  for (const std::uint16_t member : members) LAGOON_CHECK(rte_eth_bond_slave_add(bond.id, member) == 0);
  bond.members.assign(members.begin(), members.end());
  LAGOON_CHECK(rte_eth_bond_xmit_policy_set(bond.id, BALANCE_XMIT_POLICY_LAYER34) == 0);
  LAGOON_CHECK(rte_eth_dev_start(bond.id) == 0);
  LAGOON_CHECK(rte_eth_promiscuous_enable(bond.id) ==
               0);  // our collector leaves addresses to what is above it, too
  std::array<std::uint16_t, RTE_MAX_ETHPORTS> active{};
  constexpr int kPatienceMs = 3000;
  for (int ms = 0; ms < kPatienceMs; ++ms) {
    if (rte_eth_bond_active_slaves_get(bond.id, active.data(), active.size()) ==
        static_cast<int>(members.size()))
      break;
    rte_delay_us_sleep(1000);
  }
  LAGOON_CHECK(rte_eth_bond_active_slaves_get(bond.id, active.data(), active.size()) ==
               static_cast<int>(members.size()));
  for (const std::uint16_t member : members) {
    if (mode != BONDING_MODE_8023AD) continue;
    LAGOON_CHECK(rte_eth_bond_8023ad_ext_collect(bond.id, member, 1) == 0);
    LAGOON_CHECK(rte_eth_bond_8023ad_ext_distrib(bond.id, member, 1) == 0);
  }
  return bond;
}

// Of ports that are configured and started already; every member is up when it returns.
std::unique_ptr<dpdk::EmbeddedLag> embedded_over(std::span<const std::uint16_t> members, rte_mempool* pool) {
  dpdk::Embedding embedding;
  embedding.lag.name = "lag0";
  embedding.lag.options.mode = control::Mode::balance_xor;
  for (const std::uint16_t port : members)
    embedding.lag.members.push_back(
        {.name = "port" + std::to_string(port), .source = config::DevicePort{std::to_string(port)}});
  embedding.pools = {pool};
  embedding.configure_members = false;
  embedding.control = dpdk::ControlBy::caller;
  auto lag = dpdk::EmbeddedLag::start(embedding);
  if (!lag) std::fprintf(stderr, "lagoon-bench: %s\n", lag.error().detail.c_str());
  LAGOON_CHECK(lag);
  const auto all_distribute = [&] {
    const auto status = (*lag)->engine().status("lag0");
    return status && static_cast<std::size_t>(status->distributing_members) == members.size();
  };
  while (!all_distribute()) static_cast<void>((*lag)->control_turn());
  return *std::move(lag);
}

std::unique_ptr<table::PortTable> table_for(std::size_t members, Way way) {
  dist::BucketPreferences preferences;
  table::PortTableInput input;
  input.generation = 1;
  input.collecting = input.distributing = (std::uint32_t{1} << members) - 1;
  std::fill_n(input.capacity.begin(), members, 10'000U);
  auto table = table::build_port_table(input, preferences);
  table->counts_lanes = way == Way::counting;
  if (way != Way::weighted) return table;
  table->distribution = table::Distribution::weighted;
  table->weights.idle_ticks = 20'000;
  for (std::size_t m = 0; m < members; ++m) {
    table->weights.capacity[m] = 10'000'000;
    table->weights.inverse[m] = (std::uint64_t{1} << 40) / 10'000'000;
  }
  return table;
}

void prepare(Distribution& distribution, std::size_t members, Way way) {
  distribution.owned = table_for(members, way);
  distribution.published.store(distribution.owned.get());
  distribution.state.now = Instant{1s};
  if (way != Way::weighted) return;
  distribution.lines.resize(fast::ConversationTable::lines_for(65'536));
  distribution.state.conversations.use(distribution.lines);
}

// What the stand-ins hand out; they are called with nothing but a queue.
struct Supply {
  std::span<rte_mbuf*> packets;
  std::size_t next = 0;
  std::uint16_t share = 0;
};
Supply supply_now;

std::uint16_t take(void*, rte_mbuf**, std::uint16_t count) {
  return count;
}

std::uint16_t hand_out(void*, rte_mbuf** out, std::uint16_t count) {
  Supply& supply = supply_now;
  count = std::min(count, supply.share);
  if (supply.next + count > supply.packets.size()) supply.next = 0;
  std::memcpy(out, supply.packets.data() + supply.next, count * sizeof *out);
  supply.next += count;
  return count;
}

}  // namespace

Rig::Rig() : received_{pool_of_frames("received", 4095)} {
  unsigned number = 0;
  const auto new_ports = [&](std::size_t count) {
    std::vector<std::uint16_t> ports;
    for (std::size_t i = 0; i < count; ++i) ports.push_back(null_port(number++, received_));
    return ports;
  };
  source_ = new_ports(1)[0];
  ports_ = new_ports(kMemberCounts.back());
  LAGOON_CHECK(rte_eth_dev_start(source_) == 0);
  for (const std::uint16_t port : ports_) LAGOON_CHECK(rte_eth_dev_start(port) == 0);
  for (std::size_t i = 0; i < kMemberCounts.size(); ++i) {
    balance_bonds_[i] = bond_of("net_bonding" + std::to_string(i), BONDING_MODE_BALANCE,
                                new_ports(kMemberCounts[i]), received_);
    for (std::size_t w = 0; w < kWays.size(); ++w) prepare(distributions_[i][w], kMemberCounts[i], kWays[w]);
  }
  lacp_bond_ = bond_of("net_bonding_lacp", BONDING_MODE_8023AD, new_ports(kLacpMembers), received_);
  embedded_ = embedded_over(ports(kLacpMembers), received_);

  packets_ = packets_for_good("kept");
  classified_packets_ = packets_for_good("classified");
  for (rte_mbuf* mbuf : classified_packets_)
    mbuf->packet_type = RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_UDP;

  qsbr_ = static_cast<rte_rcu_qsbr*>(rte_zmalloc(nullptr, rte_rcu_qsbr_get_memsize(1), RTE_CACHE_LINE_SIZE));
  LAGOON_CHECK(qsbr_ != nullptr && rte_rcu_qsbr_init(qsbr_, 1) == 0);
  LAGOON_CHECK(rte_rcu_qsbr_thread_register(qsbr_, 0) == 0);
  rte_rcu_qsbr_thread_online(qsbr_, 0);
}

const Bond& Rig::balance_bond(std::size_t members) const {
  return balance_bonds_[index_of(members)];
}

Distribution& Rig::distribution(std::size_t members, Way way) {
  return distributions_[index_of(members)][static_cast<std::size_t>(way)];
}

StandIn::StandIn(std::span<const std::uint16_t> ports, std::span<rte_mbuf*> supply, std::uint16_t share) {
  supply_now = {.packets = supply, .next = 0, .share = share};
  for (const std::uint16_t port : ports) {
    struct rte_eth_fp_ops& ops = rte_eth_fp_ops[port];
    saved_.push_back({.port = port, .tx = ops.tx_pkt_burst, .rx = ops.rx_pkt_burst});
    ops.tx_pkt_burst = take;
    ops.rx_pkt_burst = hand_out;
  }
}

StandIn::~StandIn() {
  for (const Saved& saved : saved_) {
    rte_eth_fp_ops[saved.port].tx_pkt_burst = saved.tx;
    rte_eth_fp_ops[saved.port].rx_pkt_burst = saved.rx;
  }
}

}  // namespace lagoon::bench
