// Any octets as a frame of micro-BFD, and as a packet of BFD: refused by name, or read to a value that
// survives being written again. (What a session makes of them: bfd_fuzz.cpp.)
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "wire/bfd/bfd_frame.hpp"

using namespace lagoon;

namespace {

void read_frame(std::span<const std::byte> octets) {
  const auto frame = wire::parse_bfd_frame(octets, wire::kMicroBfdPort);
  if (!frame) {
    LAGOON_CHECK(!wire::name_of(frame.error()).empty());
    return;
  }
  LAGOON_CHECK(wire::is_bfd_frame(octets, wire::kMicroBfdPort));
  const auto again = wire::parse_bfd_frame(wire::emit_bfd_frame(*frame), wire::kMicroBfdPort);
  LAGOON_CHECK(again.has_value() && *again == *frame);
}

void read_packet(std::span<const std::byte> octets) {
  const auto packet = wire::parse_bfd_packet(octets);
  if (!packet) {
    LAGOON_CHECK(!wire::name_of(packet.error()).empty());
    return;
  }
  std::array<std::byte, wire::kBfdPacketSize> written;
  wire::emit_bfd_packet(*packet, written);
  const auto again = wire::parse_bfd_packet(written);
  LAGOON_CHECK(again.has_value() && *again == *packet);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto octets = std::as_bytes(std::span{data, size});
  read_frame(octets);
  read_packet(octets);
  return 0;
}
