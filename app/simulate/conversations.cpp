#include "conversations.hpp"

#include <algorithm>

#include "base/byte_writer.hpp"

namespace lagoon::simulate {

namespace {

constexpr std::size_t kHeaders = 42;  // Ethernet, IPv4, UDP

}  // namespace

std::uint32_t Conversations::add() {
  const auto index = static_cast<std::uint32_t>(all_.size());
  // Clients at addresses as chance has them, to one of a few servers.
  Random random{seed_ * 1'000'003 + index};
  One& one = all_.emplace_back();
  one.headers.resize(kHeaders);
  ByteWriter out{one.headers};
  const auto be32 = [&out](std::uint32_t value) {
    out.be16(static_cast<std::uint16_t>(value >> 16));
    out.be16(static_cast<std::uint16_t>(value));
  };
  for (const std::uint16_t word :
       std::initializer_list<std::uint16_t>{0x0200, 0x0000, 0x0002, 0x0200, 0x0000, 0x0001, 0x0800})
    out.be16(word);
  for (const std::uint16_t word :
       std::initializer_list<std::uint16_t>{0x4500, 0x001c, 0x0000, 0x0000, 0x4011, 0x0000})
    out.be16(word);
  be32(0x0a00'0000U | static_cast<std::uint32_t>(random.below(1U << 24)));
  be32(0xc0a8'0000U | static_cast<std::uint32_t>(random.below(16)));
  out.be16(static_cast<std::uint16_t>(1024 + random.below(60'000)));
  out.be16(443);
  return index;
}

SimFrame* Conversations::next(std::uint32_t conversation, std::uint32_t length, Instant now) {
  One& one = all_[conversation];
  SimFrame* const frame = pool.take();
  frame->headers = one.headers;
  frame->conversation = conversation;
  frame->number = ++one.sent;
  frame->length = length;
  frame->sent = now;
  ++tally.sent;
  return frame;
}

void Conversations::arrived(SimFrame* frame, std::size_t cable) {
  One& one = all_[frame->conversation];
  ++tally.received;
  tally.octets += frame->length;
  if (frame->number > one.highest) {
    const std::uint32_t ahead = frame->number - one.highest;
    one.window = (ahead < 64 ? one.window << ahead : 0) | 1;
    if (one.highest != 0 && one.cable != cable) ++tally.changed_from[one.cable];
    one.cable = cable;
    one.highest = frame->number;
  } else {
    const std::uint32_t behind = one.highest - frame->number;
    const bool again = behind < 64 && (one.window >> behind & 1U) != 0;
    if (behind < 64) one.window |= std::uint64_t{1} << behind;
    ++(again ? tally.duplicated : tally.reordered);
  }
  pool.give(frame);
}

}  // namespace lagoon::simulate
