// LagTotals: the workers' counters of one LAG, summed over the workers by the control lcore (LagRuntime).
#pragma once

#include <array>
#include <cstdint>

#include "base/ids.hpp"
#include "control/status/status.hpp"
#include "dist/load_group.hpp"
#include "fast/drop.hpp"

namespace lagoon::dpdk {

struct LagTotals {
  std::array<control::Traffic, kMembersMax> members{};  // by MemberIndex
  std::array<std::uint64_t, fast::kDrops> drops{};
  dist::GroupOctets group_octets{};
  std::uint64_t copies_missed = 0;
};

[[nodiscard]] constexpr std::uint64_t heard(const control::Traffic& t) noexcept {
  return t.rx_packets + t.rx_ignored;
}

/// What was counted since `before`.
[[nodiscard]] constexpr control::Traffic since(const control::Traffic& now,
                                               const control::Traffic& before) noexcept {
  return {.rx_packets = now.rx_packets - before.rx_packets,
          .rx_bytes = now.rx_bytes - before.rx_bytes,
          .tx_packets = now.tx_packets - before.tx_packets,
          .tx_bytes = now.tx_bytes - before.tx_bytes,
          .rx_ignored = now.rx_ignored - before.rx_ignored};
}

}  // namespace lagoon::dpdk
