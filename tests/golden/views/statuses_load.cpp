#include <utility>

#include "statuses.hpp"

namespace lagoon::test {

namespace {

using namespace control;

// The links: 10G and two of 1G, on which a Partner agrees.
LagStatus weighted(LagStatus s) {
  s.options.unequal_speed = true;
  s.options.distribute = LoadSharing::weighted;
  s.options.weighted.estimate = BitsPerSecond{2'500'000};
  s.distribution = "weighted";
  s.moves.under_way = true;
  s.moves.counters = {.begun = 4,
                      .by_marker = 2,
                      .by_time = 1,
                      .at_gaps = 0,
                      .overflowed = 1,
                      .given_up = 0,
                      .gaps_used = 9,
                      .last_pause = 1250us,
                      .longest_pause = 50ms};
  s.moves.markers = {.sent = 6, .answered = 5, .unanswered = 1, .late = 1, .above_rate = 0};
  s.rebalancing.enabled = true;
  s.rebalancing.counters = {.bucket_moves = 0,
                            .pin_moves = 3,
                            .pins_made = 2,
                            .pins_released = 1,
                            .intervals_unbalanced = 7,
                            .imbalance = 1.25};
  s.rebalancing.pins = 1;
  s.conversations = ConversationStatus{.live = 10'000,
                                       .room = 107'982,
                                       .octets = 987'264,
                                       .begun = 12'000,
                                       .ended = 1'999,
                                       .pushed_out = 1,
                                       .moved = 12,
                                       .frames_without = 5};
  s.members[2].link.speed = mbps(1'000);
  const auto carries = [&s](std::size_t at, std::uint64_t mbits, double load, std::uint64_t conversations) {
    MemberStatus& m = s.members[at];
    m.capacity_mbps = mbits;
    m.weight.whole = static_cast<double>(mbits) / 100;
    m.weight.left = m.weight.whole - load;
    m.load_octets_s = static_cast<std::uint64_t>(load * 12'500'000);
    m.conversations = conversations;
  };
  carries(0, 10'000, 62.54, 9'091);
  carries(1, 1'000, 0, 0);
  carries(2, 1'000, 11.25, 909);  // more than it has
  return s;
}

LagStatus rebalancing(LagStatus s) {
  s.options.rebalances = true;
  s.distribution = "flow_hash";
  s.rebalancing.enabled = true;
  s.rebalancing.counters.bucket_moves = 131;
  s.rebalancing.counters.imbalance = 2;
  for (MemberStatus& m : s.members) m.capacity_mbps = 10'000;
  s.members[0].load_octets_s = 1'125'000'000;
  s.members[1].load_octets_s = 375'000'000;
  return s;
}

// The Partner's ports of another speed have another key.
LagStatus unlike_keys(LagStatus s) {
  s.options.unequal_speed = true;
  s.distribution = "flow_hash";
  MemberStatus& m = s.members[2];
  m.link.speed = mbps(1'000);
  m.lacp.selected = lacp::Selected::unselected;
  m.lacp.reason = lacp::UnselectedReason::other_lag_id;
  m.lacp.mux = lacp::MuxState::detached;
  m.lacp.partner.key = 0x147;
  m.lacp.lag_id.second.key = 0x147;
  m.collecting = m.distributing = m.lacp.collecting = m.lacp.distributing = false;
  m.buckets = 0;
  return s;
}

}  // namespace

std::vector<NamedStatus> load_statuses(LagStatus balance_xor, LagStatus lacp) {
  return {{"lacp-weighted", weighted(lacp)},
          {"balance-xor-rebalancing", rebalancing(std::move(balance_xor))},
          {"lacp-unlike-keys", unlike_keys(std::move(lacp))}};
}

}  // namespace lagoon::test
