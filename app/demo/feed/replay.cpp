#include "demo/feed/replay.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "demo/traffic/clock.hpp"
#include "demo/traffic/payload.hpp"

namespace lagoon::feed {

using traffic::Kind;
using traffic::now_ns;
using traffic::Payload;

namespace {

constexpr std::int64_t kLookNs = 250'000;  // how often it looks for what has come
// A stall longer than this is skipped, not made up for: a burst would overflow queues that a steady stream
// does not.
constexpr std::int64_t kCatchUpNs = 5'000'000;
constexpr std::int64_t kProgressNs = 250'000'000;
constexpr std::int64_t kDrainNs = 700'000'000;
constexpr std::array<const char*, 2> kEndNames{"lan", "far"};

}  // namespace

Replay::Replay(const Capture& capture, std::array<Port, 2>& ports, unsigned rate)
    : capture_{capture}, ports_{ports}, interval_ns_{1'000'000'000 / rate} {
  for (End& end : ends_) end.next_sequence.resize(capture.flows);
}

void Replay::run() {
  std::int64_t due = now_ns();
  while (!traffic::stopped.load(std::memory_order_relaxed)) {
    const std::int64_t now = now_ns();
    if (now >= due) {
      if (now - due > kCatchUpNs) due = now;
      due += interval_ns_;
      for (std::size_t end = 0; end < ends_.size(); ++end) send_one(end, now);
    }
    receive_all();
    print_progress(now);
    traffic::sleep_until_ns(std::min(due, now + kLookNs));
  }
  const std::int64_t drained = now_ns() + kDrainNs;
  while (now_ns() < drained) {
    receive_all();
    traffic::sleep_until_ns(now_ns() + kLookNs);
  }
}

void Replay::send_one(std::size_t index, std::int64_t now) {
  End& end = ends_[index];
  const std::size_t position = end.next_frame;
  const CapturedFrame& frame = capture_.frames[position];
  std::uint32_t& sequence = end.next_sequence[frame.flow];
  const Payload payload{Payload::kMagic, frame.flow, 0, sequence, static_cast<std::uint32_t>(position), now};
  // A frame that the memif has no room for never was on the way: it is not counted as sent.
  if (!ports_[index].send(frame.octets, std::as_bytes(std::span{&payload, 1}))) return;
  end.sent.add({Kind::sent, 0, frame.flow, sequence++, now, now});
  ++end.sent_count;
  end.next_frame = position + 1 == capture_.frames.size() ? 0 : position + 1;
}

void Replay::take(End& end, std::span<const std::byte> frame) {
  Payload payload;
  if (frame.size() < sizeof(payload)) return;
  const auto captured = frame.first(frame.size() - sizeof(payload));
  std::memcpy(&payload, frame.data() + captured.size(), sizeof(payload));
  if (payload.magic != Payload::kMagic || payload.position >= capture_.frames.size() ||
      !std::ranges::equal(captured, capture_.frames[payload.position].octets)) {
    ++altered_;
    return;
  }
  ++end.received_count;
  end.received.add({Kind::received, 0, payload.flow, payload.sequence, now_ns(), payload.sent_at_ns});
}

void Replay::receive_all() {
  for (std::size_t end = 0; end < ends_.size(); ++end)
    ports_[end].receive([&](std::span<const std::byte> frame) { take(ends_[end], frame); });
}

// For whoever watches: frames sent and received so far, at one end and at the other.
void Replay::print_progress(std::int64_t now) {
  if (now < next_progress_) return;
  next_progress_ = now + kProgressNs;
  for (const End& end : ends_)
    std::printf("%ju %ju ", static_cast<std::uintmax_t>(end.sent_count),
                static_cast<std::uintmax_t>(end.received_count));
  std::printf("\n");
  std::fflush(stdout);
}

bool Replay::write_logs(const std::string& directory) const {
  for (std::size_t end = 0; end < ends_.size(); ++end) {
    const std::string path = directory + "/" + kEndNames[end];
    if (!ends_[end].sent.write(path + ".sent") || !ends_[end].received.write(path + ".received"))
      return false;
  }
  return true;
}

}  // namespace lagoon::feed
