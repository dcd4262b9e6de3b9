// Who should carry: alone, preferred, wanted, taken by the Partner or not.
#include "cluster/lag_election.hpp"
#include "support/catch.hpp"
#include "unit/cluster/bench.hpp"

namespace cluster_roles_test {

using namespace lagoon;
using namespace lagoon::cluster_test;

TEST_CASE("A holder that is alone offers an ID that was never used, at a worse priority",
          "[cluster][election]") {
  Bench b;
  b.hold();
  b.turn(1s);
  b.alone();
  const LagOrder first = b.turn(750ms);
  CHECK(first.role == Role::isolated);
  CHECK(first.id.priority == 0xE001);
  CHECK(first.sync);
  CHECK_FALSE(first.valid_until);
  // it gets the key: its ID becomes the LAG's when workers have left the tables that had no end
  b.s.etcd = b.s.two_way = true;
  b.s.alone_since = Instant::max();
  b.s.lease.granted(LeaseId{8}, b.s.now, 2s);
  b.key_of("a", 11, 9, 8);
  const LagOrder second = b.turn();
  CHECK(second.role == Role::holder);
  CHECK(second.id == first.id);
  CHECK(second.valid_until);
  CHECK(second.generation > first.generation);
  CHECK_FALSE(b.election.step(b.s));
  b.election.passed(second.generation, b.s.now);
  REQUIRE(b.election.step(b.s));
  CHECK(b.election.step(b.s)->what == What::rename);
  CHECK(b.election.step(b.s)->id == first.id);
  b.key_of("a", 11, 9, 8, first.id);
  b.turn();
  CHECK_FALSE(b.election.step(b.s));
  // alone again: another one
  b.alone();
  const LagOrder third = b.turn(1750ms);
  CHECK(third.role == Role::isolated);
  CHECK(third.id.mac != first.id.mac);
}

TEST_CASE("A standby that is alone waits for two leases more; stand-by never offers itself",
          "[cluster][election]") {
  Bench b;
  b.settle();
  b.key_of("b", 1, 5, 3);
  b.turn();
  b.alone();
  CHECK(b.turn(3999ms).role == Role::standby);
  CHECK(b.turn(1ms).role == Role::isolated);
  CHECK(b.election.order().id.priority == 0xF001);

  Bench quiet{Revert::never, {}, WhenIsolated::stand_by};
  quiet.hold();
  quiet.alone();
  CHECK(quiet.turn(1750ms).role == Role::standby);
  CHECK(quiet.turn(60s).role == Role::standby);
}

TEST_CASE("Who stands by shows the ID of who carries, out of sync", "[cluster][election]") {
  Bench b;
  b.settle();
  const SystemId theirs{.priority = 0xE002, .mac = {{2, 0x4d, 1, 0, 0, 0}}};
  b.s.other = {.known = true, .in_etcd = true};
  b.s.other.report = {.role = Role::isolated, .fit = true, .carries = true, .using_id = theirs};
  const LagOrder& order = b.turn();
  CHECK(order.role == Role::standby);
  CHECK(order.id == theirs);
  CHECK_FALSE(order.sync);
  // and lets it claim
  CHECK_FALSE(b.election.step(b.s));
  // if it is gone, the LAG's own is used: the other may still carry as what it was
  b.s.other = {};
  b.turn(10ms);
  REQUIRE(b.election.step(b.s));
  CHECK(b.election.step(b.s)->id == kShared);
}

TEST_CASE("A holder that the Partner has not taken gives the LAG to who carries alone",
          "[cluster][election]") {
  Bench b;
  b.hold();
  b.fit(0);
  b.s.other = {.known = true, .in_etcd = true};
  b.s.other.report = {.role = Role::isolated, .fit = true, .carries = true};
  b.s.lease.kept(b.s.now + 2s);
  CHECK(b.turn(2999ms).role == Role::holder);
  CHECK(b.turn(1ms).role == Role::releasing);
  CHECK(b.election.order().why == Why::not_taken);
}

TEST_CASE("The configured ID is taken back when nothing was carried for a while, or by order",
          "[cluster][election]") {
  const SystemId other{.priority = 0xE001, .mac = {{2, 0x4d, 0, 0, 0, 9}}};
  Bench b;
  b.settle();
  b.key_of("a", 11, 5, 7, other);
  CHECK(b.turn().id == other);
  b.fit(0);
  b.s.lease.kept(b.s.now + 5s);
  CHECK(b.turn(4999ms).id == other);
  CHECK(b.turn(1ms).id == kShared);

  Bench asked;
  asked.settle();
  asked.key_of("a", 11, 5, 7, other);
  asked.turn();
  asked.election.take_back();
  CHECK(asked.turn().id == kShared);
}

TEST_CASE("An operator's want moves the LAG; the preferred box has it back only where that is said",
          "[cluster][election]") {
  Bench wanted;
  wanted.hold();
  wanted.s.other = {.known = true, .in_etcd = true};
  wanted.s.other.report.fit = true;
  wanted.s.want = "b";
  CHECK(wanted.turn().role == Role::releasing);
  CHECK(wanted.election.order().why == Why::wanted);
  // (who is not fit, or not in etcd, can't have it)
  Bench unfit;
  unfit.hold();
  unfit.s.other = {.known = true, .in_etcd = true};
  unfit.s.want = "b";
  CHECK(unfit.turn().role == Role::holder);

  for (const Revert revert : {Revert::never, Revert::prefer}) {
    Bench b{revert, "b"};
    b.hold();
    b.s.other = {.known = true, .in_etcd = true};
    b.s.other.report.fit = true;
    b.turn();
    b.s.lease.kept(b.s.now + 31s);
    CHECK(b.turn(29s).role == Role::holder);
    CHECK(b.turn(1s).role == (revert == Revert::prefer ? Role::releasing : Role::holder));
  }
}

TEST_CASE("Who is preferred claims first", "[cluster][election]") {
  Bench b{Revert::never, "b"};
  b.settle();
  b.s.other = {.known = true, .in_etcd = true};
  b.s.other.report.fit = true;
  b.turn();
  CHECK_FALSE(b.election.step(b.s));
  b.turn(499ms);
  CHECK_FALSE(b.election.step(b.s));
  b.turn(1ms);
  CHECK(b.election.step(b.s));
  Bench gone{Revert::never, "b"};
  gone.settle();
  gone.turn();
  CHECK(gone.election.step(gone.s));
}

TEST_CASE("Where nobody has etcd, one of two who ask is promised", "[cluster][election]") {
  Bench b;
  b.settle();
  b.s.etcd = false;
  b.s.other = {.known = true};
  b.s.other.report.fit = true;
  b.turn();
  CHECK(b.election.asks());
  // (number 1 comes before number 2)
  CHECK_FALSE(b.election.asked(false, b.s));
  b.election.promised(b.s.now);
  CHECK(b.turn(1ms).role == Role::holder);
  CHECK(b.election.order().why == Why::promise);
  CHECK(b.election.order().epoch == Revision{});

  Bench yields{Revert::never, "b"};
  yields.settle();
  yields.s.etcd = false;
  yields.s.other = {.known = true};
  yields.s.other.report.fit = true;
  yields.turn();
  CHECK(yields.election.asked(false, yields.s));
  // who has etcd, and is fit, claims rather than promising to who would begin
  Bench has;
  has.settle();
  has.turn();
  CHECK_FALSE(has.election.asked(false, has.s));
}

TEST_CASE("Who is refused says nothing and carries nothing; both carry where that is the mode",
          "[cluster][election]") {
  Bench b;
  b.hold();
  b.s.refused = Why::name;
  const LagOrder& order = b.turn();
  CHECK(order.role == Role::refused);
  CHECK_FALSE(order.sync);
  CHECK_FALSE(b.election.asked(true, b.s));
  CHECK_FALSE(b.election.asks());

  Bench both;
  both.options.identity.mode = Mode::independent;
  both.election = LagElection{both.options, both.self, 2s, 30s, kStart};
  both.fit(1);
  both.alone();
  CHECK(both.turn(60s).role == Role::independent);
  CHECK(both.election.order().forwards);
  CHECK_FALSE(both.election.order().valid_until);
  CHECK_FALSE(both.election.step(both.s));
  both.unfit();
  CHECK_FALSE(both.turn().sync);
}

TEST_CASE("Who has the key, but no answer from etcd, carries by the promise and says so",
          "[cluster][election]") {
  Bench b;
  b.hold();
  CHECK(b.election.order().why == Why::lease);
  b.s.etcd = false;
  b.s.now += 1700ms;
  b.election.promised(b.s.now);
  b.turn(100ms);
  CHECK(b.election.order().role == Role::holder);
  CHECK(b.election.order().why == Why::promise);
  CHECK(b.election.order().epoch == Revision{5});
}

}  // namespace cluster_roles_test
