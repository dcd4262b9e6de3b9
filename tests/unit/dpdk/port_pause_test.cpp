// Pause settings on a port that has none (net_ring): it says so once, and goes on working.
#include <rte_eal.h>
#include <rte_mempool.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "dpdk/control/port_upkeep.hpp"
#include "ring_port.hpp"
#include "support/catch.hpp"

namespace port_pause_test {

using namespace lagoon;

namespace {

rte_mempool* pool() {
  static rte_mempool* const made = [] {
    static std::array<std::string, 10> args{"test", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                                            "-m",   "32",        "-l",          "0",        "--log-level=4"};
    static std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    REQUIRE(rte_eal_init(static_cast<int>(argv.size()), argv.data()) >= 0);
    return rte_pktmbuf_pool_create("test", 1023, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  }();
  return made;
}

std::size_t mentions(const std::vector<std::string>& lacks, std::string_view word) {
  return static_cast<std::size_t>(std::ranges::count_if(
      lacks, [&](const std::string& text) { return text.find(word) != std::string::npos; }));
}

TEST_CASE("A port without pause frames says so when they are asked for, and once", "[port]") {
  dpdk::test::RingPort ring{"pausing", pool()};
  dpdk::Port port = ring.give_port();
  dpdk::PortUpkeep upkeep{port.id()};
  CHECK(mentions(upkeep.apply({}, false), "pause") == 0);
  CHECK(mentions(upkeep.apply({.pause = control::Pause::full}, false), "pause frames") == 1);
  CHECK(mentions(upkeep.apply({.pause = control::Pause::full}, false), "pause") == 0);
  CHECK(mentions(upkeep.apply({.pause = control::Pause::receive}, false), "pause frames") == 1);
  CHECK(mentions(upkeep.apply({.pfc = {3, 4}}, false), "pfc") == 1);
  CHECK(mentions(upkeep.apply({.pfc = {3, 4}}, false), "pause") == 0);
  CHECK(mentions(upkeep.apply({}, false), "pause") == 0);  // nothing is asked for any more
  upkeep.take_back();
  CHECK(port.is_started());
}

}  // namespace

}  // namespace port_pause_test
