// What kinds of frames cost to parse and hash under a policy, one frame in the first-level cache, beside
// plain IPv4 under l3+4.
#include <cstddef>
#include <string>
#include <vector>

#include "cases/cases.hpp"
#include "cases/contestants.hpp"
#include "dist/flow_hash.hpp"
#include "support/flow_frames.hpp"

namespace lagoon::bench {
namespace {

using dist::HashPolicy;
using test::FlowFrame;

Contestant folding(HashPolicy policy, const FlowFrame& frame) {
  const std::vector<std::byte> octets{frame.octets().begin(), frame.octets().end()};
  return {.turn = [octets, policy] {
    const dist::FlowMixer mix{1};
    dist::with_policy({.policy = policy}, [&]<HashPolicy chosen, dist::Direction direction>() {
      for (std::size_t i = 0; i < kTurn; ++i) {
        std::span<const std::byte> look{octets};
        benchmark::DoNotOptimize(look);
        benchmark::DoNotOptimize(mix(dist::fold<chosen, direction>(look)));
      }
    });
  }};
}

FlowFrame plain() {
  FlowFrame frame;
  frame.macs().ipv4({}).udp(1, 2).zeros(20);
  return frame;
}

}  // namespace

void add_folds(Cases& cases) {
  const auto add = [&](const std::string& name, HashPolicy policy, const FlowFrame& frame) {
    Race& race =
        cases.emplace_back(Case{.name = name, .peer_name = "lagoon, plain IPv4, l3+4", .race = Race{kTurn}})
            .race;
    race.add(kOurs, folding(policy, frame));
    race.add(kPeer, folding(HashPolicy::l34, plain()));
  };
  add("fold-l2", HashPolicy::l2, plain());
  add("fold-l23", HashPolicy::l23, plain());
  add("fold-tag", HashPolicy::l34, FlowFrame{}.macs().tag(0x8100, 5).ipv4({}).udp(1, 2).zeros(20));
  add("fold-options", HashPolicy::l34, FlowFrame{}.macs().ipv4({.option_words = 2}).udp(1, 2).zeros(20));
  add("fold-fragment", HashPolicy::l34, FlowFrame{}.macs().ipv4({.flags_and_offset = 185}).zeros(40));
  add("fold-ipv6", HashPolicy::l34, FlowFrame{}.macs().ipv6({}).udp(1, 2).zeros(20));
  add("fold-encap", HashPolicy::encap34, plain());
  add("fold-encap-vxlan", HashPolicy::encap34,
      FlowFrame{}.macs().ipv4({}).udp(1, 4789).be64(0x0800'0000'0000'0100).macs().ipv4({}).udp(1, 2));
}

}  // namespace lagoon::bench
