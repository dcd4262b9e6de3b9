// Any octets as a data frame that is cut into segments anywhere: the digest that tells copies apart does not
// see the cuts, what is read of the first segment alone is right for the whole frame or is not said, and
// marking writes what it would write into the whole one. Each segment is in memory of exactly its size. The
// first octets choose the cuts and the DSCP.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "fast/collect/frame_digest.hpp"
#include "fast/frame_kind.hpp"
#include "qos/classifier.hpp"
#include "qos/dscp_marking.hpp"
#include "wire/flow/flow_headers.hpp"

using namespace lagoon;

namespace {

using Octets = std::vector<std::byte>;

std::vector<Octets> cut(std::span<const std::byte> frame, std::span<const std::uint8_t> sizes) {
  std::vector<Octets> segments;
  for (const std::uint8_t size : sizes) {
    const auto part = frame.first(std::min<std::size_t>(size, frame.size()));
    segments.emplace_back(part.begin(), part.end());
    frame = frame.subspan(part.size());
  }
  segments.emplace_back(frame.begin(), frame.end());
  return segments;
}

void check_digest(std::span<const std::byte> whole, const std::vector<Octets>& segments) {
  fast::FrameDigest of_whole;
  of_whole.add(whole);
  fast::FrameDigest of_segments;
  for (const Octets& segment : segments) of_segments.add(segment);
  LAGOON_CHECK(of_whole.value() == of_segments.value());
}

void check_reading(std::span<const std::byte> whole, std::span<const std::byte> first) {
  for (const unsigned tags : {0U, 1U, 2U}) {
    const fast::FrameKind kind = fast::kind_of(first, tags);
    LAGOON_CHECK(kind == fast::FrameKind::other || kind == fast::kind_of(whole, tags));
  }
  LAGOON_CHECK(!fast::may_be_spread(first) || fast::may_be_spread(whole));
  LAGOON_CHECK(!fast::is_igmp_to_group(first) || fast::is_igmp_to_group(whole));
  const qos::OuterHeaders of_first = qos::outer_headers(first);
  const qos::OuterHeaders of_whole = qos::outer_headers(whole);
  LAGOON_CHECK(of_first.ether_type == 0 || of_first.ether_type == of_whole.ether_type);
  LAGOON_CHECK(of_first.dscp == qos::kNoClass || of_first.dscp == of_whole.dscp);
  const wire::FlowHeaders flow = wire::walk_frame(first);
  const wire::FlowHeaders whole_flow = wire::walk_frame(whole);
  LAGOON_CHECK(!flow.has_ports || flow.ports == whole_flow.ports);
  LAGOON_CHECK(flow.ip == wire::IpVersion::none || flow.source == whole_flow.source);
  static_cast<void>(wire::walk_tunnel(first, flow));
}

void check_marking(std::span<const std::byte> whole, Octets first, std::uint8_t dscp) {
  Octets marked{whole.begin(), whole.end()};
  const Octets before = first;
  if (!qos::mark_dscp(first, dscp)) {
    LAGOON_CHECK(first == before);
    return;
  }
  LAGOON_CHECK(qos::mark_dscp(marked, dscp));
  LAGOON_CHECK(std::ranges::equal(first, std::span{marked}.first(first.size())));
  LAGOON_CHECK(qos::outer_headers(first).dscp == dscp);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kCuts = 3;
  if (size < kCuts + 1) return 0;
  const std::span octets = std::as_bytes(std::span{data, size}).subspan(kCuts + 1);
  const std::vector<Octets> segments = cut(octets, std::span{data, kCuts});
  check_digest(octets, segments);
  check_reading(octets, segments.front());
  check_marking(octets, segments.front(), data[kCuts] % 64);
  return 0;
}
