// Hashes a burst: the policy is chosen once, the frames' headers are asked for ahead of their use.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "dist/flow_hash.hpp"
#include "dist/policy.hpp"
#include "fast/concepts.hpp"

namespace lagoon::fast {

using BurstHashes = std::array<std::uint32_t, kBurstMax>;

namespace detail {

// Far enough to hide the shared cache, near enough not to lose what was asked for.
inline constexpr std::size_t kPrefetchAhead = 8;

template <Packet P, dist::HashPolicy policy, dist::Direction direction>
void fold_burst(std::span<P* const> burst, dist::FlowMixer mix, BurstHashes& out) noexcept {
  using Traits = PacketTraits<P>;
  const std::size_t count = burst.size();
  for (std::size_t i = 0; i < std::min(count, kPrefetchAhead); ++i) Traits::prefetch(*burst[i]);
  const std::size_t with_prefetch = count > kPrefetchAhead ? count - kPrefetchAhead : 0;
  std::size_t i = 0;
  for (; i < with_prefetch; ++i) {
    Traits::prefetch(*burst[i + kPrefetchAhead]);
    out[i] = mix(dist::fold<policy, direction>(Traits::headers(*burst[i])));
  }
  for (; i < count; ++i) out[i] = mix(dist::fold<policy, direction>(Traits::headers(*burst[i])));
}

// A frame that the port gave no hash for is hashed by the policy, so settings that ask for the port's hash
// are for ports that always give one.
template <Packet P, dist::HashPolicy policy, dist::Direction direction>
void take_nic_hashes(std::span<P* const> burst, dist::FlowMixer mix, BurstHashes& out) noexcept {
  using Traits = PacketTraits<P>;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const auto nic = Traits::nic_hash(*burst[i]);
    out[i] = mix(nic ? *nic : dist::fold<policy, direction>(Traits::headers(*burst[i])));
  }
}

}  // namespace detail

/// Precondition: burst.size() <= kBurstMax.
template <Packet P>
inline void hash_burst(const dist::FlowHashSettings& settings, std::span<P* const> burst,
                       BurstHashes& out) noexcept {
  const dist::FlowMixer mix{settings.seed};
  dist::with_policy(settings, [&]<dist::HashPolicy policy, dist::Direction direction>() {
    if (settings.use_nic_hash)
      detail::take_nic_hashes<P, policy, direction>(burst, mix, out);
    else
      detail::fold_burst<P, policy, direction>(burst, mix, out);
  });
}

}  // namespace lagoon::fast
