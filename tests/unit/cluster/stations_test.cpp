// Stations behind a LAG of two boxes: what one box tells the other, and how long that is believed.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "cluster/stations/codec.hpp"
#include "cluster/stations/memory.hpp"
#include "support/catch.hpp"

namespace lagoon::cluster::stations_test {
namespace {

Station station(std::uint32_t number, std::uint16_t vlan = 0) {
  Station made{.mac = {{0x02, 0, 0, 0, 0, 0}}, .vlan = vlan};
  for (std::size_t i = 0; i < 4; ++i)
    made.mac.octets[2 + i] = static_cast<std::uint8_t>(number >> (8 * (3 - i)));
  return made;
}

std::vector<Station> some(std::uint32_t count, std::uint32_t from = 0) {
  std::vector<Station> stations;
  for (std::uint32_t i = 0; i < count; ++i)
    stations.push_back(station(from + i, static_cast<std::uint16_t>(i % 4095)));
  return stations;
}

StationMessage message(std::uint32_t count) {
  return {.domain = "rack7", .node = "a", .lag = "lag0", .stations = some(count)};
}

}  // namespace

TEST_CASE("What is told of stations is read as it was written", "[cluster][stations]") {
  for (const std::uint32_t count : {0U, 1U, 127U, 128U}) {
    const std::vector<std::byte> octets = encode(message(count));
    CHECK(octets.size() <= kStationMessageMax);
    CHECK(station_message_size(octets) == octets.size());
    const auto read = decode_station_message(octets);
    REQUIRE(read);
    CHECK(*read == message(count));
  }
  const std::string longest(kNameMax, 'x');
  const StationMessage whole{
      .domain = longest, .node = longest, .lag = longest, .stations = some(kStationsInMessage)};
  CHECK(encode(whole).size() == kStationMessageMax);
}

TEST_CASE("No octet of it may be cut, added, or be what no Lagoon writes", "[cluster][stations]") {
  const std::vector<std::byte> whole = encode(message(3));
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(decode_station_message(std::span{whole}.first(size)));
  std::vector<std::byte> longer = whole;
  longer.push_back(std::byte{0});
  CHECK_FALSE(decode_station_message(longer));
  // magic, version, bits, length, count, a name's length, its letter, a group's address, a VLAN ID
  const std::size_t stations = whole.size() - 3 * 8;
  for (const auto& [at, octet] : {std::pair<std::size_t, unsigned>{0, 0x4d},
                                  {4, 2},
                                  {5, 1},
                                  {7, 0},
                                  {8, 2},
                                  {8, 129},
                                  {9, 0},
                                  {9, 65},
                                  {10, 0x20},
                                  {stations, 0x03},
                                  {stations + 6, 0x0f}}) {
    std::vector<std::byte> changed = whole;
    changed[at] = std::byte{static_cast<std::uint8_t>(octet)};
    if (at == stations + 6) changed[at + 1] = std::byte{0xff};
    CAPTURE(at, octet);
    CHECK_FALSE(decode_station_message(changed));
  }
}

TEST_CASE("A station is forgotten when it was silent for as long as a bridge remembers",
          "[cluster][stations]") {
  StationMemory memory;
  const Instant now{1000s};
  memory.heard(some(3), now);
  memory.heard({{station(1, 1)}}, now + 200s);
  CHECK(memory.known(now + 300s).size() == 3);
  CHECK(memory.known(now + 301s) == std::vector{station(1, 1)});
  CHECK(memory.known(now + 501s).empty());
}

TEST_CASE("Where there is no room a station that was forgotten makes room, and no other",
          "[cluster][stations]") {
  StationMemory memory;
  const Instant now{1000s};
  memory.heard(some(kStationsMax), now);
  CHECK(memory.size() == kStationsMax);
  memory.heard(some(2, 100'000), now + 10s);
  CHECK(memory.size() == kStationsMax);
  CHECK(memory.not_taken() == 2);
  memory.heard(some(10), now + 290s);
  memory.heard(some(2, 100'000), now + 301s);
  CHECK(memory.size() == 12);
  CHECK(memory.not_taken() == 2);
  const auto known = memory.known(now + 301s);
  CHECK(std::ranges::find(known, station(100'001, 1)) != known.end());
}

}  // namespace lagoon::cluster::stations_test
