#include "report/load_counts.hpp"

namespace lagoon::report {

void LoadCounts::fill(control::Measurement& out, std::span<fast::DistributorState* const> workers) {
  before_.resize(workers.size());
  found_.clear();
  for (std::size_t w = 0; w < workers.size(); ++w) {
    fast::DistributorState& state = *workers[w];
    add_lanes(state.lanes, before_[w]);
    add_hitters(state.hitters, before_[w]);
    for (std::size_t m = 0; m < kMembersMax; ++m)
      out.live[m] += state.conversations.live(static_cast<std::uint8_t>(m));
    out.conversation_lines = state.conversations.lines();
  }
  out.lane_octets = lanes_;
  out.hitters.clear();
  for (const auto& [hash, hitter] : found_) out.hitters.push_back(hitter);
}

void LoadCounts::add_lanes(const fast::LaneLoad& load, Before& before) {
  for (std::size_t lane = 0; lane < dist::kLanes; ++lane) {
    const std::uint32_t now = load.read(lane);
    lanes_[lane] += std::uint64_t{now - before.lanes[lane]} * fast::LaneLoad::kUnit;
    before.lanes[lane] = now;
  }
}

void LoadCounts::add_hitters(fast::HeavyHitters& hitters, Before& before) {
  std::unordered_map<std::uint32_t, std::uint64_t> now;
  hitters.each([&](const fast::HeavyHitters::Entry& entry) {
    now[entry.hash] = entry.octets;
    const auto known = before.hitters.find(entry.hash);
    // An entry that was given up and taken again begins anew.
    const std::uint64_t since =
        known != before.hitters.end() && known->second <= entry.octets ? known->second : 0;
    balance::HeavyHitter& hitter = found_[entry.hash];
    hitter.hash = entry.hash;
    hitter.member = entry.member;
    hitter.octets += entry.octets - since;
  });
  before.hitters = std::move(now);
  hitters.next_epoch();
}

}  // namespace lagoon::report
