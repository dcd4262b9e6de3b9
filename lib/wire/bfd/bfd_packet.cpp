#include "wire/bfd/bfd_packet.hpp"

#include <array>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"

namespace lagoon::wire {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kAuthenticatedSizeMin = 26;

// Of the second octet, below the state.
constexpr std::uint8_t kPoll = 1U << 5, kFinal = 1U << 4, kIndependent = 1U << 3, kAuthentication = 1U << 2,
                       kDemand = 1U << 1, kMultipoint = 1U << 0;

constexpr std::uint8_t bit(bool set, std::uint8_t mask) noexcept {
  return set ? mask : std::uint8_t{0};
}

}  // namespace

std::string_view name_of(BfdState state) noexcept {
  return std::array<std::string_view, 4>{"admin_down", "down", "init", "up"}.at(
      static_cast<std::size_t>(state) & 3U);
}

std::string_view name_of(BfdDiag diag) noexcept {
  constexpr std::array<std::string_view, 9> kNames{"none",
                                                   "detection_time_expired",
                                                   "echo_failed",
                                                   "neighbor_signaled_down",
                                                   "forwarding_plane_reset",
                                                   "path_down",
                                                   "concatenated_path_down",
                                                   "administratively_down",
                                                   "reverse_concatenated_path_down"};
  const auto i = static_cast<std::size_t>(diag);
  return i < kNames.size() ? kNames.at(i) : "reserved";
}

std::string_view name_of(BfdError error) noexcept {
  constexpr std::array<std::string_view, kBfdErrors> kNames{
      "not_bfd",       "bad_ip_header", "cut",          "ip_checksum",         "fragment",
      "ttl",           "udp_length",    "udp_checksum", "too_short",           "bad_version",
      "bad_length",    "no_multiplier", "multipoint",   "no_my_discriminator", "no_your_discriminator",
      "authenticated",
  };
  const auto i = static_cast<std::size_t>(error);
  return i < kNames.size() ? kNames.at(i) : "unknown";
}

std::expected<BfdPacket, BfdError> parse_bfd_packet(std::span<const std::byte> payload) noexcept {
  ByteReader reader{payload};
  const std::uint8_t version_and_diag = reader.u8();
  const std::uint8_t state_and_flags = reader.u8();
  BfdPacket packet;
  packet.multiplier = reader.u8();
  const std::size_t length = reader.u8();
  packet.my_discriminator = reader.be32();
  packet.your_discriminator = reader.be32();
  packet.desired_tx_us = reader.be32();
  packet.required_rx_us = reader.be32();
  packet.required_echo_rx_us = reader.be32();
  packet.diag = static_cast<BfdDiag>(version_and_diag & 0x1fU);
  packet.state = static_cast<BfdState>(state_and_flags >> 6);
  packet.poll = (state_and_flags & kPoll) != 0;
  packet.final = (state_and_flags & kFinal) != 0;
  packet.control_plane_independent = (state_and_flags & kIndependent) != 0;
  packet.demand = (state_and_flags & kDemand) != 0;
  const bool authenticated = (state_and_flags & kAuthentication) != 0;

  if (reader.failed()) return std::unexpected{BfdError::too_short};
  if (version_and_diag >> 5 != kVersion) return std::unexpected{BfdError::bad_version};
  if (length < (authenticated ? kAuthenticatedSizeMin : kBfdPacketSize) || length > payload.size())
    return std::unexpected{BfdError::bad_length};
  if (packet.multiplier == 0) return std::unexpected{BfdError::no_multiplier};
  if ((state_and_flags & kMultipoint) != 0) return std::unexpected{BfdError::multipoint};
  if (packet.my_discriminator == 0) return std::unexpected{BfdError::no_my_discriminator};
  if (packet.your_discriminator == 0 && packet.state != BfdState::down &&
      packet.state != BfdState::admin_down)
    return std::unexpected{BfdError::no_your_discriminator};
  if (authenticated) return std::unexpected{BfdError::authenticated};
  return packet;
}

void emit_bfd_packet(const BfdPacket& packet, std::span<std::byte> payload) noexcept {
  ByteWriter writer{payload};
  writer.u8(static_cast<std::uint8_t>((kVersion << 5) | (static_cast<std::uint8_t>(packet.diag) & 0x1fU)));
  writer.u8(static_cast<std::uint8_t>(
      (static_cast<unsigned>(packet.state) << 6) | bit(packet.poll, kPoll) | bit(packet.final, kFinal) |
      bit(packet.control_plane_independent, kIndependent) | bit(packet.demand, kDemand)));
  writer.u8(packet.multiplier);
  writer.u8(kBfdPacketSize);
  writer.be32(packet.my_discriminator);
  writer.be32(packet.your_discriminator);
  writer.be32(packet.desired_tx_us);
  writer.be32(packet.required_rx_us);
  writer.be32(packet.required_echo_rx_us);
}

}  // namespace lagoon::wire
