// Shows one frame of each burst, taken at random, to the search for large conversations: it stands for the
// octets of the whole burst.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "fast/concepts.hpp"
#include "fast/distribute/burst_hash.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "fast/distribute/scatter.hpp"

namespace lagoon::fast::detail {

/// Precondition: the burst is not empty; scattered.member is set.
template <Packet P>
inline void sample(std::span<P* const> burst, const BurstHashes& hashes, const Scattered<P>& scattered,
                   DistributorState& state) noexcept {
  // xorshift64*, scaled to the size of the burst.
  std::uint64_t& x = state.sample_random;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  const std::uint64_t draw = x * 0x2545'f491'4f6c'dd1dU >> 32;
  const auto i = static_cast<std::size_t>(draw * burst.size() >> 32);
  const auto octets = static_cast<std::uint32_t>(PacketTraits<P>::length(*burst[i]) *
                                                 static_cast<std::uint32_t>(burst.size()));
  state.hitters.note(hashes[i], MemberIndex{scattered.member[i]}, octets);
}

}  // namespace lagoon::fast::detail
