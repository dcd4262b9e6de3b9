// Any octets as a data frame: every policy finds a hash, by the short way and by the general one alike, and
// without reading outside the frame. The first octets choose the settings.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "dist/flow_hash.hpp"
#include "dist/policy.hpp"
#include "wire/flow/flow_headers.hpp"

using namespace lagoon;

namespace {

void walk(std::span<const std::byte> frame) {
  const wire::FlowHeaders outer = wire::walk_frame(frame);
  LAGOON_CHECK(!(outer.fragment && outer.has_ports));
  static_cast<void>(wire::walk_tunnel(frame, outer));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const dist::FlowHashSettings settings{
      .policy = static_cast<dist::HashPolicy>(data[0] % dist::kHashPolicyNames.size()),
      .seed = data[1],
      .symmetric = data[1] % 2 == 1};
  const std::span frame = std::as_bytes(std::span{data, size}).subspan(2);
  walk(frame);
  LAGOON_CHECK(dist::flow_hash(frame, settings) == dist::flow_hash(frame, settings));
  dist::with_policy(settings, [&]<dist::HashPolicy policy, dist::Direction direction>() {
    const std::uint32_t short_way = dist::fold<policy, direction>(frame);
    const std::uint32_t general = dist::fold_frame<policy, direction>(frame);
    LAGOON_CHECK(short_way == general);
  });
  return 0;
}
