// FlowFrame: builds frames of conversations header by header, for tests of what hashes and forwards them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lagoon::test {

struct Ipv4 {
  std::uint32_t source = 0x0a000001;
  std::uint32_t destination = 0x0a000002;
  std::uint8_t protocol = 17;
  std::uint16_t flags_and_offset = 0;
  std::uint8_t option_words = 0;
  std::uint16_t id = 0;
  std::uint8_t ttl = 64;
};

struct Ipv6 {
  std::uint64_t source = 1;  // low halves; the high ones are 2001:db8::
  std::uint64_t destination = 2;
  std::uint8_t next = 17;
  std::uint32_t flow_label = 0;
};

class FlowFrame {
 public:
  static constexpr std::uint16_t kMoreFragments = 0x2000;
  static constexpr std::uint16_t kDontFragment = 0x4000;

  FlowFrame& u8(std::uint64_t value) { return big_endian(value, 1); }
  FlowFrame& be16(std::uint64_t value) { return big_endian(value, 2); }
  FlowFrame& be32(std::uint64_t value) { return big_endian(value, 4); }
  FlowFrame& be64(std::uint64_t value) { return big_endian(value, 8); }
  FlowFrame& zeros(std::size_t count) {
    octets_.resize(octets_.size() + count);
    return *this;
  }
  FlowFrame& macs(std::uint64_t destination = 0x020000000001, std::uint64_t source = 0x020000000002) {
    return big_endian(destination, 6).big_endian(source, 6);
  }
  FlowFrame& tag(std::uint16_t tpid, std::uint16_t vid) { return be16(tpid).be16(vid); }
  FlowFrame& ipv4_header(const Ipv4& ip) {
    u8(0x45U + ip.option_words)
        .u8(0)
        .be16(100)
        .be16(ip.id)
        .be16(ip.flags_and_offset)
        .u8(ip.ttl)
        .u8(ip.protocol);
    return be16(0).be32(ip.source).be32(ip.destination).zeros(ip.option_words * 4U);
  }
  FlowFrame& ipv4(const Ipv4& ip) { return be16(0x0800).ipv4_header(ip); }
  FlowFrame& ipv6_header(const Ipv6& ip) {
    be32(0x6000'0000U | ip.flow_label).be16(100).u8(ip.next).u8(64);
    return be64(0x2001'0db8'0000'0000).be64(ip.source).be64(0x2001'0db8'0000'0000).be64(ip.destination);
  }
  FlowFrame& ipv6(const Ipv6& ip) { return be16(0x86dd).ipv6_header(ip); }
  /// Hop-by-hop options, routing, destination options: 8 * (1 + more) octets.
  FlowFrame& extension(std::uint8_t next, std::uint8_t more = 0) {
    return u8(next).u8(more).zeros(6 + 8U * more);
  }
  FlowFrame& fragment(std::uint8_t next, std::uint16_t offset_and_more, std::uint32_t id = 7) {
    return u8(next).u8(0).be16(offset_and_more).be32(id);
  }
  FlowFrame& udp(std::uint16_t source, std::uint16_t destination) {
    return be16(source).be16(destination).be16(80).be16(0);
  }
  FlowFrame& tcp(std::uint16_t source, std::uint16_t destination) {
    return be16(source).be16(destination).zeros(16);
  }
  [[nodiscard]] std::span<const std::byte> octets() const { return octets_; }

 private:
  FlowFrame& big_endian(std::uint64_t value, std::size_t count) {
    for (std::size_t i = count; i-- > 0;) octets_.push_back(static_cast<std::byte>(value >> (8 * i) & 0xffU));
    return *this;
  }
  std::vector<std::byte> octets_;
};

}  // namespace lagoon::test
