// show health: sentences of what is well and what is not, and the worst of all before them.
#include <nlohmann/json.hpp>

#include "console/interpreter.hpp"
#include "support/catch.hpp"
#include "support/fake_running.hpp"

namespace lagoon::console::health_test {
namespace {

TEST_CASE("Where all is well, health says so", "[console][health]") {
  test::FakeRunning running;
  Interpreter interpreter{running};
  CHECK(interpreter.run("show health")->text ==
        "health: good\n"
        "  good  lag0  up, 2 of 2 members carry frames\n"
        "  good  lag1  up, 1 of 1 member carries frames\n");
}

TEST_CASE("Each thing that is not well is a finding, and the worst is said first", "[console][health]") {
  test::FakeRunning running;
  Interpreter interpreter{running};
  control::LagStatus& lacp = running.at(0);
  control::MemberStatus& out = lacp.members[1];
  out.distributing = out.works = false;
  out.link.up = false;
  out.mii = failover::DebouncedLink::down;
  out.hold_out.flooded = true;
  out.traffic.kernel_ring_full_lately = 88;
  lacp.distributing_members = 1;
  lacp.members[0].lacp.periodic = lacp::PeriodicState::fast_periodic;
  lacp.members[0].lacp.tx_gap = 1501ms;
  lacp.refused.groups = 3;
  lacp.drops = {{"unfit", 2}, {"no_peer", 0}, {"port_rx_missed", 40}};
  CHECK(
      interpreter.run("show health")->text ==
      "health: warning\n"
      "  good     lag0     up, 1 of 2 members carry frames\n"
      "  note     lag0/m0  our LACPDUs were up to 1501 ms apart in the last two minutes, and are due every "
      "1000 ms\n"
      "  warning  lag0/m1  carries nothing: link down: the port has no link: the cable, or the other end's "
      "port\n"
      "  warning  lag0/m1  more LACPDUs come in than may pass\n"
      "  warning  lag0/m1  88 frames found no room in the kernel's ring in the last 10 s: more come than the "
      "worker takes\n"
      "  warning  lag0     3 multicast groups found no room: a failover does not report them anew\n"
      "  note     lag0     42 frames were lost since the start: unfit 2, port_rx_missed 40\n"
      "  good     lag1     up, 1 of 1 member carries frames\n");
  lacp.up = false;
  const auto json = nlohmann::json::parse(interpreter.run("show health as json")->text);
  CHECK(json.at("health") == "failure");
  CHECK(json.at("findings").size() == 8);
  CHECK(json.at("findings")[2] ==
        nlohmann::json{
            {"severity", "warning"},
            {"subject", "lag0/m1"},
            {"sentence",
             "carries nothing: link down: the port has no link: the cable, or the other end's port"}});
  CHECK_FALSE(interpreter.run("show health as xml"));
}

TEST_CASE("A standby, and a member that the operator took out, are as they should be", "[console][health]") {
  test::FakeRunning running;
  Interpreter interpreter{running};
  running.at(0).drops = {{"inactive_member", 7}};
  control::MemberStatus& drained = running.at(0).members[0];
  drained.administration = control::Administration::drained;
  drained.distributing = false;
  running.at(0).members[1].lacp.selected = lacp::Selected::standby;
  running.at(0).members[1].distributing = false;
  running.at(1).members[0].distributing = false;
  CHECK(interpreter.run("show health")->text.starts_with("health: good\n"));
}

}  // namespace
}  // namespace lagoon::console::health_test
