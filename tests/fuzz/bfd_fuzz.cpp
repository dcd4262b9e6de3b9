// Any octets as the course of a micro-BFD session: what its peer says (any 24 octets in frames whose headers
// are right), time that passes, and what an operator does; it is always due later than now, and sends what
// can be read.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_reader.hpp"
#include "base/check.hpp"
#include "bfd/session.hpp"
#include "wire/bfd/bfd_frame.hpp"

using namespace lagoon;

namespace {

constexpr MacAddress kOurs{{2, 0, 0, 0, 0, 1}}, kTheirs{{2, 0, 0, 0, 0, 2}};
constexpr Ipv4Address kUs{{169, 254, 7, 1}}, kThem{{169, 254, 7, 2}};

// A frame of the peer's whose packet is these octets, as far as it is one.
void hear(bfd::Session& session, std::span<const std::byte> octets, Instant now) {
  const auto packet = wire::parse_bfd_packet(octets);
  if (!packet) {
    LAGOON_CHECK(!wire::name_of(packet.error()).empty());
    return;
  }
  const auto frame = wire::emit_bfd_frame({.destination = wire::kMicroBfdAddress,
                                           .source = kTheirs,
                                           .from = kThem,
                                           .to = kUs,
                                           .packet = *packet});
  const auto event = session.receive(frame, now);
  LAGOON_CHECK(!event || event->from != event->to);
}

void turn(bfd::Session& session, Instant now) {
  static_cast<void>(session.expire(now));
  int frames = 0;
  while (const auto frame = session.transmit(now)) {
    // (an answer to a Poll and one of its own)
    LAGOON_CHECK(++frames <= 2);
    LAGOON_CHECK(wire::parse_bfd_frame(*frame, wire::kMicroBfdPort).has_value());
  }
  const auto deadline = session.deadline();
  LAGOON_CHECK(!deadline || *deadline > now);
  LAGOON_CHECK(!session.blocks() || session.state() != wire::BfdState::admin_down);
}

void act(bfd::Session& session, ByteReader& reader, Instant& now) {
  const std::uint8_t what = reader.u8();
  bfd::Options options = session.options();
  switch (what % 9) {
    case 0:
      now += std::chrono::microseconds{reader.be16()};
      break;
    case 1:
      now += std::chrono::milliseconds{reader.be16()};
      break;
    case 2:
      static_cast<void>(what & 0x80U ? session.disable(now) : session.enable(now));
      break;
    case 3:
      what & 0x80U ? session.start(now) : static_cast<void>(session.stop(now));
      break;
    case 4:
      session.slept(std::chrono::milliseconds{reader.u8()}, now);
      break;
    case 5:
      options.interval = std::chrono::milliseconds{1 + reader.be16() % 60'000};
      options.multiplier = static_cast<std::uint8_t>(reader.u8() | 1U);
      options.peer = what & 0x80U ? std::optional<IpAddress>{kThem} : std::nullopt;
      static_cast<void>(session.set(options, now));
      break;
    default:
      hear(session, reader.octets(wire::kBfdPacketSize), now);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto octets = std::as_bytes(std::span{data, size});
  bfd::Session session{{.local = kUs, .peer = kThem}, {.source = kOurs, .discriminator = 1, .seed = size}};
  Instant now{1000s};
  static_cast<void>(session.receive(octets, now));
  turn(session, now);
  constexpr int kActsMost = 32;
  ByteReader reader{octets};
  for (int acts = 0; acts < kActsMost && reader.remaining() > 0; ++acts) {
    act(session, reader, now);
    turn(session, now);
  }
  return 0;
}
