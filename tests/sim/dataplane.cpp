#include "dataplane.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace lagoon::sim {

using test::TestPacket;

void Wire::send(std::size_t from, Frame frame, Instant now) {
  if (!up_) {
    if (frame->number != 0) ++lost_;
    return;
  }
  to_[1 - from].push_back({.at = now + delay_[1 - from], .frame = std::move(frame)});
}

Frame Wire::receive(std::size_t end, Instant now) {
  if (to_[end].empty() || to_[end].front().at > now) return nullptr;
  Frame frame = std::move(to_[end].front().frame);
  to_[end].pop_front();
  return frame;
}

void Wire::set_up(bool up) {
  up_ = up;
  if (up) return;
  for (auto& way : to_) {
    lost_ += static_cast<std::uint64_t>(
        std::ranges::count_if(way, [](const OnTheWay& f) { return f.frame->number != 0; }));
    way.clear();
  }
}

Conversations::Conversations(std::size_t count, MacAddress source, MacAddress destination)
    : sent_of_(count), highest_(count), seen_(count) {
  const auto value = [](const MacAddress& mac) {
    std::uint64_t v = 0;
    for (const std::uint8_t octet : mac.octets) v = v << 8 | octet;
    return v;
  };
  for (std::size_t c = 0; c < count; ++c) {
    test::FlowFrame frame;
    frame.macs(value(destination), value(source))
        .ipv4({.source = 0x0a000001, .destination = static_cast<std::uint32_t>(0x0a010000 + c)})
        .udp(static_cast<std::uint16_t>(1000 + c), 7)
        .be32(c)
        .be32(0);
    headers_.emplace_back(frame.octets().begin(), frame.octets().end());
  }
}

Frame Conversations::next() {
  const std::size_t c = turn_;
  turn_ = (turn_ + 1) % headers_.size();
  auto frame = std::make_unique<TestPacket>();
  frame->octets = headers_[c];
  frame->conversation = static_cast<std::uint32_t>(c);
  frame->number = ++sent_of_[c];
  // The number is in the octets as well: frames differ, as real ones do.
  for (std::size_t i = 0; i < 4; ++i)
    frame->octets[frame->octets.size() - 1 - i] = static_cast<std::byte>(frame->number >> (8 * i));
  ++sent;
  return frame;
}

void Conversations::delivered(const TestPacket& frame) {
  ++received;
  auto& seen = seen_[frame.conversation];
  if (seen.size() <= frame.number) seen.resize(frame.number + 1024);
  if (seen[frame.number]) ++duplicated;
  seen[frame.number] = true;
  if (frame.number < highest_[frame.conversation]) ++reordered;
  highest_[frame.conversation] = std::max(highest_[frame.conversation], frame.number);
}

/// What the Distributor sends on: copies go onto the wire, and references are given back.
struct Sender {
  End& end;
  Instant now;
  std::size_t send(MemberIndex member, std::span<TestPacket*> frames) noexcept {
    for (TestPacket* frame : frames) {
      auto copy = std::make_unique<TestPacket>(*frame);
      copy->references = 1;
      const auto wire = end.wire_of[member.value()];
      LAGOON_CHECK(wire.has_value());
      end.wires_[*wire].send(end.number_, std::move(copy), now);
      if (--frame->references == 0) delete frame;
    }
    return frames.size();
  }
};

namespace {

struct Freer {
  void free(std::span<TestPacket*> frames) noexcept {
    for (TestPacket* frame : frames) delete frame;
  }
};

struct ToControl {
  std::vector<Frame>& frames;
  bool push(MemberIndex, TestPacket* frame) noexcept {
    frames.emplace_back(frame);
    return true;
  }
  bool copy(MemberIndex, const TestPacket& frame) noexcept {
    frames.push_back(std::make_unique<TestPacket>(frame));
    return true;
  }
};

}  // namespace

End::End(std::size_t number, control::LagSettings settings, std::deque<Wire>& wires, Instant now)
    : lag{std::make_unique<control::Lag>(std::move(settings), now)}, number_{number}, wires_{wires} {
  table_ = lag->take_table(now);
}

End::~End() {
  for (std::size_t left = hold_.size(); left > 0; left = hold_.size()) {
    const auto frames = hold_.front(left);
    Freer{}.free(frames);
    hold_.pop(frames.size());
  }
}

void End::plug(MemberIndex member, std::size_t wire) {
  wire_of[member.value()] = wire;
}
void End::unplug(MemberIndex member) {
  wire_of[member.value()].reset();
}

