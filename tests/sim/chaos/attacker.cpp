#include "attacker.hpp"

#include <utility>

namespace lagoon::sim::chaos {

namespace {
constexpr std::size_t kKept = 16;
constexpr MacAddress kSource{{0x02, 0, 0, 0, 0x66, 0x66}};
}  // namespace

void Attacker::heard(std::size_t end, bool own_cable, const wire::Lacpdu& pdu) {
  if (own_cable) own_[end] = pdu;
  std::vector<wire::Lacpdu>& kept = others_[end];
  if (own_cable) return;
  if (kept.size() < kKept)
    kept.push_back(pdu);
  else
    kept[prng_.below(kKept)] = pdu;
}

wire::LacpInfo Attacker::forged_info() {
  return {.system_priority = static_cast<std::uint16_t>(prng_.below(3)),
          .system = {{2, 0, 0x66, 0, static_cast<std::uint8_t>(prng_.below(2)), prng_.u8()}},
          .key = static_cast<std::uint16_t>(prng_.below(4)),
          .port_priority = static_cast<std::uint16_t>(prng_.below(3)),
          .port_number = static_cast<std::uint16_t>(prng_.below(4)),
          .state = prng_.chance(0.6) ? std::uint8_t{0x3f} : prng_.u8()};
}

wire::Lacpdu Attacker::said_to(std::size_t end) {
  if (own_[1 - end]) return *own_[1 - end];
  return {.actor = forged_info(), .partner = forged_info()};
}

void Attacker::mutate(wire::LacpInfo& info) {
  switch (prng_.below(7)) {
    case 0:
      info.state = static_cast<std::uint8_t>(info.state ^ (1U << prng_.below(8)));
      return;
    case 1:
      info.key = static_cast<std::uint16_t>(info.key + 1);
      return;
    case 2:
      info.port_number = static_cast<std::uint16_t>(prng_.below(5));
      return;
    case 3:
      info.port_priority = prng_.chance(0.5) ? std::uint16_t{0} : prng_.u16();
      return;
    case 4:
      info.system_priority = prng_.chance(0.5) ? std::uint16_t{0} : prng_.u16();
      return;
    case 5:
      info.system.octets[prng_.below(6)] ^= static_cast<std::uint8_t>(1U << prng_.below(8));
      return;
    default:
      info.state = prng_.u8();
  }
}

void Attacker::mutate(wire::Lacpdu& pdu) {
  for (std::uint64_t changes = prng_.between(1, 3); changes > 0; --changes)
    mutate(prng_.chance(0.6) ? pdu.actor : pdu.partner);
  if (prng_.chance(0.2)) pdu.collector_max_delay = prng_.u16();
}

wire::SlowFrame Attacker::frame(std::size_t end) {
  const auto attack = static_cast<Attack>(prng_.below(kAttacks));
  wire::Lacpdu pdu = said_to(end);
  switch (attack) {
    case Attack::replayed:
      if (!others_[1 - end].empty() && prng_.chance(0.5))
        pdu = others_[1 - end][prng_.below(others_[1 - end].size())];
      break;
    case Attack::reflected:  // what the end said itself, here or on another cable
      if (own_[end]) pdu = *own_[end];
      if (!others_[end].empty() && prng_.chance(0.5)) pdu = others_[end][prng_.below(others_[end].size())];
      break;
    case Attack::swapped:
      std::swap(pdu.actor, pdu.partner);
      break;
    case Attack::mutated:
    case Attack::corrupted:
      mutate(pdu);
      break;
    case Attack::forged: {
      const wire::LacpInfo ours = pdu.partner;
      pdu = {.actor = forged_info(), .partner = prng_.chance(0.5) ? ours : forged_info()};
      break;
    }
    case Attack::marker:
      return wire::emit_slow_frame(
          kSource, wire::MarkerPdu{
                       .kind = prng_.chance(0.5) ? wire::MarkerKind::information : wire::MarkerKind::response,
                       .requester_port = static_cast<std::uint16_t>(prng_.below(5)),
                       .requester_system = pdu.partner.system,
                       .transaction = prng_.u32()});
  }
  wire::SlowFrame frame = wire::emit_slow_frame(kSource, pdu);
  if (attack == Attack::corrupted) frame[prng_.below(frame.size())] ^= std::byte{prng_.u8()};
  return frame;
}

}  // namespace lagoon::sim::chaos
