// A PeerMessage as octets, and back (docs/cluster.md has the layout).
//
// A head with the length stands in front, so that a message that was cut off, or has something behind it, is
// refused as a whole; so is all that no Lagoon says. What a message proves about its sender is for who
// carries it (HMAC: app/lagoond/cluster/peer_channel.hpp).
//
// Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cluster/peer_message.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

inline constexpr std::uint8_t kPeerVersion = 1;
/// Of a domain, a box or a LAG, in octets: visible ASCII.
inline constexpr std::size_t kNameMax = 64;
inline constexpr std::size_t kPeerHeadSize = 66;
inline constexpr std::size_t kPeerLagMax = 1 + kNameMax + 44;
/// Octets of the longest message.
inline constexpr std::size_t kPeerMessageMax = kPeerHeadSize + 2 * (1 + kNameMax) + kLagsMax * kPeerLagMax;
static_assert(kPeerMessageMax <= 16 * 1024);

/// Preconditions: at most kLagsMax LAGs; names of 1 .. kNameMax octets; a number of 1 .. kNodeNumberMax;
/// times from 0 on to 2^62 ns; leases and epochs not negative.
[[nodiscard]] std::vector<std::byte> encode(const PeerMessage& message);
/// The length that the head of a message gives, without what stands behind it. Nothing: no message of ours.
[[nodiscard]] std::optional<std::size_t> peer_message_size(std::span<const std::byte> octets) noexcept;
/// Takes any octets.
[[nodiscard]] std::optional<PeerMessage> decode_peer_message(std::span<const std::byte> octets);

}  // namespace lagoon::cluster
