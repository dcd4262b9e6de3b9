// Every frame on every distributing member, by reference count: one mbuf, no copy of data.
//
// A frame is sent when at least one member took it. Each member is offered the whole burst and takes a
// prefix; the longest one is what was sent. Where a member took less, each frame that it missed is counted as
// Drop::copy_refused. What nobody took stays the caller's with exactly one reference, so that a retry brings
// no member a frame twice.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "fast/distribute/send.hpp"
#include "fast/drop.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

namespace detail {

// In blocks: for so few pointers a call of memcpy() takes longer than the copying.
template <Packet P>
[[gnu::always_inline]] inline void copy_pointers(std::span<P* const> from,
                                                 std::array<P*, kBurstMax>& to) noexcept {
  constexpr std::size_t kBlock = 8;
  std::size_t i = 0;
  for (; i + kBlock <= from.size(); i += kBlock)
    for (std::size_t k = 0; k < kBlock; ++k) to[i + k] = from[i + k];
  for (; i < from.size(); ++i) to[i] = from[i];
}

// The references of members that refused. The others' may be gone with their ports by now, so the last of
// ours may be the last of all.
template <Packet P>
void give_back(std::span<P*> burst, std::size_t sent, std::span<const std::uint8_t> accepted,
               LagCounters& counters) noexcept {
  using Traits = PacketTraits<P>;
  for (std::size_t i = 0; i < sent; ++i) {
    std::uint16_t missed = 0;
    for (const std::uint8_t taken : accepted) missed = static_cast<std::uint16_t>(missed + (i >= taken));
    if (missed == 0) continue;
    counters.of(Drop::copy_refused).add(missed);
    if (missed > 1) Traits::unshare(*burst[i], static_cast<std::uint16_t>(missed - 1));
    Traits::release(*burst[i]);
  }
  for (P* packet : burst.subspan(sent))
    Traits::unshare(*packet, static_cast<std::uint16_t>(accepted.size() - 1));
}

}  // namespace detail

struct Broadcast {
  template <Packet P, MemberTx<P> Tx>
  [[nodiscard]] static std::size_t distribute(const table::PortTable& table, std::span<P*> burst, Tx& tx,
                                              DistributorState&, LagCounters& counters) noexcept {
    if (const auto only = detail::only_member(table))
      return detail::send_to_one<P>(*only, burst, tx, counters);
    const auto copies = static_cast<std::uint16_t>(std::popcount(table.distributing) - 1);
    detail::Looked looked;
    for (P* packet : burst) {
      detail::look_at(*packet, looked);
      PacketTraits<P>::share(*packet, copies);
    }
    if (looked.slow) [[unlikely]] {
      for (P* packet : burst) PacketTraits<P>::unshare(*packet, copies);
      return detail::kSlowFound;
    }
    std::array<std::uint8_t, kMembersMax> accepted;
    std::size_t offered = 0;
    detail::Sent most;
    std::size_t least = burst.size();
    for (std::uint32_t members = table.distributing; members != 0; members &= members - 1) {
      // A port may use the array that it gets for its own ends. The last one may have the burst itself, if
      // all others took all: what it leaves then is the array's rest, whichever packets that are.
      std::array<P*, kBurstMax> copy;
      const bool is_last = (members & (members - 1)) == 0;
      std::span<P*> packets = burst;
      if (!is_last || least != burst.size()) {
        detail::copy_pointers<P>(burst, copy);
        packets = std::span{copy}.first(burst.size());
      }
      const MemberIndex m{static_cast<std::uint8_t>(std::countr_zero(members))};
      const detail::Sent sent = detail::send_to<P>(m, packets, looked.octets, tx, counters);
      accepted[offered++] = static_cast<std::uint8_t>(sent.taken);
      if (sent.taken >= most.taken) most = sent;
      least = std::min(least, sent.taken);
    }
    counters.sent_packets.add(most.packets);
    counters.sent_bytes.add(most.octets);
    if (least != burst.size()) [[unlikely]]
      detail::give_back<P>(burst, most.taken, std::span{accepted}.first(offered), counters);
    return most.taken;
  }
};

}  // namespace lagoon::fast
