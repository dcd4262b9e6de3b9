#include "wire/slow_frame.hpp"

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"

namespace lagoon::wire {

namespace {

std::expected<SlowPdu, SlowFrameError> parse_payload(std::span<const std::byte> payload) noexcept {
  switch (static_cast<SlowSubtype>(payload[0])) {
    case SlowSubtype::lacp:
      return parse_lacpdu(payload);
    case SlowSubtype::marker:
      return parse_marker_pdu(payload);
  }
  return std::unexpected{SlowFrameError::unknown_subtype};
}

}  // namespace

std::expected<SlowPdu, SlowFrameError> parse_slow_frame(std::span<const std::byte> frame) noexcept {
  if (frame.size() <= kEthernetHeaderSize) return std::unexpected{SlowFrameError::too_short};
  if (frame.size() > kEthernetFrameMax) return std::unexpected{SlowFrameError::too_long};
  ByteReader header{frame.first(kEthernetHeaderSize)};
  if (header.mac() != kSlowProtocolsAddress) return std::unexpected{SlowFrameError::wrong_destination};
  const MacAddress source = header.mac();
  if (source.is_group() || source.is_zero()) return std::unexpected{SlowFrameError::bad_source};
  return parse_payload(frame.subspan(kEthernetHeaderSize));
}

SlowFrame emit_slow_frame(const MacAddress& source, const SlowPdu& pdu) noexcept {
  SlowFrame frame{};
  ByteWriter header{std::span{frame}.first<kEthernetHeaderSize>()};
  header.mac(kSlowProtocolsAddress);
  header.mac(source);
  header.be16(kSlowProtocolsEtherType);
  const std::span<std::byte> payload = std::span{frame}.subspan<kEthernetHeaderSize>();
  if (const auto* lacpdu = std::get_if<Lacpdu>(&pdu)) emit_lacpdu(*lacpdu, payload);
  if (const auto* marker = std::get_if<MarkerPdu>(&pdu)) emit_marker_pdu(*marker, payload);
  return frame;
}

}  // namespace lagoon::wire
