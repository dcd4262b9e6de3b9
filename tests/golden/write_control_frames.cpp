// Writes ARP, Neighbor, learning and membership frames of ours as a capture, and what each should mean, one
// JSON object a line: write_control_frames OUT.pcap OUT.jsonl SEED COUNT
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "support/prng.hpp"
#include "wire/arp.hpp"
#include "wire/group_membership.hpp"
#include "wire/learning.hpp"
#include "wire/neighbor.hpp"

using namespace lagoon;

namespace {

class Output {
 public:
  Output(const char* pcap, const char* json) : pcap_{pcap, std::ios::binary}, json_{json} {
    // pcap, version 2.4, nanoseconds, Ethernet; in this machine's order of octets, as the format allows.
    const std::array<std::uint32_t, 6> header{0xa1b23c4d, 0x00040002, 0, 0, 65535, 1};
    pcap_.write(reinterpret_cast<const char*>(header.data()), sizeof header);
  }

  void frame(const wire::ControlFrame& frame) {
    const auto size = static_cast<std::uint32_t>(frame.size());
    const std::array<std::uint32_t, 4> header{++number_, 0, size, size};
    pcap_.write(reinterpret_cast<const char*>(header.data()), sizeof header);
    pcap_.write(reinterpret_cast<const char*>(frame.data()), size);
    json_ << "{\"number\": " << number_ << ", \"size\": " << size;
  }
  void field(std::string_view name, const std::string& value) {
    json_ << ", \"" << name << "\": \"" << value << '"';
  }
  bool end_of_frame(std::optional<std::uint16_t> vlan) {
    if (vlan) json_ << ", \"vlan\": " << *vlan;
    json_ << "}\n";
    return pcap_.good() && json_.good();
  }

 private:
  std::ofstream pcap_;
  std::ofstream json_;
  std::uint32_t number_ = 0;
};

MacAddress station(test::Prng& prng) {
  MacAddress mac = prng.mac();
  mac.octets[0] = static_cast<std::uint8_t>((mac.octets[0] & 0xfcU) | 2U);
  return mac;
}
Ipv4Address host(test::Prng& prng, std::uint8_t net) {
  return {{net, prng.u8(), prng.u8(), static_cast<std::uint8_t>(prng.between(1, 254))}};
}
Ipv6Address host6(test::Prng& prng, std::uint8_t net) {
  Ipv6Address address;
  for (std::uint8_t& octet : address.octets) octet = prng.u8();
  address.octets[0] = net;
  address.octets[1] = net == 0xff ? 0x05 : 0x01;
  return address;
}

bool write_one(Output& out, test::Prng& prng) {
  const MacAddress us = station(prng);
  const std::optional<std::uint16_t> vlan =
      prng.chance(0.5) ? std::nullopt : std::optional{static_cast<std::uint16_t>(prng.between(1, 4094))};
  const Ipv4Address v4 = host(prng, 10);
  const Ipv6Address v6 = host6(prng, 0x20);
  std::string kind;
  std::string address = to_string(v4);
  switch (prng.below(7)) {
    case 0:
      kind = "arp_probe";
      out.frame(wire::emit_arp(wire::arp_probe(us, v4, vlan)));
      break;
    case 1:
      kind = "arp_announcement";
      out.frame(wire::emit_arp(wire::arp_announcement(us, v4, vlan)));
      break;
    case 2:
      kind = "ns";
      address = to_string(v6);
      out.frame(wire::emit_neighbor(wire::neighbor_probe(us, v6, vlan)));
      break;
    case 3:
      kind = "na";
      address = to_string(v6);
      out.frame(wire::emit_neighbor(wire::neighbor_announcement(us, v6, vlan)));
      break;
    case 4:
      kind = "learning";
      out.frame(wire::learning_frame(us, vlan));
      break;
    case 5: {
      kind = "igmp";
      const Ipv4Address group = host(prng, 239);
      out.frame(wire::emit_membership(us, v4, group, vlan));
      out.field("group", to_string(group));
      break;
    }
    default: {
      kind = "mld";
      const Ipv6Address group = host6(prng, 0xff);
      address = to_string(link_local_address(us));
      out.frame(wire::emit_membership(us, link_local_address(us), group, vlan));
      out.field("group", to_string(group));
    }
  }
  out.field("kind", kind);
  out.field("source", to_string(us));
  out.field("address", address);
  return out.end_of_frame(vlan);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: write_control_frames OUT.pcap OUT.jsonl SEED COUNT\n";
    return 2;
  }
  Output out{argv[1], argv[2]};
  test::Prng prng{std::strtoull(argv[3], nullptr, 0)};
  for (std::uint64_t i = std::strtoull(argv[4], nullptr, 0); i > 0; --i)
    if (!write_one(out, prng)) return 1;
  return 0;
}
