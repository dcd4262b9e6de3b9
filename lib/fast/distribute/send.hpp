// Shared by all policies of distribution: sending a burst to one member, or a scattered one to each of its
// own, with exact counts.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ids.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/distribute/scatter.hpp"
#include "fast/distribute/slow_frames.hpp"
#include "fast/drop.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast::detail {

template <Packet P>
[[nodiscard]] inline std::uint64_t octets_of(std::span<P* const> packets) noexcept {
  std::uint64_t octets = 0;
  for (const P* packet : packets) octets += PacketTraits<P>::length(*packet);
  return octets;
}

/// What a member took. `taken` are gone; `packets` of them are sent, for the port may find some unfit.
struct Sent {
  std::size_t taken = 0;
  std::uint64_t packets = 0;
  std::uint64_t octets = 0;
};

// Sent packets belong to the port, so their `octets` are counted before and those of refused packets taken
// off.
template <Packet P, MemberTx<P> Tx>
[[nodiscard, gnu::always_inline]] inline Sent send_to(MemberIndex member, std::span<P*> packets,
                                                      std::uint64_t octets, Tx& tx,
                                                      LagCounters& counters) noexcept {
  const std::size_t accepted = tx.send(member, packets);
  if (accepted != packets.size()) octets -= octets_of<P>(packets.subspan(accepted));
  std::size_t sent = accepted;
  if constexpr (FindsUnfit<Tx>) {
    if (const Unfit unfit = tx.take_unfit(); unfit.frames != 0) [[unlikely]] {
      counters.of(Drop::unfit).add(unfit.frames);
      sent -= unfit.frames;
      octets -= unfit.octets;
    }
  }
  counters.of(member).tx_packets.add(sent);
  counters.of(member).tx_bytes.add(octets);
  return {.taken = accepted, .packets = sent, .octets = octets};
}

/// Sends all to one member, and returns how many it took, or kSlowFound.
template <Packet P, MemberTx<P> Tx>
[[nodiscard]] inline std::size_t send_to_one(MemberIndex member, std::span<P*> packets, Tx& tx,
                                             LagCounters& counters) noexcept {
  const Looked looked = look_at_each<P>(packets);
  if (looked.slow) [[unlikely]]
    return kSlowFound;
  const Sent sent = send_to<P>(member, packets, looked.octets, tx, counters);
  counters.sent_packets.add(sent.packets);
  counters.sent_bytes.add(sent.octets);
  return sent.taken;
}

/// The only member that frames are sent on, if there is but one. Precondition: there is one.
[[nodiscard]] inline std::optional<MemberIndex> only_member(const table::PortTable& table) noexcept {
  if (!std::has_single_bit(table.sending())) return std::nullopt;
  return MemberIndex{static_cast<std::uint8_t>(std::countr_zero(table.distributing))};
}

/// Where frames go that are not spread. Precondition: a member distributes.
[[nodiscard]] inline std::uint8_t gathering_member(const table::PortTable& table) noexcept {
  const bool may = table.active < kMembersMax && (table.distributing >> table.active & 1U) != 0;
  return may ? table.active : static_cast<std::uint8_t>(std::countr_zero(table.distributing));
}

// Puts the refused packets at the tail of the burst, in the burst's order. `accepted[m]`: how many of member
// m's packets are gone, the first ones. `refused(i)` is told of the burst's i-th before it moves.
template <Packet P, typename Refused>
[[gnu::noinline]] std::size_t keep_refused(std::span<P*> burst, const Scattered<P>& scattered,
                                           std::array<std::uint8_t, kMembersMax>& accepted,
                                           Refused refused) noexcept {
  std::array<P*, kBurstMax> kept;
  std::size_t count = 0;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    std::uint8_t& gone = accepted[scattered.member[i]];
    if (gone == 0) {
      refused(i);
      kept[count++] = burst[i];
    } else {
      --gone;
    }
  }
  const std::size_t sent = burst.size() - count;
  for (std::size_t i = 0; i < count; ++i) burst[sent + i] = kept[i];
  return sent;
}

/// Sends to each member what is its own. Returns how many were sent; the rest is then the burst's tail.
template <Packet P, MemberTx<P> Tx, typename Refused>
[[nodiscard, gnu::always_inline]] inline std::size_t send_scattered(std::span<P*> burst,
                                                                    Scattered<P>& scattered, Tx& tx,
                                                                    LagCounters& counters,
                                                                    Refused refused) noexcept {
  std::array<std::uint8_t, kMembersMax> accepted;
  Sent all;
  for (std::uint32_t members = scattered.used; members != 0; members &= members - 1) {
    const auto m = static_cast<std::uint8_t>(std::countr_zero(members));
    const Sent sent = send_to<P>(MemberIndex{m}, scattered.of(m), scattered.octets[m], tx, counters);
    accepted[m] = static_cast<std::uint8_t>(sent.taken);
    all.taken += sent.taken;
    all.packets += sent.packets;
    all.octets += sent.octets;
  }
  counters.sent_packets.add(all.packets);
  counters.sent_bytes.add(all.octets);
  if (all.taken != burst.size()) [[unlikely]]
    return keep_refused<P>(burst, scattered, accepted, refused);
  return all.taken;
}

}  // namespace lagoon::fast::detail
