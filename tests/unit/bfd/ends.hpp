// What the tests of BFD share: a session as this end, and frames that the other end would send.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "bfd/session.hpp"
#include "support/catch.hpp"

namespace lagoon::bfd_test {

using namespace bfd;

inline constexpr Instant kStart{1000s};
inline constexpr Ipv4Address kUs{{169, 254, 7, 1}}, kThem{{169, 254, 7, 2}};
inline constexpr MacAddress kOurMac{{0x02, 0x4c, 0x41, 0, 0, 1}}, kTheirMac{{0x02, 0x4c, 0x41, 0, 0, 2}};
inline constexpr std::uint32_t kOurs = 7, kTheirs = 9;

inline Options options_of(Duration interval = 50ms, std::uint8_t multiplier = 3) {
  return {.interval = interval, .multiplier = multiplier, .local = kUs, .peer = kThem};
}
inline Identity us() {
  return {.source = kOurMac, .discriminator = kOurs, .seed = 1};
}

/// What the other end says, unless a test has it say something else.
struct Said {
  BfdState state = BfdState::up;
  bool poll = false;
  bool final = false;
  std::uint8_t multiplier = 3;
  std::uint32_t my = kTheirs;
  std::uint32_t your = kOurs;
  Duration desired = 50ms;
  Duration required = 50ms;
  IpAddress from = kThem;
  IpAddress to = kUs;
  MacAddress source = kTheirMac;
};

inline wire::ControlFrame frame_of(const Said& said, std::uint16_t port = wire::kMicroBfdPort) {
  return wire::emit_bfd_frame(
      {.destination = wire::kMicroBfdAddress,
       .source = said.source,
       .from = said.from,
       .to = said.to,
       .port = port,
       .packet = {.state = said.state,
                  .poll = said.poll,
                  .final = said.final,
                  .multiplier = said.multiplier,
                  .my_discriminator = said.my,
                  .your_discriminator = said.your,
                  .desired_tx_us = static_cast<std::uint32_t>(said.desired / 1us),
                  .required_rx_us = static_cast<std::uint32_t>(said.required / 1us)}});
}

inline std::optional<Event> hears(Session& session, const Said& said, Instant at) {
  return session.receive(frame_of(said), at);
}

inline wire::BfdFrame read(const wire::ControlFrame& frame, std::uint16_t port = wire::kMicroBfdPort) {
  const auto parsed = wire::parse_bfd_frame(frame, port);
  if (!parsed) REQUIRE(parsed);
  return *parsed;
}

/// The next frame, which has to be due.
inline wire::BfdFrame sends(Session& session, Instant now) {
  const auto frame = session.transmit(now);
  REQUIRE(frame);
  return read(*frame, session.options().port);
}

struct Sent {
  Instant at{};
  wire::BfdFrame frame{};
};

/// What it sends by itself, asked at its deadlines alone.
inline std::vector<Sent> sent_until(Session& session, Instant from, Instant until) {
  std::vector<Sent> frames;
  for (Instant now = from; now <= until;) {
    static_cast<void>(session.expire(now));
    while (const auto frame = session.transmit(now))
      frames.push_back({now, read(*frame, session.options().port)});
    const auto next = session.deadline();
    if (!next) break;
    REQUIRE(*next > now);
    now = *next;
  }
  return frames;
}

/// Up at `now`, its Poll answered, and nothing left to send.
inline Session up_at(Instant now, const Options& options = options_of(), const Said& said = {}) {
  Session session{options, us()};
  session.start(now);
  Said init = said;
  init.state = BfdState::init;
  init.desired = 1s;
  REQUIRE(hears(session, init, now));
  REQUIRE(session.state() == BfdState::up);
  while (session.transmit(now)) {
  }
  Said final = said;
  final.final = true;
  static_cast<void>(hears(session, final, now));
  static_cast<void>(hears(session, said, now));
  REQUIRE_FALSE(session.intervals().polling());
  return session;
}

}  // namespace lagoon::bfd_test
