#include "dpdk/worker/worker_side.hpp"

namespace lagoon::dpdk {

namespace {

void add(LagTotals& totals, const fast::LagCounters& counters) {
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    control::Traffic& traffic = totals.members[m];
    const fast::MemberCounters& member = counters.member[m];
    traffic.rx_packets += member.rx_packets.read();
    traffic.rx_bytes += member.rx_bytes.read();
    traffic.tx_packets += member.tx_packets.read();
    traffic.tx_bytes += member.tx_bytes.read();
    traffic.rx_ignored += member.rx_ignored.read();
  }
  for (std::size_t d = 0; d < fast::kDrops; ++d) totals.drops[d] += counters.drop[d].read();
  totals.copies_missed += counters.copies_missed.read();
}

}  // namespace

LagTotals count_all(std::span<const LagUser> users) {
  LagTotals totals;
  for (const LagUser& user : users) {
    add(totals, *user.counters);
    if (user.distributor == nullptr) continue;
    for (std::size_t g = 0; g < dist::kLoadGroups; ++g)
      totals.group_octets[g] += user.distributor->load[g].read();
  }
  return totals;
}

std::vector<fast::DistributorState*> distributors_of(std::span<const LagUser> users) {
  std::vector<fast::DistributorState*> states;
  for (const LagUser& user : users)
    if (user.distributor != nullptr) states.push_back(user.distributor);
  return states;
}

}  // namespace lagoon::dpdk
