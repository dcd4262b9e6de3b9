// balance-bench: how evenly conversations are spread, beside what others' formulas make of the same ones. For
// each, the largest member's share by the mean of all, at its worst over sets of 10,000 conversations, 2 to 8
// members and (Lagoon has one) seeds 1 to 20. JSON on standard output; no matter of time, and the same on any
// machine.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <span>
#include <vector>

#include "dist/bucket_map.hpp"
#include "dist/flow_hash.hpp"
#include "support/flow_frames.hpp"
#include "wire/octets.hpp"

namespace lagoon::bench {
namespace {

using test::FlowFrame;

struct Balance {
  double lagoon = 0;
  double net_bonding = 0;    // transmit policy l34
  double linux_bonding = 0;  // layer3+4
};

constexpr std::size_t kFlows = 10'000;
constexpr std::size_t kMost = 8;
constexpr std::uint32_t kSeeds = 20;

// What the formulas read, as it lies in the frame.
struct Flow {
  std::vector<std::byte> octets;
  std::uint32_t source = 0;
  std::uint32_t destination = 0;
  std::uint32_t ports = 0;  // 0: none
};

Flow flow_of(std::uint32_t source, std::uint32_t destination, std::uint8_t protocol,
             std::uint32_t source_port, std::uint32_t destination_port) {
  FlowFrame frame;
  frame.macs().ipv4({.source = source, .destination = destination, .protocol = protocol});
  if (protocol == 47)
    frame.be32(0x0800).zeros(24);
  else
    frame.udp(static_cast<std::uint16_t>(source_port), static_cast<std::uint16_t>(destination_port))
        .zeros(20);
  Flow flow;
  flow.octets.assign(frame.octets().begin(), frame.octets().end());
  flow.source = wire::raw<std::uint32_t>(frame.octets(), 26);
  flow.destination = wire::raw<std::uint32_t>(frame.octets(), 30);
  if (protocol != 47) flow.ports = wire::raw<std::uint32_t>(frame.octets(), 34);
  return flow;
}

constexpr std::uint32_t kTen = 0x0a00'0000U;  // 10.0.0.0
constexpr std::uint32_t kNear = kTen + 0x0001'0001U, kFar = kTen + 0x0080'0001U;

// The n-th conversation of each set: what networks carry, and what formulas by XOR find hard.
using MakeFlow = std::function<Flow(std::uint32_t)>;
const std::vector<MakeFlow>& sets() {
  static const std::vector<MakeFlow> all{
      // even source ports, as most systems choose them for what they begin
      [](std::uint32_t n) { return flow_of(kNear, kFar + n / 16'000, 6, 32'768 + 2 * (n % 16'000), 443); },
      // RTP: an even port at both ends
      [](std::uint32_t n) {
        return flow_of(kNear + n / 100, kFar, 17, 16'384 + 2 * (n % 8192), 16'384 + 2 * (n % 100));
      },
      // addresses of both ends count together
      [](std::uint32_t n) { return flow_of(kTen + n, kTen + 0x0080'0000U + n, 6, 5000, 6000); },
      // tunnels without ports, x.1 to x.2
      [](std::uint32_t n) { return flow_of(kTen + (n << 8) + 1, kTen + (n << 8) + 2, 47, 0, 0); },
      // VXLAN between two hosts: the source port alone tells them apart
      [](std::uint32_t n) { return flow_of(kNear, kFar, 17, 32'768 + n, 4789); },
      // NAT: a block of ports for each host inside, and services that count with the address
      [](std::uint32_t n) {
        return flow_of(kNear + n / 64, kFar, 6, 1024 + 64 * (n / 64 % 1000) + n % 64, 443);
      },
      [](std::uint32_t n) { return flow_of(kNear, kFar + n, 6, 40'000, 8000 + n); },
  };
  return all;
}

std::uint32_t folded(std::uint32_t hash) {
  hash ^= hash >> 16;
  return hash ^ hash >> 8;
}
// DPDK 22.11, drivers/net/bonding: burst_xmit_l34_hash().
std::uint32_t by_net_bonding(const Flow& flow) {
  return folded(flow.source ^ flow.destination ^ (flow.ports & 0xffffU) ^ flow.ports >> 16);
}
// Linux 6.1, drivers/net/bonding: bond_ip_hash().
std::uint32_t by_linux(const Flow& flow) {
  return folded(flow.ports ^ flow.source ^ flow.destination) >> 1;
}

dist::BucketMap equal_map(std::size_t members) {
  dist::BucketPreferences preferences;
  dist::BucketMapInput input;
  std::fill_n(input.capacity.begin(), members, 1U);
  input.distributing = (1U << members) - 1;
  dist::BucketMap map;
  preferences.map(input, map);
  return map;
}

template <typename MemberOf>
double max_by_mean(std::span<const Flow> flows, std::size_t members, MemberOf member_of) {
  std::array<std::size_t, kMost> load{};
  for (const Flow& flow : flows) ++load[member_of(flow)];
  return static_cast<double>(*std::max_element(load.begin(), load.end()) * members) /
         static_cast<double>(flows.size());
}

struct Stage {
  const dist::BucketMap& map;
  std::uint32_t seed;
  [[nodiscard]] std::size_t operator()(const Flow& flow) const {
    return map[dist::flow_hash(flow.octets, {.policy = dist::HashPolicy::l34, .seed = seed}) &
               (dist::kBuckets - 1)];
  }
};

std::vector<Flow> some_of(const MakeFlow& make, const std::function<bool(const Flow&)>& wanted) {
  std::vector<Flow> flows;
  for (std::uint32_t n = 0; flows.size() < kFlows && n < 12 * kFlows; ++n)
    if (Flow flow = make(n); wanted(flow)) flows.push_back(std::move(flow));
  return flows;
}

Balance worst_balance() {
  Balance worst;
  const auto add = [](double& to, double value) { to = std::max(to, value); };
  for (const MakeFlow& make : sets()) {
    const std::vector<Flow> flows = some_of(make, [](const Flow&) { return true; });
    for (std::size_t members = 2; members <= kMost; ++members) {
      const dist::BucketMap map = equal_map(members);
      for (std::uint32_t seed = 1; seed <= kSeeds; ++seed)
        add(worst.lagoon, max_by_mean(flows, members, Stage{map, seed}));
      add(worst.net_bonding,
          max_by_mean(flows, members, [&](const Flow& f) { return by_net_bonding(f) % members; }));
      add(worst.linux_bonding,
          max_by_mean(flows, members, [&](const Flow& f) { return by_linux(f) % members; }));
    }
  }
  // What one stage has sent by its first member, at a second stage.
  for (std::size_t members = 2; members <= kMost; ++members) {
    const dist::BucketMap map = equal_map(members);
    const MakeFlow& make = sets().front();
    const auto behind = [&](const auto& first, const auto& second) {
      return max_by_mean(some_of(make, [&](const Flow& flow) { return first(flow) == 0; }), members, second);
    };
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed)
      add(worst.lagoon, behind(Stage{map, seed}, Stage{map, seed + kSeeds}));
    const auto net_bonding = [&](const Flow& flow) { return by_net_bonding(flow) % members; };
    add(worst.net_bonding, behind(net_bonding, net_bonding));
    const auto linux_bonding = [&](const Flow& flow) { return by_linux(flow) % members; };
    add(worst.linux_bonding, behind(linux_bonding, linux_bonding));
  }
  return worst;
}

}  // namespace
}  // namespace lagoon::bench

int main() {
  const auto worst = lagoon::bench::worst_balance();
  std::printf("{\"lagoon\": %.4f, \"net_bonding\": %.4f, \"linux\": %.4f}\n", worst.lagoon, worst.net_bonding,
              worst.linux_bonding);
  return 0;
}
