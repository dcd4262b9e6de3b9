// FrameDigest: 64 bits of a whole frame, the same however it is cut into segments. Two CRC-32C, of which the
// second sees the words multiplied: CRC is linear, so that two of the same words would tell no more than one.
// Tells copies from other frames where nobody has an interest in a collision; not a checksum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dist/crc32c.hpp"
#include "fast/concepts.hpp"
#include "wire/octets.hpp"

namespace lagoon::fast {

class FrameDigest {
 public:
  void add(std::span<const std::byte> octets) noexcept {
    length_ += octets.size();
    std::size_t at = 0;
    for (; waiting_ != 0 && at < octets.size(); ++at) add_octet(octets[at]);
    for (; at + sizeof(std::uint64_t) <= octets.size(); at += sizeof(std::uint64_t))
      add_word(wire::raw<std::uint64_t>(octets, at));
    for (; at < octets.size(); ++at) add_octet(octets[at]);
  }
  [[nodiscard]] std::uint64_t value() noexcept {
    if (waiting_ != 0) add_word(word_);
    add_word(length_);
    return std::uint64_t{second_} << 32 | first_;
  }

 private:
  void add_word(std::uint64_t word) noexcept {
    first_ = dist::crc32c(first_, word);
    const std::uint64_t product = word * 0x9e37'79b9'7f4a'7c15U;
    second_ = dist::crc32c(second_, product ^ product >> 29);
  }
  void add_octet(std::byte octet) noexcept {
    word_ |= std::to_integer<std::uint64_t>(octet) << (8 * waiting_);
    if (++waiting_ != sizeof word_) return;
    add_word(word_);
    word_ = 0;
    waiting_ = 0;
  }

  std::uint32_t first_ = 1;
  std::uint32_t second_ = 2;
  std::uint64_t length_ = 0;
  std::uint64_t word_ = 0;  // octets that don't make a whole word yet
  unsigned waiting_ = 0;    // how many
};

template <Packet P>
[[nodiscard]] inline std::uint64_t digest_of(const P& packet) noexcept {
  FrameDigest digest;
  PacketTraits<P>::each_segment(packet,
                                [&](std::span<const std::byte> octets) noexcept { digest.add(octets); });
  return digest.value();
}

}  // namespace lagoon::fast
