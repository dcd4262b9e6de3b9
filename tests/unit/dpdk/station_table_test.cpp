// Who is heard on a LAG: what a worker notes is taken once, with its VLAN ID, wherever the tag stands.
#include "dpdk/snapshot/station_table.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <vector>

#include "support/catch.hpp"
#include "support/flow_frames.hpp"

namespace lagoon::dpdk::station_table_test {
namespace {

using cluster::Station;

// A frame as a driver hands it over; it lives as long as this.
struct Frame {
  static constexpr std::uint16_t kSize = 64;
  std::array<std::byte, kSize> octets{};
  std::unique_ptr<rte_mbuf> mbuf = std::make_unique<rte_mbuf>();
  Frame(std::uint32_t number, std::vector<unsigned> type, std::optional<std::uint16_t> stripped = {}) {
    octets[6] = std::byte{0x02};
    for (std::size_t i = 0; i < 4; ++i)
      octets[8 + i] = static_cast<std::byte>(number >> (8 * (3 - i)) & 0xff);
    for (std::size_t i = 0; i < type.size(); ++i) octets[12 + i] = static_cast<std::byte>(type[i]);
    mbuf->buf_addr = octets.data();
    mbuf->data_len = kSize;
    mbuf->pkt_len = kSize;
    if (stripped) {
      mbuf->ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
      mbuf->vlan_tci = *stripped;
    }
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
};

Station station(std::uint32_t number, std::uint16_t vlan) {
  Station made{.mac = {{0x02, 0, 0, 0, 0, 0}}, .vlan = vlan};
  for (std::size_t i = 0; i < 4; ++i)
    made.mac.octets[2 + i] = static_cast<std::uint8_t>(number >> (8 * (3 - i)));
  return made;
}

void note(StationTable& table, Frame& frame) {
  rte_mbuf* const one = frame.mbuf.get();
  table.note({&one, 1});
}

std::vector<Station> all_of(StationTable& table) {
  std::vector<Station> all;
  table.take(0, cluster::kStationsMax, all);
  std::ranges::sort(all);
  return all;
}

}  // namespace

TEST_CASE("A station is taken once, and is there again with its next frame", "[dpdk][stations]") {
  const auto table = std::make_unique<StationTable>();
  CHECK(all_of(*table).empty());
  Frame plain{7, {0x08, 0x00}};
  for (int i = 0; i < 3; ++i) note(*table, plain);
  CHECK(all_of(*table) == std::vector{station(7, 0)});
  CHECK(all_of(*table).empty());
  note(*table, plain);
  CHECK(all_of(*table) == std::vector{station(7, 0)});
}

TEST_CASE("A tag in the frame, and one that the driver has taken off, are one VLAN; its priority is none",
          "[dpdk][stations]") {
  const auto table = std::make_unique<StationTable>();
  Frame inside{7, {0x81, 0x00, 0xe0, 0x05}};
  Frame stripped{8, {0x08, 0x00}, 0x6005};
  Frame priority_alone{9, {0x81, 0x00, 0xe0, 0x00}};
  Frame two_tags{10, {0x88, 0xa8, 0x00, 0x05}};
  for (Frame* frame : {&inside, &stripped, &priority_alone, &two_tags}) note(*table, *frame);
  CHECK(all_of(*table) == std::vector{station(7, 5), station(8, 5), station(9, 0)});
}

TEST_CASE("Many stations find places: of 1,000 nine in ten are there at once, and no one else",
          "[dpdk][stations]") {
  const auto table = std::make_unique<StationTable>();
  std::set<Station> put;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    Frame frame{i * 2'654'435'761U, {0x08, 0x00}};
    note(*table, frame);
    put.insert(station(i * 2'654'435'761U, 0));
  }
  std::vector<Station> found;
  for (std::size_t at = 0; at < cluster::kStationsMax; at += 128) table->take(at, 128, found);
  CHECK(found.size() > 850);
  for (const Station& each : found) CHECK(put.contains(each));
}

}  // namespace lagoon::dpdk::station_table_test
