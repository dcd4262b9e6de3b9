#include "dpdk/engine/capacity.hpp"

#include "dpdk/base/packet_ring.hpp"
#include "support/catch.hpp"

namespace lagoon::dpdk::capacity_test {
namespace {

config::Config with(std::size_t members, std::size_t lags = 1, std::size_t workers = 1) {
  config::Config config;
  config.eal.lcores.resize(1 + workers);
  for (std::size_t i = 0; i < lags; ++i) config.lags.emplace_back();
  for (std::size_t i = 0; i < members; ++i)
    config.lags[i % lags].members.push_back(
        {.name = "m" + std::to_string(i), .source = config::DevicePort{"net_null" + std::to_string(i)}});
  return config;
}

TEST_CASE("Memory follows ports, LAGs and workers, and is never less than 256 MB", "[dpdk][capacity]") {
  CHECK(memory_needed_mb(with(2)) == 256);
  const std::uint32_t many = memory_needed_mb(with(32));
  // (32 ports, 4 that may come, and what waits for one LAG and worker: 4096 mbufs each, of a page of 4 kB)
  CHECK(many > 37 * 16);
  CHECK(many < 37 * 16 + 150);
  CHECK(memory_needed_mb(with(32, 4)) > many);
  CHECK(memory_needed_mb(with(32, 4, 3)) > memory_needed_mb(with(32, 4)));
}

TEST_CASE("A packet ring is made for the MTU and two VLAN tags, as far as mbufs hold its frames",
          "[dpdk][capacity]") {
  const std::string plain = "net_af_packet0,iface=eth0";
  CHECK(with_packet_ring(plain, 1500, 65535) == plain);
  CHECK(with_packet_ring(plain, packet_ring_mtu(plain), 65535) == plain);
  CHECK(with_packet_ring(plain, packet_ring_mtu(plain) + 1, 65535) ==
        plain + ",framesz=4096,blocksz=4096,framecnt=384");
  const std::string jumbo = with_packet_ring(plain, 9000, 65535);
  CHECK(jumbo == plain + ",framesz=12288,blocksz=12288,framecnt=128");
  CHECK(packet_ring_cut(jumbo) == 12288 - 66);
  CHECK(packet_ring_mtu(jumbo) + 14U + 8U + 1U == packet_ring_cut(jumbo));
  CHECK(with_packet_ring(plain, 9000, packet_ring_room(jumbo)) == jumbo);
  CHECK(with_packet_ring(plain, 9000, packet_ring_room(jumbo) - 1) ==
        plain + ",framesz=8192,blocksz=8192,framecnt=192");
  CHECK(with_packet_ring(plain, 9000, kMbufRoom) == plain);
  CHECK(with_packet_ring(plain + ",framesz=4096", 9000, 65535) == plain + ",framesz=4096");
  CHECK(packet_ring_cut(plain + ",framesz=4096") == 4096 - 66);
}

TEST_CASE("An MTU that asks for larger mbufs asks for more memory", "[dpdk][capacity]") {
  config::Config config = with(0);
  config.lags[0].members.push_back(
      {.name = "m0", .source = config::DevicePort{"net_af_packet0,iface=nobody"}});
  CHECK(mbuf_room_needed(config) == kMbufRoom);
  config.lags[0].options.port.mtu = 9000;
  CHECK(mbuf_room_needed(config) == 12288 - 32);
  // (2 ports at least, 4 that may come, and what waits: 4096 mbufs each, of four pages)
  CHECK(memory_needed_mb(config, mbuf_room_needed(config)) > 7 * 64);
  CHECK(memory_needed_mb(config, kMbufRoom) == memory_needed_mb(config));
}

}  // namespace
}  // namespace lagoon::dpdk::capacity_test
