#include "wire/flow/flow_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <variant>

#include "base/byte_writer.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "wire/ethernet_header.hpp"
#include "wire/flow/flow_headers.hpp"

namespace lagoon::wire {

namespace {

constexpr std::size_t kHeadersMax = 128;
constexpr std::size_t kShownMax = 40;
constexpr MacAddress kFrom{{0x02, 0, 0, 0, 0, 0x01}};
constexpr MacAddress kTo{{0x02, 0, 0, 0, 0, 0x02}};

struct Protocol {
  std::string_view word;
  std::uint8_t over_v4;
  std::uint8_t over_v6;
  bool has_ports;
  std::size_t octets;  // of its header
};
constexpr std::array<Protocol, 3> kProtocols{{{"udp", kProtocolUdp, kProtocolUdp, true, 8},
                                              {"tcp", kProtocolTcp, kProtocolTcp, true, 20},
                                              {"icmp", 1, 58, false, 8}}};

struct End {
  IpAddress address{};
  std::uint16_t port = 0;
};

struct Flow {
  const Protocol* protocol = nullptr;
  End from{};
  End to{};
  EthernetHeader ethernet{.destination = kTo, .source = kFrom, .vlan_tci = {}, .ether_type = 0};
};

std::string in_quotes(std::string_view text) {
  std::string shown = "'";
  for (const char c : text.substr(0, kShownMax)) shown += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  return shown + (text.size() > kShownMax ? "..'" : "'");
}

std::unexpected<Error> no(std::string detail) {
  return fail(Errc::invalid_argument, std::move(detail));
}

// The next word, taken off `text`; empty: there is none.
std::string_view take_word(std::string_view& text) {
  constexpr std::string_view kSpace = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kSpace));
  text.remove_prefix(word.size());
  return word;
}

template <typename T>
std::optional<T> number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<End> end_with_port(std::string_view word) {
  const std::size_t colon = word.rfind(':');
  std::string_view address = word.substr(0, colon);
  const bool in_brackets = address.size() > 2 && address.front() == '[' && address.back() == ']';
  const auto wrong = [&] {
    return no(in_quotes(word) +
              " is not an address and a port; expected 10.0.0.1:1000, or [2001:db8::1]:1000");
  };
  if (colon == std::string_view::npos) return wrong();
  if (in_brackets) address = address.substr(1, address.size() - 2);
  const auto parsed = parse_ip_address(address);
  const auto port = number<std::uint16_t>(word.substr(colon + 1));
  if (!parsed || !port || std::holds_alternative<Ipv6Address>(*parsed) != in_brackets) return wrong();
  return End{*parsed, *port};
}

Result<End> end_of(const Protocol& protocol, std::string_view word, std::string_view which) {
  if (word.empty())
    return no(std::string{protocol.word} + " has no address to go " + std::string{which} + "; expected " +
              (protocol.has_ports ? "udp 10.0.0.1:1000 10.0.0.2:2000" : "icmp 10.0.0.1 10.0.0.2"));
  if (protocol.has_ports) return end_with_port(word);
  const auto address = parse_ip_address(word);
  if (!address)
    return no(in_quotes(word) + " is not an address; expected one like 10.0.0.1 or 2001:db8::1, " +
              std::string{protocol.word} + " has no ports");
  return End{*address, 0};
}

// "vlan N", "from MAC", "to MAC", each once.
Result<void> read_rest(std::string_view rest, Flow& flow) {
  bool from = false;
  bool to = false;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    const bool known = word == "vlan" || word == "from" || word == "to";
    if (!known) return no(in_quotes(word) + " is not known here; expected vlan N, from MAC or to MAC");
    bool& said = word == "from" ? from : to;
    if (word == "vlan" ? flow.ethernet.vlan_tci.has_value() : said)
      return no(std::string{word} + " is said twice; keep one");
    const std::string_view value = take_word(rest);
    if (word == "vlan") {
      const auto vlan = number<std::uint16_t>(value);
      if (!vlan || *vlan < 1 || *vlan > 4094)
        return no("vlan is " + in_quotes(value) + "; expected a number from 1 to 4094");
      flow.ethernet.vlan_tci = vlan;
      continue;
    }
    const auto mac = parse_mac_address(value);
    if (!mac)
      return no(std::string{word} + " is " + in_quotes(value) +
                "; expected a MAC address like 02:00:00:00:00:01");
    (word == "from" ? flow.ethernet.source : flow.ethernet.destination) = *mac;
    said = true;
  }
  return {};
}

