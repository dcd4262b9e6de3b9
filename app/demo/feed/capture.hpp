// Capture: the Ethernet frames of a classic pcap file, and which of them belong to one flow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

namespace lagoon::feed {

struct CapturedFrame {
  std::vector<std::byte> octets;
  std::uint16_t flow;  // frames of one flow must not overtake each other
};

struct Capture {
  std::vector<CapturedFrame> frames;
  unsigned flows = 0;
  unsigned left_out = 0;  // truncated, too long, or of a protocol that ends at the next station
};

/// A frame to be sent is no longer than this.
inline constexpr std::size_t kFrameMax = 1518;

/// Of the octets of a file: the capture, or what is wrong with them, as the end of a sentence about the file.
[[nodiscard]] std::expected<Capture, std::string> capture_in(std::span<const std::byte> file);
/// The capture, or what is wrong with the file.
[[nodiscard]] std::expected<Capture, std::string> read_capture(const std::string& path);

}  // namespace lagoon::feed
