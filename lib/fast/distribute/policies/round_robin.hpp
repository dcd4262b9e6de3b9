// Frames in turn: packets_per_member of them to each distributing member, in the order of their indexes, or
// each to one at random (packets_per_member 0). Order within a conversation is not kept; that is what the
// mode trades for filling all links with one conversation.
//
// Members are offered the same number of frames whatever they refuse: a refused frame has used up its turn,
// and when it is tried again it is the next member's, so a member that is full holds nobody up. IGMP to a
// group goes to table.active, where the membership was joined, and uses up no turn.
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
#include "fast/distribute/scatter.hpp"
#include "fast/distribute/send.hpp"
#include "fast/frame_kind.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

namespace detail {

class Turns {
 public:
  Turns(const table::PortTable& table, DistributorState& state) noexcept
      : distributing_{table.distributing}, packets_{table.options.packets_per_member}, state_{state} {
    const bool still_there = (distributing_ >> state.turn & 1U) != 0;
    if (!still_there) state.turn_left = 0;
    if (state.turn_left > packets_) state.turn_left = packets_;
  }
  [[nodiscard]] std::uint8_t next() noexcept {
    if (state_.turn_left == 0) {
      // ~1 << 31 is 0: after the last member comes the first.
      const std::uint32_t after = distributing_ & (~std::uint32_t{1} << state_.turn);
      state_.turn = static_cast<std::uint8_t>(std::countr_zero(after != 0 ? after : distributing_));
      state_.turn_left = packets_;
    }
    --state_.turn_left;
    return state_.turn;
  }

 private:
  std::uint32_t distributing_;
  std::uint16_t packets_;
  DistributorState& state_;
};

class Lots {
 public:
  Lots(const table::PortTable& table, DistributorState& state) noexcept : random_{state.random} {
    for (std::uint32_t members = table.distributing; members != 0; members &= members - 1)
      members_[count_++] = static_cast<std::uint8_t>(std::countr_zero(members));
  }
  // xorshift64* (Vigna 2014); its upper half, scaled to the number of members.
  [[nodiscard]] std::uint8_t next() noexcept {
    random_ ^= random_ >> 12;
    random_ ^= random_ << 25;
    random_ ^= random_ >> 27;
    const std::uint64_t drawn = random_ * 0x2545'f491'4f6c'dd1dU >> 32;
    return members_[drawn * count_ >> 32];
  }

 private:
  std::uint64_t& random_;
  std::uint32_t count_ = 0;
  std::array<std::uint8_t, kMembersMax> members_;
};

// One frame to each member in turn, from the one after `turn` on: what goes to a member lies a stride apart.
template <Packet P>
[[nodiscard]] inline Looked deal_out(std::uint32_t distributing, std::uint8_t turn, std::span<P* const> burst,
                                     Scattered<P>& out) noexcept {
  const auto members = static_cast<std::size_t>(std::popcount(distributing));
  Looked all;
  out.used = 0;
  std::uint32_t left = distributing & (~std::uint32_t{1} << turn);
  if (left == 0) left = distributing;
  for (std::size_t first = 0; first < std::min(members, burst.size()); ++first) {
    const auto m = static_cast<std::uint8_t>(std::countr_zero(left));
    left &= left - 1;
    if (left == 0) left = distributing;
    P** const track = out.tracks.data() + m * Scattered<P>::kTrack;
    Looked looked;
    std::uint8_t count = 0;
    for (std::size_t i = first; i < burst.size(); i += members) {
      track[count++] = burst[i];
      out.member[i] = m;
      look_at(*burst[i], looked);
    }
    out.used |= std::uint32_t{1} << m;
    out.count[m] = count;
    out.octets[m] = looked.octets;
    all.slow |= looked.slow;
    all.group |= looked.group;
  }
  return all;
}

// `groups`: some frames are to a group.
template <Packet P, typename Order>
void give_turns(const table::PortTable& table, std::span<P* const> burst, bool groups, Order order,
                Scattered<P>& out) noexcept {
  if (!groups) [[likely]] {
    for (std::size_t i = 0; i < burst.size(); ++i) out.member[i] = order.next();
    return;
  }
  const std::uint8_t gathering = gathering_member(table);
  for (std::size_t i = 0; i < burst.size(); ++i)
    out.member[i] = is_igmp_to_group(PacketTraits<P>::headers(*burst[i])) ? gathering : order.next();
}

}  // namespace detail

struct RoundRobin {
  template <Packet P, MemberTx<P> Tx>
  [[nodiscard]] static std::size_t distribute(const table::PortTable& table, std::span<P*> burst, Tx& tx,
                                              DistributorState& state, LagCounters& counters) noexcept {
    if (const auto only = detail::only_member(table))
      return detail::send_to_one<P>(*only, burst, tx, counters);
    Scattered<P> scattered;
    if (table.options.packets_per_member == 1 && state.turn_left == 0) [[likely]] {
      const detail::Looked looked = detail::deal_out<P>(table.distributing, state.turn, burst, scattered);
      if (looked.slow) [[unlikely]]
        return detail::kSlowFound;
      if (!looked.group) [[likely]] {
        state.turn = scattered.member[burst.size() - 1];
        return detail::send_scattered<P>(burst, scattered, tx, counters, [](std::size_t) {});
      }
    }
    const detail::Looked found = detail::look_at_each<P>(burst);
    if (found.slow) [[unlikely]]
      return detail::kSlowFound;
    if (table.options.packets_per_member == 0)
      detail::give_turns<P>(table, burst, found.group, detail::Lots{table, state}, scattered);
    else
      detail::give_turns<P>(table, burst, found.group, detail::Turns{table, state}, scattered);
    scatter_by_member<P>(table.distributing, burst, scattered);
    return detail::send_scattered<P>(burst, scattered, tx, counters, [](std::size_t) {});
  }
};

}  // namespace lagoon::fast
