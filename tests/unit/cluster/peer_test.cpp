// The other box as it is heard, and the sentences that an operator reads.
#include "cluster/event.hpp"
#include "cluster/peer_link.hpp"
#include "cluster/sentence.hpp"
#include "support/catch.hpp"

namespace cluster_peer_test {

using namespace lagoon;
using namespace lagoon::cluster;
using lagoon::test::ContainsSubstring;

namespace {

constexpr Instant kStart = Instant{1000s};
constexpr Incarnation kSelf{1};

PeerMessage said(Instant stamp, std::uint64_t life = 20) {
  return {.domain = "d", .node = "b", .number = 2, .incarnation = Incarnation{life}, .stamp = stamp};
}

using Heard = PeerLink::Heard;

}  // namespace

TEST_CASE("Messages that were overtaken, or are others', are not taken", "[cluster]") {
  PeerLink link{kSelf, 100ms, 2s};
  CHECK_FALSE(link.heard_lately(kStart));
  CHECK(link.heard(said(Instant{5s}), "d", "b", kStart) == Heard::taken);
  CHECK(link.heard(said(Instant{5s}), "d", "b", kStart) == Heard::old);
  CHECK(link.heard(said(Instant{4s}), "d", "b", kStart) == Heard::old);
  CHECK(link.heard(said(Instant{6s}), "e", "b", kStart) == Heard::foreign);
  CHECK(link.heard(said(Instant{6s}), "d", "c", kStart) == Heard::foreign);
  CHECK(link.heard_lately(kStart + 499ms));
  CHECK_FALSE(link.heard_lately(kStart + 500ms));
}

TEST_CASE("The peer hears us as long as it echoes what we said lately, to this life of ours", "[cluster]") {
  PeerLink link{kSelf, 100ms, 2s};
  PeerMessage message = said(Instant{5s});
  message.echo = kStart - 100ms;
  message.echo_of = Incarnation{77};
  link.heard(message, "d", "b", kStart);
  CHECK_FALSE(link.both_ways(kStart));
  message.stamp += 1ms;
  message.echo_of = kSelf;
  link.heard(message, "d", "b", kStart);
  CHECK(link.both_ways(kStart));
  // Nobody has heard what was not said yet.
  PeerMessage forged = message;
  forged.stamp += 1ms;
  forged.echo = kStart + 1ns;
  CHECK(link.heard(forged, "d", "b", kStart) == Heard::foreign);
  for (int i = 1; i < 20; ++i) {
    message.stamp += 100ms;
    link.heard(message, "d", "b", kStart + i * 100ms);
  }
  CHECK(link.heard_lately(kStart + 1900ms));
  CHECK_FALSE(link.both_ways(kStart + 1900ms));
}

TEST_CASE("Another life of the peer is heard when the one before has been silent", "[cluster]") {
  PeerLink link{kSelf, 100ms, 2s};
  link.heard(said(Instant{500s}), "d", "b", kStart);
  CHECK(link.heard(said(Instant{1s}, 21), "d", "b", kStart + 1s) == Heard::ambiguous);
  CHECK(link.last()->incarnation == Incarnation{20});
  CHECK(link.heard(said(Instant{2s}, 21), "d", "b", kStart + 2s) == Heard::taken);
  CHECK(link.heard(said(Instant{501s}), "d", "b", kStart + 2s) == Heard::ambiguous);
}

TEST_CASE("Sentences say who carries, as what, and why", "[cluster]") {
  const Self self{.node = "a", .other = "b"};
  const SystemId shared{.priority = 0x8000, .mac = {{2, 0x4c, 0, 0, 0, 1}}};
  LagOrder order{.role = Role::holder, .why = Why::lease, .id = shared, .epoch = Revision{42}};
  CHECK(sentence_of("lag0", order, self, {}) ==
        "lag0: a (this box) carries as 8000-02:4c:00:00:00:01, epoch 42: it holds the LAG's key in etcd");
  order = {.role = Role::standby, .why = Why::other_carries, .id = shared};
  OtherSide other{.known = true};
  other.report.using_id = shared;
  CHECK(sentence_of("lag0", order, self, other) ==
        "lag0: b carries as 8000-02:4c:00:00:00:01; a (this box) stands by");
  for (int why = 0; why <= static_cast<int>(Why::independent); ++why)
    for (int role = 0; role <= static_cast<int>(Role::refused); ++role) {
      order.role = static_cast<Role>(role);
      order.why = static_cast<Why>(why);
      CHECK_FALSE(name_of(order.role).empty());
      CHECK_FALSE(name_of(order.why).empty());
      CHECK_THAT(sentence_of("lag0", order, self, {}), ContainsSubstring("lag0: "));
    }
  for (int kind = 0; kind <= static_cast<int>(EventKind::back_in_time); ++kind)
    CHECK_FALSE(name_of(static_cast<EventKind>(kind)).empty());
}

TEST_CASE("The value that differs is named, and two Partners are", "[cluster]") {
  const LagIdentity ours{.system = {.priority = 1, .mac = {{2, 0, 0, 0, 0, 1}}}, .key = 100};
  LagIdentity theirs = ours;
  CHECK_FALSE(difference(ours, theirs));
  theirs.key = 101;
  CHECK(*difference(ours, theirs) == "key is 100 here and 101 in etcd");
  theirs = ours;
  theirs.mode = Mode::independent;
  CHECK(*difference(ours, theirs) == "mode is standby here and independent in etcd");
  theirs.system.priority = 2;
  CHECK(*difference(ours, theirs) == "system-priority is 1 here and 2 in etcd");
  theirs.system.mac.octets[5] = 9;
  CHECK_THAT(*difference(ours, theirs), ContainsSubstring("system-id is 02:00:00:00:00:01 here"));

  const Self self{.node = "a", .other = "b"};
  const PartnerSeen one{.system = {.priority = 1, .mac = {{2, 2, 2, 2, 2, 2}}}, .key = 7};
  PartnerSeen two = one;
  CHECK_FALSE(two_partners(one, two, self));
  CHECK_FALSE(two_partners(one, {}, self));
  two.system.mac.octets[0] = 6;
  CHECK_THAT(*two_partners(one, two, self), ContainsSubstring("0001-06:02:02:02:02:02"));
}

}  // namespace cluster_peer_test
