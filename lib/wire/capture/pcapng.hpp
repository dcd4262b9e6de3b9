// A capture file, block by block, in the PCAP Next Generation format (draft-ietf-opsawg-pcapng): what
// Wireshark and tshark read. Times are nanoseconds since 1970. Numbers are in the order of this machine, as a
// reader finds out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lagoon::wire {

enum class CaptureDirection : std::uint8_t { in = 1, out = 2 };

struct CapturedFrame {
  std::uint32_t interface = 0;  // by the order in which interfaces were added
  std::uint64_t at_ns = 0;
  CaptureDirection direction = CaptureDirection::in;
  std::uint32_t length = 0;           // as it was
  std::span<const std::byte> octets;  // of it
};

// Each adds octets to the end of `out`.
void add_section(std::string& out, std::string_view program);
void add_interface(std::string& out, std::string_view name);
void add_frame(std::string& out, const CapturedFrame& frame);

}  // namespace lagoon::wire
