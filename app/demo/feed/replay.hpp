// Replay: sends a capture again and again at a constant rate into both ports, and keeps the books on what
// arrives at the other one.
//
// A frame goes out as it was captured, with a traffic::Payload behind it as an Ethernet trailer, so that
// every header, length and checksum stays true. What comes back must be the captured frame octet by octet.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "demo/feed/capture.hpp"
#include "demo/feed/port.hpp"
#include "demo/traffic/record.hpp"

namespace lagoon::feed {

class Replay {
 public:
  Replay(const Capture& capture, std::array<Port, 2>& ports, unsigned rate);

  /// Until SIGTERM.
  void run();
  /// DIRECTORY/lan.sent, lan.received, far.sent, far.received. False: not written; errno says why.
  [[nodiscard]] bool write_logs(const std::string& directory) const;
  /// Frames that were not what was sent. They do not count as received.
  [[nodiscard]] std::uint64_t altered() const noexcept { return altered_; }

 private:
  struct End {
    std::vector<std::uint32_t> next_sequence;  // by flow
    std::size_t next_frame = 0;
    std::uint64_t sent_count = 0;
    std::uint64_t received_count = 0;
    traffic::Log sent;
    traffic::Log received;
  };

  void send_one(std::size_t end, std::int64_t now);
  void take(End& end, std::span<const std::byte> frame);
  void receive_all();
  void print_progress(std::int64_t now);

  const Capture& capture_;
  std::array<Port, 2>& ports_;
  std::int64_t interval_ns_;
  std::array<End, 2> ends_;
  std::int64_t next_progress_ = 0;
  std::uint64_t altered_ = 0;
};

}  // namespace lagoon::feed
