// FrameSet: mbufs with frames of 1000 flows that stay allocated, in the order that a pool has after long use:
// any. Bursts are taken round and round.
#pragma once

#include <rte_mbuf.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lagoon::bench {

/// How many: warm ones stay in the second-level cache, cold ones do not. (An mbuf with its headers is three
/// cache lines.)
inline constexpr std::size_t kWarm = 2048;
inline constexpr std::size_t kCold = 65'536;

enum class Kind : std::uint8_t {
  plain,  // IPv4 with UDP, 60 octets
  imix,   // 28 % is no plain IPv4: a tag, IPv6, options, fragments, ARP; 60, 594 and 1518 octets as 7 to 4 to
          // 1
  vxlan,  // plain ones inside
};

/// What the port has said of the frames, as most NICs do.
enum class Told : std::uint8_t {
  nothing,
  type,           // mbuf.packet_type
  type_and_hash,  // and mbuf.hash.rss
};

class FrameSet {
 public:
  FrameSet(const std::string& name, std::size_t count, Kind kind, Told told = Told::nothing);

  /// The next `count` of them. Precondition: the size of the set is a multiple of all bursts' that are taken.
  [[nodiscard]] std::span<rte_mbuf*> next(std::size_t count) {
    const std::span<rte_mbuf*> burst = std::span{frames_}.subspan(at_, count);
    at_ = at_ + count == frames_.size() ? 0 : at_ + count;
    return burst;
  }

 private:
  std::vector<rte_mbuf*> frames_;
  std::size_t at_ = 0;
};

}  // namespace lagoon::bench
