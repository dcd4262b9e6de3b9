// As FlowHash, with the octets of each load group counted (balance/load_balancer.hpp moves groups by them),
// and every member under its own address, so that no bridge sees one address on two ports: a spread frame
// that leaves on another member than the active one has that member's address as its source.
//
// Only unicast IP of the LAG's own host is spread (with table.options.spread_forwarded: of any), for only
// there do stations behind not learn where the other is from the Ethernet source alone. Everything else,
// IPv6's neighbour discovery included, leaves on the active member as it is.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/mac_address.hpp"
#include "dist/flow_hash.hpp"
#include "dist/load_group.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/distribute/burst_hash.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "fast/distribute/scatter.hpp"
#include "fast/distribute/send.hpp"
#include "fast/frame_kind.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

struct Adaptive {
  template <Packet P, MemberTx<P> Tx>
  [[nodiscard]] static std::size_t distribute(const table::PortTable& table, std::span<P*> burst, Tx& tx,
                                              DistributorState& state, LagCounters& counters) noexcept {
    if (const auto only = detail::only_member(table); only && only->value() == table.active)
      return detail::send_to_one<P>(*only, burst, tx, counters);
    BurstFolds folds;
    if (fold_burst<P>(table.options.hash, burst, folds)) [[unlikely]]
      return detail::kSlowFound;
    Scattered<P> scattered;
    Spread spread;
    place<P>(table, burst, folds, state, scattered, spread);
    scatter_by_member<P>(table.sending(), burst, scattered);
    std::uint64_t refused = 0;
    const std::size_t sent =
        detail::send_scattered<P>(burst, scattered, tx, counters, [&](std::size_t i) noexcept {
          refused |= bit(i);
          // What the caller tries again, or gives to another table, is as it was.
          if ((spread.rewritten & bit(i)) != 0) PacketTraits<P>::set_source(*burst[i], spread.source[i]);
        });
    for (std::uint64_t left = spread.frames & ~refused; left != 0; left &= left - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(left));
      state.load[spread.group[i]].add(spread.octets[i]);
    }
    return sent;
  }

 private:
  static_assert(kBurstMax <= 64, "a burst is one word");
  [[nodiscard]] static constexpr std::uint64_t bit(std::size_t i) noexcept { return std::uint64_t{1} << i; }

  // By position in the burst; noted before the frames are gone.
  struct Spread {
    std::uint64_t frames = 0;     // bit set
    std::uint64_t rewritten = 0;  // bit set
    std::array<std::uint8_t, kBurstMax> group;
    std::array<std::uint32_t, kBurstMax> octets;
    std::array<MacAddress, kBurstMax> source;  // that the rewritten ones had
  };
  static_assert(dist::kLoadGroups <= 256);

  template <Packet P>
  static void place(const table::PortTable& table, std::span<P* const> burst, const BurstFolds& folds,
                    DistributorState& state, Scattered<P>& out, Spread& spread) noexcept {
    using Traits = PacketTraits<P>;
    const dist::FlowMixer mix = state.mixer.of(table.options.hash.seed);
    const std::uint8_t gathering = detail::gathering_member(table);
    for (std::size_t i = 0; i < burst.size(); ++i) {
      const auto frame = Traits::headers(*burst[i]);
      out.member[i] = gathering;
      if (!may_be_spread(frame)) continue;
      const MacAddress source = source_of(frame);
      if (source != table.own && !table.options.spread_forwarded) continue;
      const std::uint32_t hash = mix(folds[i]);
      const std::uint8_t m = state.steering.choose(table, table.pins.lane_of(hash), state.now);
      out.member[i] = m;
      spread.frames |= bit(i);
      spread.group[i] = static_cast<std::uint8_t>(dist::load_group(hash));
      spread.octets[i] = Traits::length(*burst[i]);
      if (m == table.active) continue;
      spread.rewritten |= bit(i);
      spread.source[i] = source;
      Traits::set_source(*burst[i], table.address[m]);
    }
  }
};

}  // namespace lagoon::fast
