// Any text as a flow: refused with a reason, or a frame within its bounds, which its own octets give again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "wire/flow/flow_text.hpp"

using namespace lagoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto frame = wire::parse_flow({reinterpret_cast<const char*>(data), size});
  if (!frame) {
    LAGOON_CHECK(!frame.error().detail.empty());
    return 0;
  }
  LAGOON_CHECK(frame->size() >= 14 && frame->size() <= wire::kFlowOctetsMax);
  std::string octets = "0x";
  for (const std::byte octet : *frame) {
    octets += "0123456789abcdef"[std::to_integer<unsigned>(octet) >> 4];
    octets += "0123456789ABCDEF"[std::to_integer<unsigned>(octet) & 0xf];
  }
  const auto again = wire::parse_flow(octets);
  LAGOON_CHECK(again.has_value() && *again == *frame);
  return 0;
}