void write_ip(ByteWriter& out, const Flow& flow) {
  const auto put = [&out](const auto& address) {
    for (const std::uint8_t octet : address.octets) out.u8(octet);
  };
  const std::size_t carried = flow.protocol->octets;
  if (const auto* from = std::get_if<Ipv4Address>(&flow.from.address)) {
    constexpr std::size_t kHeader = 20;
    out.u8(0x45);
    out.u8(0);
    out.be16(static_cast<std::uint16_t>(kHeader + carried));
    out.be32(0);  // identification, no fragment
    out.u8(64);
    out.u8(flow.protocol->over_v4);
    out.be16(0);
    put(*from);
    put(std::get<Ipv4Address>(flow.to.address));
    return;
  }
  out.be32(0x6000'0000);
  out.be16(static_cast<std::uint16_t>(carried));
  out.u8(flow.protocol->over_v6);
  out.u8(64);
  put(std::get<Ipv6Address>(flow.from.address));
  put(std::get<Ipv6Address>(flow.to.address));
}

std::vector<std::byte> frame_of(Flow flow) {
  const bool is_v4 = std::holds_alternative<Ipv4Address>(flow.from.address);
  flow.ethernet.ether_type = is_v4 ? 0x0800 : 0x86dd;
  std::vector<std::byte> octets(kHeadersMax);
  ByteWriter out{octets};
  write_ethernet_header(out, flow.ethernet);
  write_ip(out, flow);
  if (flow.protocol->has_ports) {
    out.be16(flow.from.port);
    out.be16(flow.to.port);
    out.zeros(flow.protocol->octets - 4);
  } else {
    out.zeros(flow.protocol->octets);
  }
  octets.resize(std::max(out.written(), kEthernetFrameMin));
  return octets;
}

Result<std::vector<std::byte>> frame_from_words(const Protocol& protocol, std::string_view rest) {
  Flow flow{.protocol = &protocol};
  const auto from = end_of(protocol, take_word(rest), "from");
  if (!from) return std::unexpected{from.error()};
  const auto to = end_of(protocol, take_word(rest), "to");
  if (!to) return std::unexpected{to.error()};
  flow.from = *from;
  flow.to = *to;
  if (from->address.index() != to->address.index())
    return no("one address is IPv4 and one is IPv6; expected two of one kind");
  LAGOON_TRY(read_rest(rest, flow));
  return frame_of(flow);
}

Result<std::vector<std::byte>> frame_from_hex(std::string_view text) {
  constexpr std::size_t kHeader = 14;
  std::vector<std::byte> octets;
  std::string digits;
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != ':') digits += c;
  if (digits.size() % 2 != 0) return no("the last octet has one digit; expected two for each");
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    if (octets.size() == kFlowOctetsMax)
      return no("the frame is longer than " + std::to_string(kFlowOctetsMax) +
                " octets; its headers are enough");
    octets.push_back(
        static_cast<std::byte>(*number<std::uint8_t>(std::string_view{digits}.substr(i, 2), 16)));
  }
  if (octets.size() < kHeader)
    return no("the frame has " + std::to_string(octets.size()) +
              " octets; expected at least 14, from the destination address on");
  return octets;
}

}  // namespace

Result<std::vector<std::byte>> parse_flow(std::string_view text) {
  std::string_view rest = text;
  const std::string_view first = take_word(rest);
  const auto protocol = std::ranges::find(kProtocols, first, &Protocol::word);
  if (protocol != kProtocols.end()) return frame_from_words(*protocol, rest);
  const std::size_t begins = text.find_first_not_of(" \t");
  const std::string_view hex = begins == std::string_view::npos ? "" : text.substr(begins);
  const bool is_marked = hex.starts_with("0x");
  const std::string_view octets = is_marked ? hex.substr(2) : hex;
  if (!octets.empty() && octets.find_first_not_of("0123456789abcdefABCDEF: \t") == std::string_view::npos)
    return frame_from_hex(octets);
  return no(
      (is_marked ? "not only hexadecimal digits follow 0x" : in_quotes(first) + " is no flow") +
      "; expected udp, tcp or icmp with two addresses, like udp 10.0.0.1:1000 10.0.0.2:2000, or a frame "
      "in hexadecimal");
}

}  // namespace lagoon::wire
