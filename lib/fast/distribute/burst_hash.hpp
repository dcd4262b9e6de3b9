// Folds a burst: the policy is chosen once, the frames' headers are asked for ahead of their use.
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

/// What dist::FlowMixer makes the flow hashes of.
using BurstFolds = std::array<std::uint32_t, kBurstMax>;

namespace detail {

// Far enough to hide the shared cache, near enough not to lose what was asked for.
inline constexpr std::size_t kPrefetchAhead = 8;

// These loops are functions of their own, and what they call for each packet is inlined by order: the
// compiler otherwise merges the loops of all policies into one function and finds that too large to inline
// anything.

template <Packet P, dist::HashPolicy policy, dist::Direction direction>
[[gnu::noinline]] void fold_headers(std::span<P* const> burst, BurstFolds& out) noexcept {
  using Traits = PacketTraits<P>;
  const std::size_t count = burst.size();
  for (std::size_t i = 0; i < std::min(count, kPrefetchAhead); ++i) Traits::prefetch(*burst[i]);
  for (std::size_t i = 0; i < count; ++i) {
    if (i + kPrefetchAhead < count) Traits::prefetch(*burst[i + kPrefetchAhead]);
    out[i] = dist::fold<policy, direction>(Traits::headers(*burst[i]));
  }
}

// A frame that the port gave no hash for is folded by the policy: a port that gives one for some frames of a
// conversation only would split it, so settings ask for the port's hash where it can be relied on.
template <Packet P, dist::HashPolicy policy, dist::Direction direction>
[[gnu::noinline]] void take_nic_hashes(std::span<P* const> burst, BurstFolds& out) noexcept {
  using Traits = PacketTraits<P>;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const auto nic = Traits::nic_hash(*burst[i]);
    out[i] = nic ? *nic : dist::fold<policy, direction>(Traits::headers(*burst[i]));
  }
}

}  // namespace detail

/// Precondition: burst.size() <= kBurstMax.
template <Packet P>
inline void fold_burst(const dist::FlowHashSettings& settings, std::span<P* const> burst,
                       BurstFolds& out) noexcept {
  dist::with_policy(settings, [&]<dist::HashPolicy policy, dist::Direction direction>() {
    if (settings.use_nic_hash)
      detail::take_nic_hashes<P, policy, direction>(burst, out);
    else
      detail::fold_headers<P, policy, direction>(burst, out);
  });
}

/// The flow hash of each frame: what lanes and conversations are known by.
using BurstHashes = std::array<std::uint32_t, kBurstMax>;

template <Packet P>
inline void hash_burst(const dist::FlowHashSettings& settings, std::span<P* const> burst,
                       BurstHashes& out) noexcept {
  fold_burst<P>(settings, burst, out);
  const dist::FlowMixer mix{settings.seed};
  for (std::size_t i = 0; i < burst.size(); ++i) out[i] = mix(out[i]);
}

}  // namespace lagoon::fast
