// Conversations: makes frames of many conversations as a workload has it, and checks what arrives: each frame
// once, and in the order of its conversation.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "frame.hpp"
#include "random.hpp"

namespace lagoon::simulate {

struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t octets = 0;  // received
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;       // came after one that was sent later
  std::uint64_t dropped = 0;         // by the distributor, by name
  std::uint64_t lost_in_flight = 0;  // on a link that failed
  // Conversations that came over another cable than before, by the cable before.
  std::array<std::uint64_t, kMembersMax> changed_from{};
  Duration longest_wait{};  // of a frame, until the sending side gave it to a cable
};

class Conversations {
 public:
  explicit Conversations(std::uint64_t seed) : seed_{seed} {}

  /// A new conversation, between addresses and ports of its own.
  std::uint32_t add();
  [[nodiscard]] std::size_t count() const { return all_.size(); }
  /// The next frame of a conversation.
  [[nodiscard]] SimFrame* next(std::uint32_t conversation, std::uint32_t length, Instant now);
  /// A frame was given to a cable.
  void left(const SimFrame& frame, Instant now) {
    if (frame.number != 0) tally.longest_wait = std::max(tally.longest_wait, now - frame.sent);
  }
  /// Takes a frame that has arrived over that cable.
  void arrived(SimFrame* frame, std::size_t cable);
  void dropped(SimFrame* frame) {
    ++tally.dropped;
    pool.give(frame);
  }
  void lost(SimFrame* frame) {
    if (frame->number != 0) ++tally.lost_in_flight;
    pool.give(frame);
  }
  [[nodiscard]] std::span<const std::byte> headers(std::uint32_t conversation) const {
    return all_[conversation].headers;
  }

  Tally tally;
  FramePool pool;

 private:
  struct One {
    std::vector<std::byte> headers;
    std::uint32_t sent = 0;
    std::uint32_t highest = 0;  // number that arrived last
    std::uint64_t window = 0;   // bit i: number highest - i has arrived
    std::size_t cable = 0;      // that brought `highest`
  };
  std::uint64_t seed_;
  std::vector<One> all_;
};

}  // namespace lagoon::simulate