void End::control(Instant now) {
  for_each(lag->members(), [&](MemberIndex m) {
    const auto& wire = wire_of[m.value()];
    const bool up = wire && wires_[*wire].up();
    lag->link_changed(m, {.up = up, .speed = up ? mbps(10'000) : BitsPerSecond{}}, now);
  });
  if (lag->measurement_due(now)) {
    control::Measurement counts;
    for (std::size_t g = 0; g < dist::kLoadGroups; ++g) counts.group_octets[g] = distributor_.load[g].read();
    lag->measured(counts, now);
  }
  if (lag->wants_progress()) {
    const fast::Steering& steering = distributor_.steering;
    control::Progress progress{.followed = steering.followed(),
                               .gave_up = steering.move_given_up(),
                               .gaps_used = steering.gaps_used(),
                               .behind = {}};
    steering.add_behind(progress.behind);
    lag->report(progress, now);
  }
  if (const auto due = lag->deadline(); due && *due <= now) lag->expire(now);
  if (auto table = lag->take_table(now)) table_ = std::move(table);
  while (const auto out = lag->transmit(now)) {
    auto frame = std::make_unique<TestPacket>();
    const auto octets = out->frame.octets();
    frame->octets.assign(octets.begin(), octets.end());
    if (const auto wire = wire_of[out->member.value()]) wires_[*wire].send(number_, std::move(frame), now);
  }
}

void End::run(Conversations& arriving, Instant now) {
  control(now);
  release(now);
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    if (!wire_of[m]) continue;
    const MemberIndex member{static_cast<std::uint8_t>(m)};
    std::vector<TestPacket*> burst;
    while (Frame frame = wires_[*wire_of[m]].receive(number_, now)) burst.push_back(frame.release());
    std::vector<Frame> for_control;
    ToControl to_control{for_control};
    Freer freer;
    const std::span<TestPacket*> data = fast::collect<TestPacket>(*table_, member, std::span{burst},
                                                                  to_control, freer, collector_, counters_);
    for (TestPacket* frame : data) {
      arriving.delivered(*frame);
      delete frame;
    }
    for (const Frame& frame : for_control)
      if (contains(lag->members(), member)) lag->frame_received(member, frame->octets, now);
  }
}

void End::offer(Frame frame, Instant now) {
  TestPacket* one = frame.release();
  std::span<TestPacket*> burst{&one, 1};
  distributor_.now = now;
  distributor_.follow(*table_);
  burst = fast::hold_back(*table_, burst, hold_, distributor_);
  release(now);
  send(burst, now);
}

void End::send(std::span<TestPacket*> frames, Instant now) {
  if (frames.empty()) return;
  const std::size_t sent =
      fast::distribute<TestPacket>(*table_, frames, Sender{*this, now}, distributor_, counters_);
  counters_.of(fast::refusal(*table_)).add(frames.size() - sent);
  Freer{}.free(frames.subspan(sent));
}

void End::release(Instant now) {
  distributor_.now = now;
  distributor_.follow(*table_);
  distributor_.steering.look_for_gaps(*table_, now);
  while (!hold_.empty() && !distributor_.steering.waits()) {
    const auto frames = hold_.front(kBurstMax);
    const std::size_t count = frames.size();
    send(frames, now);
    hold_.pop(count);
  }
}

namespace {

[[nodiscard]] MacAddress address_at(const TestPacket& frame, std::size_t at) {
  MacAddress mac;
  for (std::size_t i = 0; i < mac.octets.size(); ++i)
    mac.octets[i] = std::to_integer<std::uint8_t>(frame.octets[at + i]);
  return mac;
}

}  // namespace

void Bridge::run(Conversations& arriving, const MacAddress& station, Instant now) {
  for (std::size_t w = 0; w < wires_.size(); ++w) {
    if (!wires_[w].up()) std::erase_if(learned_, [&](const auto& entry) { return entry.second == w; });
    while (const Frame frame = wires_[w].receive(number_, now)) {
      learned_[address_at(*frame, 6)] = w;
      if (address_at(*frame, 0) == station && frame->number != 0) arriving.delivered(*frame);
    }
  }
}

void Bridge::offer(Frame frame, Instant now) {
  const auto known = learned_.find(address_at(*frame, 0));
  for (std::size_t w = 0; w < wires_.size(); ++w)
    if (wires_[w].up() && (known == learned_.end() || known->second == w))
      wires_[w].send(number_, std::make_unique<TestPacket>(*frame), now);
}

std::uint64_t End::dropped() const {
  std::uint64_t all = 0;
  for (std::size_t d = 0; d < fast::kDrops; ++d) all += counters_.drop[d].read();
  return all;
}

}  // namespace lagoon::sim
