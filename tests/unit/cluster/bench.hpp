// One LAG's election, and the world around it as a test says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "cluster/lag_election.hpp"
#include "support/catch.hpp"

namespace lagoon::cluster_test {

using namespace lagoon::cluster;

inline constexpr Instant kStart = Instant{1000s};
inline constexpr SystemId kShared{.priority = 0x8000, .mac = {{2, 0x4c, 0, 0, 0, 1}}};

/// One LAG at box a, and the world around it as the test says.
struct Bench {
  LagOptions options{.name = "lag0", .identity = {.system = kShared, .key = 100}};
  Self self{.node = "a",
            .other = "b",
            .number = 1,
            .other_number = 2,
            .incarnation = Incarnation{11},
            .own = {{2, 0x4d, 0, 0, 0, 0}}};
  Surroundings s{.now = kStart, .joined = true, .etcd = true, .two_way = true, .active_known = true};
  std::optional<Entry> active{};
  LagElection election{options, self, 2s, 30s, kStart};

  explicit Bench(Revert revert = Revert::never, std::string prefer = {},
                 WhenIsolated isolated = WhenIsolated::ask_partner) {
    options.revert = revert;
    options.prefer = std::move(prefer);
    options.isolated = isolated;
    election = LagElection{options, self, 2s, 30s, kStart};
    s.lease.granted(LeaseId{7}, kStart, 2s);
    fit(1);
  }
  void fit(std::uint8_t carrying) { election.set({.members_ready = 1, .members_carrying = carrying}); }
  void unfit() { election.set({}); }
  void key_of(std::string node, std::uint64_t life, std::int64_t epoch, std::int64_t lease,
              SystemId id = kShared) {
    active = Entry{.key = {KeyKind::active, "lag0"},
                   .value = ActiveRecord{.node = std::move(node), .incarnation = Incarnation{life}, .id = id},
                   .created = Revision{epoch},
                   .modified = Revision{epoch},
                   .lease = LeaseId{lease}};
  }
  const LagOrder& turn(Duration later = 0ns) {
    s.now += later;
    s.active = active ? &*active : nullptr;
    election.turn(s);
    return election.order();
  }
  /// Past the time of standing by, with the lease kept.
  void settle() {
    s.now = kStart + 3s;
    s.lease.kept(s.now);
  }
  const LagOrder& hold() {
    settle();
    key_of("a", 11, 5, 7);
    turn();
    REQUIRE(election.order().role == Role::holder);
    return election.order();
  }
  void alone() {
    s.etcd = s.two_way = false;
    s.other = {};
    s.alone_since = s.now;
  }
};

using What = ActiveStep::What;

}  // namespace lagoon::cluster_test
