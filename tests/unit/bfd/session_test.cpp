#include "bfd/session.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "support/catch.hpp"
#include "unit/bfd/ends.hpp"

namespace bfd_session_test {

using namespace lagoon;
using namespace lagoon::bfd;
using namespace lagoon::bfd_test;
using wire::BfdError;
using wire::kMicroBfdAddress;

namespace {

std::uint64_t discarded(const Session& session, BfdError error) {
  return session.counters().discarded.at(static_cast<std::size_t>(error));
}

}  // namespace

TEST_CASE("It is passive until it is told to start, but answers", "[bfd]") {
  Session session{options_of(), us()};
  CHECK_FALSE(session.transmit(kStart));
  CHECK_FALSE(session.deadline());
  const auto event = hears(session, {.state = BfdState::down, .your = 0, .desired = 1s}, kStart);
  REQUIRE(event);
  CHECK(event->to == BfdState::init);
  const auto answer = sends(session, kStart).packet;
  CHECK(answer.state == BfdState::init);
  CHECK(answer.your_discriminator == kTheirs);
  // and is silent again when nobody is there any more
  CHECK(sent_until(session, kStart, kStart + 100s).size() <= 4);
  CHECK_FALSE(session.deadline());

  Session active{options_of(), us()};
  active.start(kStart);
  const auto first = sends(active, kStart);
  CHECK(first.packet.state == BfdState::down);
  CHECK(first.packet.your_discriminator == 0);
  CHECK(first.packet.desired_tx_us == 1'000'000);
  CHECK(first.packet.required_rx_us == 50'000);
  CHECK(first.destination == kMicroBfdAddress);
  CHECK(first.source == kOurMac);
  CHECK(first.source_port >= wire::kBfdSourcePortMin);
}

TEST_CASE("While it is not Up it sends no more than once in 750 ms, and at least each second", "[bfd]") {
  Session session{options_of(1ms), us()};
  session.start(kStart);
  const auto frames = sent_until(session, kStart, kStart + 100s);
  REQUIRE(frames.size() > 100);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    const Duration gap = frames.at(i).at - frames.at(i - 1).at;
    CHECK(gap >= 750ms);
    CHECK(gap <= 1s);
  }
}

TEST_CASE("States follow one another as in RFC 5880 6.8.6", "[bfd]") {
  const auto after = [](BfdState ours, BfdState theirs) {
    Session session{options_of(), us()};
    session.start(kStart);
    if (ours != BfdState::down)
      CHECK(hears(session, {.state = BfdState::down, .your = 0}, kStart)->to == BfdState::init);
    if (ours == BfdState::up) CHECK(hears(session, {.state = BfdState::init}, kStart)->to == BfdState::up);
    static_cast<void>(hears(session, {.state = theirs}, kStart + 1ms));
    return session.state();
  };
  using enum BfdState;
  CHECK(after(down, admin_down) == down);
  CHECK(after(down, down) == init);
  CHECK(after(down, init) == up);
  CHECK(after(down, up) == down);
  CHECK(after(init, admin_down) == down);
  CHECK(after(init, down) == init);
  CHECK(after(init, init) == up);
  CHECK(after(init, up) == up);
  CHECK(after(up, admin_down) == down);
  CHECK(after(up, down) == down);
  CHECK(after(up, init) == up);
  CHECK(after(up, up) == up);
}

TEST_CASE("It is Up until the detection time has passed, and not a moment less", "[bfd]") {
  // 4 x max(50 ms of ours, 70 ms of theirs)
  Session session = up_at(kStart, options_of(), {.multiplier = 4, .desired = 70ms});
  CHECK_FALSE(session.expire(kStart + 280ms - 1ns));
  CHECK(session.state() == BfdState::up);
  CHECK_FALSE(session.blocks());
  const auto event = session.expire(kStart + 280ms);
  REQUIRE(event);
  CHECK(event->from == BfdState::up);
  CHECK(event->to == BfdState::down);
  CHECK(event->diag == BfdDiag::detection_time_expired);
  CHECK(event->detection == 280ms);
  CHECK(event->silence == 280ms);
  CHECK(session.blocks());
  CHECK(session.counters().losses == 1);
  // it says so at once, and has forgotten who was there
  const auto frame = sends(session, kStart + 280ms);
  CHECK(frame.packet.state == BfdState::down);
  CHECK(frame.packet.diag == BfdDiag::detection_time_expired);
  CHECK(frame.packet.your_discriminator == 0);
  CHECK(frame.packet.desired_tx_us == 1'000'000);
  CHECK(frame.destination == kMicroBfdAddress);

  // ours is the longer one
  Session slow = up_at(kStart, options_of(200ms), {.multiplier = 2, .desired = 10ms});
  CHECK_FALSE(slow.expire(kStart + 400ms - 1ns));
  CHECK(slow.expire(kStart + 400ms));
}

TEST_CASE("What the peer says of itself takes it down at once", "[bfd]") {
  Session session = up_at(kStart);
  const auto event = hears(session, {.state = BfdState::down}, kStart + 1ms);
  REQUIRE(event);
  CHECK(event->diag == BfdDiag::neighbor_signaled_down);
  CHECK(event->detection == 0ms);
  CHECK(session.verdict() == Verdict::down);
  CHECK(session.blocks());
}

TEST_CASE("AdminDown of the peer frees the member, and what it had learned is forgotten", "[bfd]") {
  Session session = up_at(kStart);
  REQUIRE(hears(session, {.state = BfdState::admin_down}, kStart + 1ms));
  CHECK(session.state() == BfdState::down);
  CHECK(session.diag() == BfdDiag::neighbor_signaled_down);
  CHECK(session.verdict() == Verdict::peer_off);
  CHECK_FALSE(session.blocks());
  static_cast<void>(session.expire(kStart + 100s));  // (it is silent after a while)
  CHECK(session.verdict() == Verdict::peer_off);
  static_cast<void>(hears(session, {.state = BfdState::down, .your = 0}, kStart + 101s));
  CHECK(session.verdict() == Verdict::waiting);
  CHECK_FALSE(session.blocks());
  REQUIRE(hears(session, {.state = BfdState::init}, kStart + 102s));
  CHECK(session.verdict() == Verdict::carries);
}

TEST_CASE("AdminDown of our own is told for a detection time, and blocks nothing", "[bfd]") {
  Session session = up_at(kStart);
  const auto event = session.disable(kStart + 1ms);
  REQUIRE(event);
  CHECK(event->to == BfdState::admin_down);
  CHECK(session.verdict() == Verdict::off);
  CHECK_FALSE(session.blocks());
  CHECK_FALSE(session.disable(kStart + 2ms));
  const auto told = sent_until(session, kStart + 1ms, kStart + 100s);
  CHECK(told.size() >= 3);
  CHECK(told.size() <= 5);
  CHECK(told.back().at < kStart + 3s + 1ms);
  for (const Sent& sent : told) {
    CHECK(sent.frame.packet.state == BfdState::admin_down);
    CHECK(sent.frame.packet.diag == BfdDiag::administratively_down);
    CHECK_FALSE(sent.frame.packet.poll);
  }
  CHECK_FALSE(hears(session, {.poll = true}, kStart + 100s));
  CHECK(session.counters().while_admin_down == 1);
  CHECK_FALSE(session.transmit(kStart + 100s));
  const auto back = session.enable(kStart + 200s);
  REQUIRE(back);
  CHECK(back->to == BfdState::down);
  CHECK(sends(session, kStart + 200s).packet.state == BfdState::down);
  CHECK_FALSE(session.enable(kStart + 201s));
}

TEST_CASE("It takes leave once, and only of whom it has heard", "[bfd]") {
  Session alone{options_of(), us()};
  alone.start(kStart);
  CHECK_FALSE(alone.farewell());
  Session session = up_at(kStart);
  const auto last = session.farewell();
  REQUIRE(last);
  CHECK(read(*last).packet.state == BfdState::admin_down);
  CHECK(read(*last).packet.diag == BfdDiag::administratively_down);
  CHECK(read(*last).packet.your_discriminator == kTheirs);
  CHECK_FALSE(session.farewell());
}

TEST_CASE("A lost link ends the session, which is passive again", "[bfd]") {
  Session session = up_at(kStart);
  const auto event = session.stop(kStart + 1ms);
  REQUIRE(event);
  CHECK(event->diag == BfdDiag::path_down);
  CHECK_FALSE(session.transmit(kStart + 1ms));
  CHECK_FALSE(session.deadline());
  CHECK(session.blocks());  // until it is Up again: the link alone proves nothing
  session.forget_partner();
  CHECK_FALSE(session.blocks());
  session.start(kStart + 5s);
  CHECK(sends(session, kStart + 5s).packet.state == BfdState::down);
}

TEST_CASE("Frames go to the dedicated address until Up and for Detect Mult frames more", "[bfd]") {
  Session session{options_of(), us()};
  session.start(kStart);
  CHECK(sends(session, kStart).destination == kMicroBfdAddress);
  REQUIRE(hears(session, {.state = BfdState::init, .required = 50ms}, kStart));
  Instant now = kStart;
  std::vector<MacAddress> to;
  for (int i = 0; i < 5; ++i) {
    now = std::max(now, *session.deadline());
    to.push_back(sends(session, now).destination);
    static_cast<void>(hears(session, {}, now));
  }
  CHECK(to == std::vector{kMicroBfdAddress, kMicroBfdAddress, kMicroBfdAddress, kTheirMac, kTheirMac});

  Options fixed = options_of();
  fixed.learn_destination = false;
  fixed.destination = MacAddress{{0x00, 0x23, 0x20, 0, 0, 1}};
  Session other = up_at(kStart, fixed);
  for (const Sent& sent : sent_until(other, kStart + 10ms, kStart + 140ms))
    CHECK(sent.frame.destination == fixed.destination);

  // a group address is nobody's
  Session group = up_at(kStart, options_of(), {.source = kMicroBfdAddress});
  for (const Sent& sent : sent_until(group, kStart + 10ms, kStart + 149ms))
    CHECK(sent.frame.destination == kMicroBfdAddress);
}

TEST_CASE("What is not of this session is discarded by its name", "[bfd]") {
  Session session = up_at(kStart);
  const auto before = session.counters().received;
  const Instant now = kStart + 1ms;
  CHECK_FALSE(hears(session, {.state = BfdState::down, .your = 8}, now));
  CHECK(session.counters().wrong_discriminator == 1);
  CHECK_FALSE(hears(session, {.state = BfdState::down, .from = Ipv4Address{{1, 2, 3, 4}}}, now));
  CHECK_FALSE(hears(session, {.state = BfdState::down, .to = Ipv4Address{{1, 2, 3, 4}}}, now));
  CHECK(session.counters().wrong_address == 2);
  CHECK_FALSE(hears(session, {.state = BfdState::down, .from = kUs}, now));
  CHECK_FALSE(hears(session, {.state = BfdState::down, .source = kOurMac}, now));
  CHECK(session.counters().reflected == 2);
  CHECK_FALSE(session.receive(frame_of({.state = BfdState::down}, 3784), now));
  CHECK(discarded(session, BfdError::not_bfd) == 1);
  CHECK_FALSE(hears(session, {.state = BfdState::down, .multiplier = 0}, now));
  CHECK(discarded(session, BfdError::no_multiplier) == 1);
  CHECK_FALSE(hears(session, {.your = 0}, now));
  CHECK(discarded(session, BfdError::no_your_discriminator) == 1);
  CHECK(session.counters().received == before);
  CHECK(session.state() == BfdState::up);
  // nor does it count as heard
  CHECK(session.expire(kStart + 150ms));
}

TEST_CASE("Without a peer it learns who is heard first, until that one is silent", "[bfd]") {
  Options options = options_of();
  options.peer.reset();
  Session session{options, us()};
  session.start(kStart);
  CHECK_FALSE(session.transmit(kStart));
  REQUIRE(hears(session, {.state = BfdState::down, .your = 0, .desired = 1s}, kStart));
  CHECK(session.peer() == IpAddress{kThem});
  CHECK(sends(session, kStart).to == IpAddress{kThem});
  const Ipv4Address other{{169, 254, 7, 3}};
  CHECK_FALSE(hears(session, {.state = BfdState::init, .from = other}, kStart));
  CHECK(session.counters().wrong_address == 1);
  // (to be told who it is changes nothing)
  options.peer = kThem;
  CHECK_FALSE(session.set(options, kStart));
  CHECK(session.state() == BfdState::init);
  options.peer.reset();
  CHECK_FALSE(session.set(options, kStart));
  REQUIRE(session.expire(kStart + 3s));
  CHECK_FALSE(session.peer());
  CHECK(hears(session, {.state = BfdState::down, .your = 0, .from = other}, kStart + 4s));
  CHECK(session.peer() == IpAddress{other});
}

TEST_CASE("Other addresses begin the session anew, IPv6 and another port among them", "[bfd]") {
  Session session = up_at(kStart);
  Options options = options_of();
  options.local = link_local_address(kOurMac);
  options.peer = link_local_address(kTheirMac);
  options.port = 3784;
  REQUIRE(session.set(options, kStart + 1ms));
  CHECK(session.state() == BfdState::down);
  const auto frame = sends(session, kStart + 1ms);
  CHECK(frame.port == 3784);
  CHECK(frame.to == *options.peer);
  const Said down{.state = BfdState::down, .your = 0, .from = *options.peer, .to = options.local};
  REQUIRE(session.receive(frame_of(down, 3784), kStart + 2ms));
  CHECK(session.state() == BfdState::init);
}

TEST_CASE("A peer of another family is never told anything", "[bfd]") {
  Options options = options_of();
  options.peer = link_local_address(kTheirMac);
  Session session{options, us()};
  session.start(kStart);
  CHECK_FALSE(session.transmit(kStart + 10s));
}

TEST_CASE("A session that was never Up blocks under `always` alone", "[bfd]") {
  Options options = options_of();
  Session learned{options, us()};
  learned.start(kStart);
  CHECK(learned.verdict() == Verdict::waiting);
  CHECK_FALSE(learned.blocks());
  options.require = Require::always;
  Session always{options, us()};
  CHECK(always.blocks());
  CHECK(name_of(always.verdict()) == "waiting");
  CHECK(name_of(options.require) == "always");
  REQUIRE(hears(always, {.state = BfdState::init}, kStart));
  CHECK_FALSE(always.blocks());
}

TEST_CASE("The first Up counts at once, a later one when it has lasted for hold-up", "[bfd]") {
  Session session = up_at(kStart);
  CHECK(session.verdict() == Verdict::carries);
  REQUIRE(session.expire(kStart + 150ms));
  REQUIRE(hears(session, {.state = BfdState::init}, kStart + 200ms));
  CHECK(session.verdict() == Verdict::held);
  CHECK(session.blocks());
  for (Instant now = kStart + 200ms; now < kStart + 1200ms; now += 10ms) {
    static_cast<void>(hears(session, {}, now));
    CHECK_FALSE(session.expire(now));
    CHECK(session.blocks());
  }
  static_cast<void>(session.expire(kStart + 1200ms));
  CHECK(session.verdict() == Verdict::carries);
  // lost within the hold, it begins anew
  REQUIRE(hears(session, {.state = BfdState::down}, kStart + 1201ms));
  REQUIRE(hears(session, {.state = BfdState::down}, kStart + 1202ms));  // (to Init)
  REQUIRE(hears(session, {.state = BfdState::up}, kStart + 1203ms));
  REQUIRE(hears(session, {.state = BfdState::down}, kStart + 1900ms));
  static_cast<void>(session.expire(kStart + 2203ms));
  CHECK(session.blocks());
}

}  // namespace bfd_session_test
