// Folds a burst: the policy is chosen once, the frames' headers are asked for ahead of their use.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "dist/flow_hash.hpp"
#include "dist/lanes.hpp"
#include "dist/policy.hpp"
#include "fast/collect/punt.hpp"
#include "fast/concepts.hpp"

namespace lagoon::fast {

/// What dist::FlowMixer makes the flow hashes of.
using BurstFolds = std::array<std::uint32_t, kBurstMax>;

namespace detail {

// Far enough to hide the shared cache, near enough not to lose what was asked for.
inline constexpr std::size_t kPrefetchAhead = 8;

// These loops are functions of their own, and what they call for each packet is inlined by order: the
// compiler otherwise merges the loops of all policies into one function and finds that too large to inline
// anything. `use(i, fold)` is called for each packet of the burst, in order. True: some are slow frames.

template <Packet P, dist::HashPolicy policy, dist::Direction direction, typename Use>
[[gnu::noinline]] bool fold_headers(std::span<P* const> burst, Use use) noexcept {
  using Traits = PacketTraits<P>;
  bool slow = false;
  const auto look = [&slow](std::span<const std::byte> frame) noexcept { slow |= is_slow(frame); };
  const std::size_t count = burst.size();
  const std::size_t ahead = std::min(count, kPrefetchAhead);
  for (std::size_t i = 0; i < ahead; ++i) Traits::prefetch(*burst[i]);
  std::size_t i = 0;
  for (; i < count - ahead; ++i) {
    Traits::prefetch(*burst[i + ahead]);
    use(i, dist::fold<policy, direction>(Traits::headers(*burst[i]), look));
  }
  for (; i < count; ++i) use(i, dist::fold<policy, direction>(Traits::headers(*burst[i]), look));
  return slow;
}

// A frame that the port gave no hash for is folded by the policy: a port that gives one for some frames of a
// conversation only would split it, so settings ask for the port's hash where it can be relied on.
template <Packet P, dist::HashPolicy policy, dist::Direction direction, typename Use>
[[gnu::noinline]] bool take_nic_hashes(std::span<P* const> burst, Use use) noexcept {
  using Traits = PacketTraits<P>;
  bool slow = false;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    const auto nic = Traits::nic_hash(*burst[i]);
    slow |= is_punted(*burst[i]);
    use(i, nic ? *nic : dist::fold<policy, direction>(Traits::headers(*burst[i])));
  }
  return slow;
}

template <Packet P, typename Use>
inline bool fold_each(const dist::FlowHashSettings& settings, std::span<P* const> burst, Use use) noexcept {
  return dist::with_policy(settings, [&]<dist::HashPolicy policy, dist::Direction direction>() {
    return settings.use_nic_hash ? take_nic_hashes<P, policy, direction>(burst, use)
                                 : fold_headers<P, policy, direction>(burst, use);
  });
}

}  // namespace detail

// Each of these says whether there are slow-protocol frames in the burst. Precondition: burst.size() <=
// kBurstMax.

template <Packet P>
inline bool fold_burst(const dist::FlowHashSettings& settings, std::span<P* const> burst,
                       BurstFolds& out) noexcept {
  std::uint32_t* const folds = out.data();
  return detail::fold_each<P>(settings, burst,
                              [folds](std::size_t i, std::uint32_t fold) { folds[i] = fold; });
}

/// The member of each frame's bucket.
template <Packet P>
[[nodiscard]] inline bool look_up_burst(const dist::FlowHashSettings& settings, const dist::FlowMixer& mixer,
                                        std::span<P* const> burst, const dist::LaneMap& where,
                                        std::array<std::uint8_t, kBurstMax>& out) noexcept {
  const dist::FlowMixer mix = mixer;
  const std::uint8_t* const member_of = where.data();
  std::uint8_t* const members = out.data();
  return detail::fold_each<P>(settings, burst, [mix, member_of, members](std::size_t i, std::uint32_t fold) {
    members[i] = member_of[dist::bucket_of(mix(fold))];
  });
}

/// The flow hash of each frame: what lanes and conversations are known by.
using BurstHashes = std::array<std::uint32_t, kBurstMax>;

/// `ahead(hash)` is called for each as soon as it is known.
template <Packet P, typename Ahead>
inline bool hash_burst(const dist::FlowHashSettings& settings, const dist::FlowMixer& mixer,
                       std::span<P* const> burst, BurstHashes& out, Ahead ahead) noexcept {
  const dist::FlowMixer mix = mixer;
  std::uint32_t* const hashes = out.data();
  return detail::fold_each<P>(settings, burst, [mix, hashes, ahead](std::size_t i, std::uint32_t fold) {
    const std::uint32_t hash = mix(fold);
    hashes[i] = hash;
    ahead(hash);
  });
}
template <Packet P>
inline bool hash_burst(const dist::FlowHashSettings& settings, const dist::FlowMixer& mixer,
                       std::span<P* const> burst, BurstHashes& out) noexcept {
  return hash_burst<P>(settings, mixer, burst, out, [](std::uint32_t) noexcept {});
}
template <Packet P>
inline bool hash_burst(const dist::FlowHashSettings& settings, std::span<P* const> burst,
                       BurstHashes& out) noexcept {
  return hash_burst<P>(settings, dist::FlowMixer{settings.seed}, burst, out);
}

}  // namespace lagoon::fast
