// A State in which every field has a value of its own.
#pragma once

#include "lacp/port_state.hpp"
#include "state/state.hpp"

namespace lagoon::state::test {

[[nodiscard]] inline State filled_state() {
  State state{.boot = "b5b6f7c2-0000-4444-8888-0123456789ab",
              .process = 4711,
              .configuration = 0x0123456789abcdef,
              .suspended = 17ms,
              .interfaces = {{.name = "eth0",
                              .index = 7,
                              .address = MacAddress{{2, 1, 2, 3, 4, 5}},
                              .mtu = 9000,
                              .promiscuous = true,
                              .settings = {{"/proc/sys/net/ipv4/conf/eth0/rp_filter", "2"}}},
                             {.name = "eth1", .index = 8, .settings = {}}},
              .carriers = {{.interface = "eth0", .index = 7, .changes = 3}},
              .lags = {}};
  control::SavedLag lag{.name = "lag0", .hash_seed = 99, .up = true, .active = MemberIndex{1}, .members = {}};
  const lacp::SavedPort port{.actor = {.system_priority = 1,
                                       .system = MacAddress{{2, 0, 0, 0, 0, 1}},
                                       .key = 2,
                                       .port_priority = 3,
                                       .port_number = 4,
                                       .state = 0x3f},
                             .heard = {.actor = {.system_priority = 5, .key = 6, .state = 0x3d},
                                       .partner = {.port_number = 7},
                                       .collector_max_delay = 8,
                                       .retry = wire::RetryCounts{.actor = 4, .partner = 3}},
                             .mux = lacp::MuxState::distributing,
                             .sent = instant_from_ns(9),
                             .heard_at = instant_from_ns(10),
                             .current_while = instant_from_ns(11),
                             .retry = {.known = true, .ours = 10, .partner = 4}};
  lag.members.push_back({.index = MemberIndex{0}, .name = "m0", .port = port});
  lag.members.push_back({.index = MemberIndex{1}, .name = "m1"});
  lag.placed[0] = 1;
  lag.placed[4095] = 31;
  lag.wishes.member[17] = 0;
  lag.wishes.pin_member.fill(control::kNoMember);
  lag.wishes.pin_member[63] = 1;
  lag.wishes.pins[63] = {.hash = 0xdeadbeef, .used = true};
  state.lags.push_back(lag);
  lag.name = "lag1";
  lag.active.reset();
  state.lags.push_back(lag);
  return state;
}

}  // namespace lagoon::state::test
