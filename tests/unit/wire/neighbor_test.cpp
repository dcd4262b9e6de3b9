#include "wire/neighbor.hpp"

#include <algorithm>
#include <vector>

#include "control_frame_builders.hpp"
#include "support/catch.hpp"
#include "wire/internet_checksum.hpp"

namespace neighbor_test {

using namespace lagoon;
using namespace lagoon::wire;

namespace {

constexpr MacAddress kUs{{0x02, 0x4c, 0x41, 0, 0, 1}};
const Ipv6Address kTarget = *parse_ipv6_address("2001:db8::12:3456");

constexpr std::size_t kPayloadSizeAt = 18;
constexpr std::size_t kMessageAt = 14 + 40;

// Makes the checksum right again, so that a refusal has another reason.
void repair(std::vector<std::byte>& frame, std::size_t size) {
  Ipv6Address from;
  Ipv6Address to;
  std::ranges::transform(std::span{frame}.subspan(22, 16), from.octets.begin(),
                         [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
  std::ranges::transform(std::span{frame}.subspan(38, 16), to.octets.begin(),
                         [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
  put_checksum(frame, kMessageAt + 2, 0);
  const auto message = std::span{frame}.subspan(kMessageAt, size);
  put_checksum(frame, kMessageAt + 2,
               InternetChecksum{}.add_pseudo_header(from, to, size, 58).add(message).value());
}

std::vector<std::byte> probe_octets() {
  return test::octets_of(emit_neighbor(neighbor_probe(kUs, kTarget, std::nullopt)));
}

}  // namespace

TEST_CASE("What is emitted as a Neighbor frame is parsed to the same value", "[wire][neighbor]") {
  const std::uint64_t seed = test::seed_from_environment().value_or(4861);
  CAPTURE(seed);
  test::Prng prng{seed};
  for (int i = 0; i < 5000; ++i) {
    const NeighborFrame neighbor = test::random_neighbor(prng);
    REQUIRE(parse_neighbor(emit_neighbor(neighbor)) == neighbor);
  }
}

TEST_CASE("A Neighbor frame that is cut off anywhere is none, and padding does not matter",
          "[wire][neighbor]") {
  const std::vector<std::byte> frame = probe_octets();
  REQUIRE(frame.size() == 86);
  for (std::size_t size = 0; size < frame.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(parse_neighbor(std::span{frame}.first(size)).has_value());
  }
  std::vector<std::byte> longer = frame;
  longer.resize(1514, std::byte{0xa5});
  CHECK(parse_neighbor(longer) == parse_neighbor(frame));
}

TEST_CASE("One wrong bit in addresses or message is found by the checksum", "[wire][neighbor]") {
  const std::vector<std::byte> frame = probe_octets();
  for (std::size_t at = 22; at < frame.size(); ++at) {
    CAPTURE(at);
    std::vector<std::byte> spoilt = frame;
    spoilt[at] ^= std::byte{0x10};
    CHECK_FALSE(parse_neighbor(spoilt).has_value());
  }
}

TEST_CASE("A Neighbor frame is refused as RFC 4861 7.1 asks, although its checksum is right",
          "[wire][neighbor]") {
  struct Row {
    const char* what;
    std::size_t at;
    int value;
  };
  for (const Row& row :
       {Row{"EtherType", 13, 0xde}, Row{"version", 14, 0x40}, Row{"next header", 20, 17},
        Row{"hop limit", 21, 254}, Row{"type", kMessageAt, 134}, Row{"code", kMessageAt + 1, 1},
        Row{"multicast target", kMessageAt + 8, 0xff}, Row{"option without length", kMessageAt + 25, 0},
        Row{"option longer than the message", kMessageAt + 25, 2}, Row{"multicast sender", 22, 0xff},
        Row{"shorter than an option", kPayloadSizeAt + 1, 31},
        Row{"shorter than a message", kPayloadSizeAt + 1, 23}}) {
    CAPTURE(row.what);
    std::vector<std::byte> frame = probe_octets();
    frame[row.at] = static_cast<std::byte>(row.value);
    repair(frame, std::to_integer<std::size_t>(frame[kPayloadSizeAt + 1]));
    CHECK_FALSE(parse_neighbor(frame).has_value());
  }
  NeighborFrame nowhere = neighbor_probe(kUs, kTarget, std::nullopt);
  nowhere.sender = {};
  CHECK_FALSE(parse_neighbor(emit_neighbor(nowhere)).has_value());  // with an option
  nowhere.link_layer = std::nullopt;
  CHECK(parse_neighbor(emit_neighbor(nowhere)) == nowhere);  // duplicate address detection
  nowhere.receiver = kTarget;
  CHECK_FALSE(parse_neighbor(emit_neighbor(nowhere)).has_value());
  NeighborFrame to_all = neighbor_announcement(kUs, kTarget, std::nullopt);
  to_all.solicited = true;
  CHECK_FALSE(parse_neighbor(emit_neighbor(to_all)).has_value());
}

TEST_CASE("Other options of a Neighbor frame are passed over", "[wire][neighbor]") {
  std::vector<std::byte> frame = probe_octets();
  std::vector<std::byte> nonce(16, std::byte{0x77});  // RFC 3971 5.3.2, here two units long
  nonce[0] = std::byte{14};
  nonce[1] = std::byte{2};
  frame.insert(frame.begin() + kMessageAt + 24, nonce.begin(), nonce.end());
  frame[kPayloadSizeAt + 1] = std::byte{48};
  repair(frame, 48);
  CHECK(parse_neighbor(frame) == neighbor_probe(kUs, kTarget, std::nullopt));
}

TEST_CASE("A Neighbor probe asks the solicited-node address from its own link-local address",
          "[wire][neighbor]") {
  const NeighborFrame probe = neighbor_probe(kUs, kTarget, 9);
  CHECK(probe.destination == MacAddress{{0x33, 0x33, 0xff, 0x12, 0x34, 0x56}});
  CHECK(probe.source == kUs);
  CHECK(probe.vlan_tci == 9);
  CHECK(to_string(probe.receiver) == "ff02::1:ff12:3456");
  CHECK(probe.sender == link_local_address(kUs));
  CHECK(probe.link_layer == kUs);
  CHECK(probe.kind == NeighborKind::solicitation);
  const NeighborFrame announcement = neighbor_announcement(kUs, kTarget, std::nullopt);
  CHECK(announcement.destination == MacAddress{{0x33, 0x33, 0, 0, 0, 1}});
  CHECK(to_string(announcement.receiver) == "ff02::1");
  CHECK(announcement.override_flag);
  CHECK_FALSE(announcement.solicited);
  CHECK(announcement.link_layer == kUs);
}

}  // namespace neighbor_test
