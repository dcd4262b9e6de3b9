// A program of somebody else's: two Systems find each other through what `lagoon.sh install` installs, and
// the options of a LAG are read.
#include <api/version.hpp>
#include <control/lag/lag.hpp>
#include <cstdio>
#include <dpdk/engine/engine.hpp>
#include <lagoon.hpp>
#include <string>
#include <vector>

using namespace lagoon;

namespace {

control::Lag make_lag(std::uint8_t last_octet, Instant now) {
  control::LagSettings settings;
  settings.name = "lag0";
  settings.options.lacp.system = MacAddress{{2, 0, 0, 0, 0, last_octet}};
  settings.members.push_back(
      {.name = "m0", .address = settings.options.lacp.system, .lacp = {.port_number = 1}});
  control::Lag lag{settings, now};
  lag.link_changed(MemberIndex{0}, {.up = true, .speed = mbps(10000)}, now);
  return lag;
}

}  // namespace

int main(int argc, char**) {
  // (never so; it makes the linker ask for what needs DPDK as well)
  if (argc > 1) return dpdk::Engine::start({}) && api::Lag::start({}) ? 0 : 1;
  const std::vector<std::string> ports{"net_ring0", "net_ring1"};
  const auto read = api::read_lag("", "{ name: mine, mode: active-backup, primary: net_ring1 }", ports);
  const auto wrong = api::read_lag("mine", "mode: active-backup\nprimary: net_ring7", ports);
  if (!read || read->name != "mine" || read->members.size() != 2 || wrong) return 1;
  Instant now = instant_from_ns(1);
  control::Lag a = make_lag(1, now);
  control::Lag b = make_lag(2, now);
  for (int step = 0; step < 100 && !(a.up() && b.up()); ++step) {
    now += 100ms;
    for (auto [from, to] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
      from->expire(now);
      while (const auto out = from->transmit(now)) to->frame_received(MemberIndex{0}, out->frame, now);
    }
  }
  std::printf("%s %s\n", kVersion, a.up() && b.up() ? "up" : "down");
}
