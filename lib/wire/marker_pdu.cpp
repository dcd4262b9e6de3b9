#include "wire/marker_pdu.hpp"

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/check.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::wire {

namespace {

constexpr std::uint8_t kMarkerLength = 16;
// Subtype, version, and the one TLV. A Marker PDU is 110 octets, but peers are seen to leave it at the
// Ethernet minimum, and nothing behind the TLV is looked at.
constexpr std::size_t kMarkerNeeded = 18;
constexpr std::size_t kPadTerminatorAndReserved = 94;

}  // namespace

std::expected<MarkerPdu, SlowFrameError> parse_marker_pdu(std::span<const std::byte> payload) noexcept {
  if (payload.size() < kMarkerNeeded) return std::unexpected{SlowFrameError::too_short};
  ByteReader reader{payload};
  if (reader.u8() != static_cast<std::uint8_t>(SlowSubtype::marker))
    return std::unexpected{SlowFrameError::unknown_subtype};
  MarkerPdu pdu;
  pdu.version = reader.u8();
  if (payload.size() > slow_payload_max(pdu.version)) return std::unexpected{SlowFrameError::too_long};
  const std::uint8_t type = reader.u8();
  if (type != static_cast<std::uint8_t>(MarkerKind::information) &&
      type != static_cast<std::uint8_t>(MarkerKind::response))
    return std::unexpected{SlowFrameError::bad_marker};
  pdu.kind = static_cast<MarkerKind>(type);
  if (reader.u8() != kMarkerLength) return std::unexpected{SlowFrameError::bad_tlv_length};
  pdu.requester_port = reader.be16();
  pdu.requester_system = reader.mac();
  pdu.transaction = reader.be32();
  return pdu;
}

void emit_marker_pdu(const MarkerPdu& pdu, std::span<std::byte> payload) noexcept {
  LAGOON_CHECK(payload.size() == kSlowPayloadSize);
  ByteWriter writer{payload};
  writer.u8(static_cast<std::uint8_t>(SlowSubtype::marker));
  writer.u8(pdu.version);
  writer.u8(static_cast<std::uint8_t>(pdu.kind));
  writer.u8(kMarkerLength);
  writer.be16(pdu.requester_port);
  writer.mac(pdu.requester_system);
  writer.be32(pdu.transaction);
  writer.zeros(kPadTerminatorAndReserved);
}

}  // namespace lagoon::wire
