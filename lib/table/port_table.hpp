// PortTable: what the fast path needs to know about one LAG.
//
// Built by the control lcore, immutable once published, replaced whole, and freed after every worker was
// quiescent (dpdk/snapshot/qsbr_publisher.hpp). A worker loads the pointer once for a burst.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "dist/bucket_map.hpp"
#include "dist/lanes.hpp"
#include "table/distribution.hpp"
#include "table/fast_options.hpp"
#include "table/moves.hpp"
#include "table/pin_index.hpp"
#include "table/validity.hpp"
#include "table/weights.hpp"

namespace lagoon::table {

// The fields that every burst reads come first: they share two cache lines.
struct alignas(64) PortTable {
  std::uint64_t generation = 0;    // counts publications of this LAG, from 1
  std::uint32_t collecting = 0;    // bit set of members that frames are taken from
  std::uint32_t distributing = 0;  // bit set of members that frames are sent to; 0: drop by name
  FastOptions options{};
  bool counts_lanes = false;  // octets of each lane are counted, and large conversations looked for

  Distribution distribution = Distribution::flow_hash;
  // Where frames go that must not be spread: under round_robin IGMP, under adaptive what is not unicast IP of
  // the LAG's own host. A distributing member, when there is one.
  std::uint8_t active = 0;

  // Of a LAG that two boxes have.
  bool stands_by = false;       // the other one carries it
  std::uint32_t authority = 0;  // with another number what a worker has in hand is older than its right to it
  const Validity* validity = nullptr;  // nothing: the table has no end

  // Receiving. A member that is not collecting drops what it gets as inactive_member when it is in `standby`
  // (it works, but another is active), else as not_collecting.
  std::uint32_t standby = 0;
  // Collecting members that take only frames to the address they carry themselves: a bridge floods all else
  // to the active member as well. Such a frame is then addressed to the LAG (restores the destination).
  std::uint32_t own_address_only = 0;
  Watch watch_received =
      Watch::none;                  // copies for the control lcore; frames to a probe address go there alone
  Watch watch_sent = Watch::none;   // copies of what goes out
  Watch divert_sent = Watch::none;  // these go to the control lcore instead of out

  // adaptive. A frame from `own` may leave on any member; on another one than `active` it gets that member's
  // address as its source. Frames from other stations leave on `active`, or, with options.spread_forwarded,
  // as those from `own`.
  MacAddress own{};                               // the LAG's
  std::array<MacAddress, kMembersMax> address{};  // what each member carries
  MacAddress probe_base{};                        // monitor::probe_address; zero: none

  // Members that are drained: they do not distribute, and frames of lanes that move away from them may still
  // be sent on them.
  std::uint32_t lingering = 0;
  Moves moves{};
  // Where every lane is to be. Names distributing members only, when there is one.
  dist::BucketMap bucket{};
  PinIndex pins{};
  std::array<std::uint8_t, dist::kPins> pin_member{};
  Weights weights{};  // Distribution::weighted

  [[nodiscard]] constexpr std::uint8_t target(std::size_t lane) const noexcept {
    return lane < dist::kBuckets ? bucket[lane] : pin_member[lane - dist::kBuckets];
  }
  /// Members that frames may be sent on.
  [[nodiscard]] constexpr std::uint32_t sending() const noexcept { return distributing | lingering; }
  [[nodiscard]] constexpr bool may_send_on(std::uint8_t m) const noexcept {
    return m < kMembersMax && (sending() >> m & 1U) != 0;
  }
  /// Of a bucket; workers ask fast::Steering where it is now.
  [[nodiscard]] constexpr MemberIndex member(std::uint32_t flow_hash) const noexcept {
    return MemberIndex{bucket[flow_hash & (dist::kBuckets - 1)]};
  }
  [[nodiscard]] constexpr bool collects(MemberIndex m) const noexcept {
    return (collecting >> m.value() & 1U) != 0;
  }
  /// It collects, and nothing but slow protocols is to be looked for in what it brings.
  [[nodiscard]] constexpr bool delivers_all_of(MemberIndex m) const noexcept {
    const unsigned asks = unsigned{watch_received != Watch::none} |
                          unsigned{distribution == Distribution::adaptive} |
                          unsigned{options.eliminate_duplicates};
    return ((collecting & ~own_address_only) >> m.value() & ~asks & 1U) != 0;
  }
};

}  // namespace lagoon::table
