// Writes frames of ours as a capture, and what each should mean, one JSON object a line, so that decoders
// which we did not write can be asked: write_frames OUT.pcap OUT.jsonl SEED COUNT
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/mac_address.hpp"
#include "support/prng.hpp"
#include "wire/slow_frame.hpp"

using namespace lagoon;

namespace {

// pcap, version 2.4, nanoseconds, Ethernet; in this machine's order of octets, as the format allows.
void write_file_header(std::ostream& out) {
  const std::array<std::uint32_t, 6> header{0xa1b23c4d, 0x00040002, 0, 0, 65535, 1};
  out.write(reinterpret_cast<const char*>(header.data()), sizeof header);
}

void write_frame(std::ostream& out, std::uint32_t number, const wire::SlowFrame& frame) {
  const std::array<std::uint32_t, 4> header{number, 0, sizeof frame, sizeof frame};
  out.write(reinterpret_cast<const char*>(header.data()), sizeof header);
  out.write(reinterpret_cast<const char*>(frame.data()), sizeof frame);
}

std::string field(std::string_view name, std::uint64_t value) {
  return "\"" + std::string{name} + "\": " + std::to_string(value);
}
std::string field(std::string_view name, const MacAddress& mac) {
  return "\"" + std::string{name} + "\": \"" + to_string(mac) + "\"";
}

std::string to_json(const wire::LacpInfo& info) {
  return "{" + field("system_priority", info.system_priority) + ", " + field("system", info.system) + ", " +
         field("key", info.key) + ", " + field("port_priority", info.port_priority) + ", " +
         field("port_number", info.port_number) + ", " + field("state", info.state) + "}";
}
std::string to_json(const wire::Lacpdu& pdu) {
  return R"("kind": "lacpdu", )" + field("version", pdu.version) + ", \"actor\": " + to_json(pdu.actor) +
         ", \"partner\": " + to_json(pdu.partner) + ", " + field("max_delay", pdu.collector_max_delay);
}
std::string to_json(const wire::MarkerPdu& pdu) {
  return R"("kind": "marker", )" + field("version", pdu.version) + ", " +
         field("type", static_cast<std::uint8_t>(pdu.kind)) + ", " + field("port", pdu.requester_port) +
         ", " + field("system", pdu.requester_system) + ", " + field("transaction", pdu.transaction);
}

wire::LacpInfo random_info(test::Prng& prng) {
  return {prng.u16(), prng.mac(), prng.u16(), prng.u16(), prng.u16(), prng.u8()};
}

// Every state octet at both ends, both ends of every range, and then anything.
std::vector<wire::SlowPdu> pdus(test::Prng& prng, std::uint64_t count) {
  std::vector<wire::SlowPdu> all;
  for (unsigned state = 0; state < 256; ++state) {
    wire::Lacpdu pdu{
        .actor = random_info(prng), .partner = random_info(prng), .collector_max_delay = prng.u16()};
    pdu.actor.state = static_cast<std::uint8_t>(state);
    pdu.partner.state = static_cast<std::uint8_t>(~state);
    all.emplace_back(pdu);
  }
  const wire::LacpInfo ones{0xffff, {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}, 0xffff, 0xffff, 0xffff, 0xff};
  all.emplace_back(wire::Lacpdu{});
  all.emplace_back(wire::Lacpdu{.actor = ones, .partner = {}, .collector_max_delay = 0xffff});
  all.emplace_back(wire::Lacpdu{.actor = {}, .partner = ones, .collector_max_delay = 0});
  all.emplace_back(wire::MarkerPdu{});
  all.emplace_back(wire::MarkerPdu{1, wire::MarkerKind::response, 0xffff, ones.system, 0xffffffff});
  for (std::uint64_t i = 0; i < count; ++i) {
    if (prng.chance(0.5))
      all.emplace_back(wire::Lacpdu{1, random_info(prng), random_info(prng), prng.u16()});
    else
      all.emplace_back(
          wire::MarkerPdu{1, prng.chance(0.5) ? wire::MarkerKind::information : wire::MarkerKind::response,
                          prng.u16(), prng.mac(), prng.u32()});
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: write_frames OUT.pcap OUT.jsonl SEED COUNT\n";
    return 2;
  }
  std::ofstream pcap{argv[1], std::ios::binary};
  std::ofstream json{argv[2]};
  test::Prng prng{std::strtoull(argv[3], nullptr, 0)};
  write_file_header(pcap);
  std::uint32_t number = 0;
  for (const wire::SlowPdu& pdu : pdus(prng, std::strtoull(argv[4], nullptr, 0))) {
    MacAddress source = prng.mac();
    source.octets[0] = static_cast<std::uint8_t>((source.octets[0] & 0xfeU) | 2U);
    write_frame(pcap, ++number, wire::emit_slow_frame(source, pdu));
    const std::string text = std::visit([](const auto& value) { return to_json(value); }, pdu);
    json << "{" << field("number", number) << ", " << field("source", source) << ", " << text << "}\n";
  }
  return pcap.flush() && json.flush() ? 0 : 1;
}
