#include "demo/feed/capture.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include "wire/flow/flow_headers.hpp"

namespace lagoon::feed {

namespace {

// The file format: draft-ietf-opsawg-pcap.
constexpr std::uint32_t kMagicMicroseconds = 0xa1b2'c3d4;
constexpr std::uint32_t kMagicNanoseconds = 0xa1b2'3c4d;
constexpr std::uint32_t kLinkTypeEthernet = 1;
constexpr std::uint32_t kLinkTypeMask = 0x0fff'ffff;  // above it: length of the frame check sequence
constexpr std::size_t kFileHeaderSize = 24;
constexpr std::size_t kFrameHeaderSize = 16;
constexpr std::size_t kEthernetHeaderSize = 14;
constexpr std::size_t kFlowsMax = 1U << 16;
// IEEE 802.1Q 8.6.3: no bridge passes these on.
constexpr std::array<std::byte, 5> kReserved{std::byte{0x01}, std::byte{0x80}, std::byte{0xc2},
                                             std::byte{0x00}, std::byte{0x00}};

using FlowName = std::array<std::uint64_t, 9>;

FlowName name_of(const wire::FlowHeaders& h) noexcept {
  return {h.destination_mac, h.source_mac, h.source[0], h.source[1], h.destination[0],
          h.destination[1],  h.flow_label, h.protocol,  h.ports};
}

class Reader {
 public:
  explicit Reader(std::span<const std::byte> file) noexcept : left_{file} {}

  [[nodiscard]] std::expected<Capture, std::string> read() {
    if (left_.size() < kFileHeaderSize) return std::unexpected{"is too short for a capture file"};
    const std::uint32_t magic = word(0);
    swapped_ = magic != kMagicMicroseconds && magic != kMagicNanoseconds;
    if (word(0) != kMagicMicroseconds && word(0) != kMagicNanoseconds)
      return std::unexpected{"is no capture in the classic pcap format"};
    if ((word(20) & kLinkTypeMask) != kLinkTypeEthernet)
      return std::unexpected{"does not hold Ethernet frames"};
    left_ = left_.subspan(kFileHeaderSize);
    while (left_.size() >= kFrameHeaderSize) {
      const std::size_t captured = word(8);
      const std::size_t length = word(12);
      left_ = left_.subspan(kFrameHeaderSize);
      if (captured > left_.size()) return std::unexpected{"ends within a frame"};
      take(left_.first(captured), length);
      left_ = left_.subspan(captured);
    }
    if (capture_.frames.empty()) return std::unexpected{"has no frame that could be sent"};
    capture_.flows = static_cast<unsigned>(flows_.size());
    return std::move(capture_);
  }

 private:
  [[nodiscard]] std::uint32_t word(std::size_t at) const noexcept {
    std::uint32_t value = 0;
    std::memcpy(&value, left_.data() + at, sizeof(value));
    return swapped_ ? std::byteswap(value) : value;
  }

  void take(std::span<const std::byte> frame, std::size_t length) {
    const bool whole = frame.size() == length && length >= kEthernetHeaderSize && length <= kFrameMax;
    if (!whole || std::memcmp(frame.data(), kReserved.data(), kReserved.size()) == 0) {
      ++capture_.left_out;
      return;
    }
    const auto [flow, is_new] = flows_.try_emplace(name_of(wire::walk_frame(frame)), flows_.size());
    if (is_new && flows_.size() > kFlowsMax) {
      flows_.erase(flow);
      ++capture_.left_out;
      return;
    }
    capture_.frames.push_back({{frame.begin(), frame.end()}, static_cast<std::uint16_t>(flow->second)});
  }

  std::span<const std::byte> left_;
  bool swapped_ = false;
  std::map<FlowName, std::size_t> flows_;
  Capture capture_;
};

}  // namespace

std::expected<Capture, std::string> capture_in(std::span<const std::byte> file) {
  return Reader{file}.read();
}

std::expected<Capture, std::string> read_capture(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return std::unexpected{path + " cannot be read"};
  const std::string octets{std::istreambuf_iterator<char>{file}, {}};
  auto capture = capture_in(std::as_bytes(std::span{octets}));
  if (!capture) return std::unexpected{path + " " + capture.error()};
  return capture;
}

}  // namespace lagoon::feed
