#include "wire/lacpdu.hpp"

#include <optional>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/check.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::wire {

namespace {

// 6.4.2.3 has these as the only values an implementation may send.
constexpr std::uint8_t kActorType = 1;
constexpr std::uint8_t kPartnerType = 2;
constexpr std::uint8_t kCollectorType = 3;
constexpr std::uint8_t kInfoLength = 20;
constexpr std::uint8_t kCollectorLength = 16;

constexpr std::size_t kInfoReserved = 3;
constexpr std::size_t kCollectorReserved = 12;
constexpr std::size_t kTerminatorAndReserved = 52;

// SONiC's two TLVs stand between the Collector Information and the terminator, and take 8 of its octets.
constexpr std::uint8_t kActorRetryType = 0x80;
constexpr std::uint8_t kPartnerRetryType = 0x81;
constexpr std::uint8_t kRetryLength = 4;
constexpr std::size_t kRetryTlvs = 8;

// Type, length, and what both Information TLVs carry. False: the length is another one.
bool read_info(ByteReader& reader, LacpInfo& info) noexcept {
  reader.skip(1);
  if (reader.u8() != kInfoLength) return false;
  info.system_priority = reader.be16();
  info.system = reader.mac();
  info.key = reader.be16();
  info.port_priority = reader.be16();
  info.port_number = reader.be16();
  info.state = reader.u8();
  reader.skip(kInfoReserved);
  return true;
}

void write_info(ByteWriter& writer, std::uint8_t type, const LacpInfo& info) noexcept {
  writer.u8(type);
  writer.u8(kInfoLength);
  writer.be16(info.system_priority);
  writer.mac(info.system);
  writer.be16(info.key);
  writer.be16(info.port_priority);
  writer.be16(info.port_number);
  writer.u8(info.state);
  writer.zeros(kInfoReserved);
}

// Nothing: it is another TLV.
std::optional<std::uint8_t> read_retry(ByteReader& reader, std::uint8_t type) noexcept {
  const bool is_it = reader.u8() == type;
  const bool fits = reader.u8() == kRetryLength;
  const std::uint8_t count = reader.u8();
  reader.skip(1);
  return is_it && fits ? std::optional{count} : std::nullopt;
}

void write_retry(ByteWriter& writer, std::uint8_t type, std::uint8_t count) noexcept {
  writer.u8(type);
  writer.u8(kRetryLength);
  writer.u8(count);
  writer.zeros(1);
}

}  // namespace

std::expected<Lacpdu, SlowFrameError> parse_lacpdu(std::span<const std::byte> payload) noexcept {
  if (payload.size() < kSlowPayloadSize) return std::unexpected{SlowFrameError::too_short};
  ByteReader reader{payload};
  if (reader.u8() != static_cast<std::uint8_t>(SlowSubtype::lacp))
    return std::unexpected{SlowFrameError::unknown_subtype};
  Lacpdu pdu;
  pdu.version = reader.u8();
  if (payload.size() > slow_payload_max(pdu.version)) return std::unexpected{SlowFrameError::too_long};
  if (!read_info(reader, pdu.actor) || !read_info(reader, pdu.partner))
    return std::unexpected{SlowFrameError::bad_tlv_length};
  reader.skip(1);
  if (reader.u8() != kCollectorLength) return std::unexpected{SlowFrameError::bad_tlv_length};
  pdu.collector_max_delay = reader.be16();
  if (pdu.version != kRetryCountVersion) return pdu;
  reader.skip(kCollectorReserved);
  const auto actor = read_retry(reader, kActorRetryType);
  const auto partner = read_retry(reader, kPartnerRetryType);
  if (actor && partner) pdu.retry = RetryCounts{.actor = *actor, .partner = *partner};
  return pdu;
}

void emit_lacpdu(const Lacpdu& pdu, std::span<std::byte> payload) noexcept {
  LAGOON_CHECK(payload.size() == kSlowPayloadSize);
  ByteWriter writer{payload};
  writer.u8(static_cast<std::uint8_t>(SlowSubtype::lacp));
  writer.u8(pdu.version);
  write_info(writer, kActorType, pdu.actor);
  write_info(writer, kPartnerType, pdu.partner);
  writer.u8(kCollectorType);
  writer.u8(kCollectorLength);
  writer.be16(pdu.collector_max_delay);
  writer.zeros(kCollectorReserved);
  if (pdu.retry) {
    write_retry(writer, kActorRetryType, pdu.retry->actor);
    write_retry(writer, kPartnerRetryType, pdu.retry->partner);
  }
  writer.zeros(kTerminatorAndReserved - (pdu.retry ? kRetryTlvs : 0));
}

}  // namespace lagoon::wire
