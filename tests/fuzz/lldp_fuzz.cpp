// Any octets as an LLDPDU: refused by name, or read to a value that survives being written again.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "wire/lldp/lldpdu.hpp"

using namespace lagoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto pdu = wire::parse_lldpdu(std::as_bytes(std::span{data, size}));
  if (!pdu) {
    LAGOON_CHECK(!wire::name_of(pdu.error()).empty());
    return 0;
  }
  static_cast<void>(wire::text_of_chassis(pdu->chassis));
  static_cast<void>(wire::text_of_port(pdu->port));
  std::array<std::byte, 1500> octets;
  const std::size_t written = wire::emit_lldpdu(*pdu, octets);
  LAGOON_CHECK(written != 0);
  const auto again = wire::parse_lldpdu(std::span{octets}.first(written));
  LAGOON_CHECK(again.has_value() && *again == *pdu);
  return 0;
}
