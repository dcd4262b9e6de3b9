// Values and octets for the tests of the codecs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "support/prng.hpp"
#include "wire/slow_frame.hpp"

namespace lagoon::test {

inline constexpr MacAddress kSource{{0x02, 0x4c, 0x41, 0x00, 0x00, 0x07}};

inline wire::LacpInfo random_info(Prng& prng) {
  return {.system_priority = prng.u16(),
          .system = prng.mac(),
          .key = prng.u16(),
          .port_priority = prng.u16(),
          .port_number = prng.u16(),
          .state = prng.u8()};
}
inline wire::Lacpdu random_lacpdu(Prng& prng) {
  wire::Lacpdu pdu{.version = prng.u8(),
                   .actor = random_info(prng),
                   .partner = random_info(prng),
                   .collector_max_delay = prng.u16()};
  if (!prng.chance(0.2)) return pdu;
  pdu.version = wire::kRetryCountVersion;
  if (prng.chance(0.8)) pdu.retry = {.actor = prng.u8(), .partner = prng.u8()};
  return pdu;
}
inline wire::MarkerPdu random_marker(Prng& prng) {
  return {.version = prng.u8(),
          .kind = prng.chance(0.5) ? wire::MarkerKind::information : wire::MarkerKind::response,
          .requester_port = prng.u16(),
          .requester_system = prng.mac(),
          .transaction = prng.u32()};
}

/// A frame that can be spoilt.
class FrameOctets {
 public:
  explicit FrameOctets(const wire::SlowPdu& pdu, const MacAddress& source = kSource) {
    const wire::SlowFrame frame = wire::emit_slow_frame(source, pdu);
    octets_.assign(frame.begin(), frame.end());
  }
  FrameOctets& set(std::size_t at, unsigned value) {
    octets_.at(at) = static_cast<std::byte>(value);
    return *this;
  }
  FrameOctets& resize(std::size_t size) {
    octets_.resize(size);
    return *this;
  }
  [[nodiscard]] auto parse() const { return wire::parse_slow_frame(octets_); }

 private:
  std::vector<std::byte> octets_;
};

/// On the heap and of exactly this size, so that the address sanitizer sees the first octet read behind it.
class ExactBuffer {
 public:
  explicit ExactBuffer(std::span<const std::byte> octets)
      : size_{octets.size()}, octets_{std::make_unique<std::byte[]>(size_)} {
    std::ranges::copy(octets, octets_.get());
  }
  [[nodiscard]] std::span<const std::byte> span() const { return {octets_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::byte[]> octets_;
};

}  // namespace lagoon::test
