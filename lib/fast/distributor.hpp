// Frame Distributor (802.1AX-2014 6.2.4): one burst in, one burst for each member out. A conversation stays
// on one member under one table, and its frames stay in order.
//
// Use by a worker:
//   std::size_t sent = fast::distribute(table, burst, tx, state, counters);   // burst.size() <= kBurstMax
//   burst = burst.subspan(sent);                                           // the unsent rest, in its order
//   if (!burst.empty()) retry a bounded number of times, then count under fast::refusal(table) and free.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "base/ids.hpp"
#include "fast/burst_hash.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/distributor_state.hpp"
#include "fast/drop.hpp"
#include "fast/scatter.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

namespace detail {

template <Packet P>
[[nodiscard]] inline std::uint64_t octets_of(std::span<P* const> packets) noexcept {
  std::uint64_t octets = 0;
  for (const P* packet : packets) octets += PacketTraits<P>::length(*packet);
  return octets;
}

// Sent packets belong to the port, so the octets are counted before and those of refused packets taken off.
template <Packet P, MemberTx<P> Tx>
[[nodiscard]] inline std::size_t send_counted(MemberIndex member, std::span<P*> packets, Tx& tx,
                                              LagCounters& counters) noexcept {
  std::uint64_t octets = octets_of<P>(packets);
  const std::size_t accepted = tx.send(member, packets);
  if (accepted != packets.size()) octets -= octets_of<P>(packets.subspan(accepted));
  counters.of(member).tx_packets.add(accepted);
  counters.of(member).tx_bytes.add(octets);
  return accepted;
}

// Puts the refused packets at the tail of the burst, in the burst's order. `accepted[m]`: how many of member
// m's packets are gone, the first ones.
template <Packet P>
[[gnu::noinline]] std::size_t keep_refused(std::span<P*> burst, const Scattered<P>& scattered,
                                           std::array<std::uint8_t, kMembersMax>& accepted) noexcept {
  std::array<P*, kBurstMax> refused;
  std::size_t count = 0;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    std::uint8_t& gone = accepted[scattered.member[i]];
    if (gone == 0)
      refused[count++] = burst[i];
    else
      --gone;
  }
  const std::size_t sent = burst.size() - count;
  for (std::size_t i = 0; i < count; ++i) burst[sent + i] = refused[i];
  return sent;
}

}  // namespace detail

/// Why frames that distribute() has not sent would be dropped under this table.
[[nodiscard]] inline Drop refusal(const table::PortTable& table) noexcept {
  return table.distributing == 0 ? Drop::no_distributing_member : Drop::tx_refused;
}

/// Sends the burst over the distributing members and counts per member what was accepted. Returns how many
/// were sent; the rest is burst[sent..], in its original order, and stays the caller's. burst[..sent] is then
/// meaningless. Nothing is dropped or freed here.
/// Thread: the worker that owns `tx` and `counters`. Precondition: burst.size() <= kBurstMax.
template <Packet P, typename Tx>
  requires MemberTx<Tx, P>
[[nodiscard]] inline std::size_t distribute(const table::PortTable& table, std::span<P*> burst, Tx&& tx,
                                            DistributorState& state, LagCounters& counters) noexcept {
  static_cast<void>(state);
  LAGOON_DCHECK(burst.size() <= kBurstMax);
  if (table.distributing == 0 || burst.empty()) return 0;
  if (std::has_single_bit(table.distributing)) {
    const MemberIndex only{static_cast<std::uint8_t>(std::countr_zero(table.distributing))};
    return detail::send_counted<P>(only, burst, tx, counters);
  }
  BurstFolds folds;
  fold_burst<P>(table.hash, burst, folds);
  Scattered<P> scattered;
  scatter<P>(table, burst, folds, scattered);

  std::array<std::uint8_t, kMembersMax> accepted;
  std::size_t sent = 0;
  for (std::uint32_t members = table.distributing; members != 0; members &= members - 1) {
    const auto m = static_cast<std::uint8_t>(std::countr_zero(members));
    accepted[m] = 0;
    if (scattered.count[m] == 0) continue;
    const std::size_t gone = detail::send_counted<P>(MemberIndex{m}, scattered.of(m), tx, counters);
    accepted[m] = static_cast<std::uint8_t>(gone);
    sent += gone;
  }
  if (sent != burst.size()) [[unlikely]]
    return detail::keep_refused<P>(burst, scattered, accepted);
  return sent;
}

}  // namespace lagoon::fast
