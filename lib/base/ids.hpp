// Names of things by number, and the limits on how many there are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/strong.hpp"

namespace lagoon {

/// Position of a member within its LAG, from 0, in the order of the configuration.
using MemberIndex = Strong<struct MemberIndexTag, std::uint8_t>;
/// Position of a LAG within the configuration, from 0.
using LagIndex = Strong<struct LagIndexTag, std::uint16_t>;
/// DPDK's port id.
using EthdevId = Strong<struct EthdevIdTag, std::uint16_t>;
/// A receive or transmit queue of an ethdev, from 0.
using QueueId = Strong<struct QueueIdTag, std::uint16_t>;
/// DPDK's lcore id.
using LcoreId = Strong<struct LcoreIdTag, std::uint32_t>;

/// Members of one LAG. A bit set of members is one 32-bit word.
inline constexpr std::size_t kMembersMax = 32;
/// Frames that one call of the fast path takes.
inline constexpr std::size_t kBurstMax = 64;

}  // namespace lagoon
