// Any octets as a slow-protocol frame: refused by name, or read to a value that survives being written again.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "wire/capture/describe.hpp"
#include "wire/slow_frame.hpp"

using namespace lagoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span frame = std::as_bytes(std::span{data, size});
  static_cast<void>(wire::parse_lacpdu(frame));
  static_cast<void>(wire::parse_marker_pdu(frame));
  const auto pdu = wire::parse_slow_frame(frame);
  if (!pdu) {
    LAGOON_CHECK(!name_of(pdu.error()).empty());
    return 0;
  }
  LAGOON_CHECK(!wire::describe(*pdu).empty());
  const auto again = wire::parse_slow_frame(wire::emit_slow_frame({{2, 0, 0, 0, 0, 1}}, *pdu));
  LAGOON_CHECK(again.has_value() && *again == *pdu);
  return 0;
}
