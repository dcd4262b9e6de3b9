// Any octets as a frame of micro-BFD: refused by name, or read to a value that survives being written again.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "wire/bfd/bfd_frame.hpp"

using namespace lagoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto frame = wire::parse_bfd_frame(std::as_bytes(std::span{data, size}), wire::kMicroBfdPort);
  if (!frame) {
    LAGOON_CHECK(!wire::name_of(frame.error()).empty());
    return 0;
  }
  LAGOON_CHECK(wire::is_bfd_frame(std::as_bytes(std::span{data, size}), wire::kMicroBfdPort));
  const auto again = wire::parse_bfd_frame(wire::emit_bfd_frame(*frame), wire::kMicroBfdPort);
  LAGOON_CHECK(again.has_value() && *again == *frame);
  return 0;
}
