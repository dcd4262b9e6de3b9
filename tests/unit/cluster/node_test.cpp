// A whole Node before an etcd that the test plays: which requests come in which order, and what the answers
// lead to.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cluster/node.hpp"
#include "support/catch.hpp"

namespace cluster_node_test {

using namespace lagoon;
using namespace lagoon::cluster;
using lagoon::test::ContainsSubstring;

namespace {

constexpr Instant kStart = Instant{1000s};

/// etcd in a few lines: answers at once, or not at all.
struct Etcd {
  std::map<Key, Entry> entries{};
  std::int64_t revision = 1;
  std::int64_t leases = 100;
  bool answers = true;
  bool denies = false;
  std::vector<LeaseId> lost{};
  std::size_t asked = 0;

  Answer reply(const Order& order) {
    ++asked;
    if (denies) return {.what = Denied{"invalid auth token"}};
    Answer answer;
    if (const auto* grant = std::get_if<GrantLease>(&order)) {
      answer.what = Granted{.lease = LeaseId{++leases}, .ttl = grant->ttl};
    } else if (const auto* keep = std::get_if<KeepAlive>(&order)) {
      answer.what = Kept{std::ranges::find(lost, keep->lease) == lost.end()};
    } else if (std::holds_alternative<Revoke>(order)) {
      std::erase_if(entries, [&](const auto& e) { return e.second.lease == std::get<Revoke>(order).lease; });
      answer.what = Revoked{};
    } else if (std::holds_alternative<ReadAll>(order)) {
      AllRead all;
      for (const auto& [key, entry] : entries) all.entries.push_back(entry);
      answer.what = all;
    } else {
      answer.what = transact(std::get<Transaction>(order));
    }
    answer.revision = Revision{revision};
    return answer;
  }
  Done transact(const Transaction& t) {
    const auto old = entries.find(t.key);
    const Revision created = old == entries.end() ? Revision{} : old->second.created;
    if (created != t.created)
      return {.succeeded = false,
              .there = old == entries.end() ? std::nullopt : std::optional<Entry>{old->second}};
    ++revision;
    if (!t.value) {
      entries.erase(t.key);
      return {.succeeded = true};
    }
    entries[t.key] = {.key = t.key,
                      .value = *t.value,
                      .created = created == Revision{} ? Revision{revision} : created,
                      .modified = Revision{revision},
                      .lease = t.lease};
    return {.succeeded = true, .there = entries[t.key]};
  }
};

struct Bench {
  Options options{.domain = "d",
                  .node = "a",
                  .other = "b",
                  .number = 1,
                  .other_number = 2,
                  .own = {{2, 0x4d, 0, 0, 0, 0}},
                  .endpoints = 3};
  Etcd etcd{};
  Instant now = kStart;
  std::optional<Node> node{};
  std::vector<Event> events{};
  std::vector<PeerMessage> said{};
  std::vector<Watch> watches{};
  std::vector<Request> unanswered{};
  bool control = true;

  explicit Bench(std::uint64_t life = 11) {
    options.lags.push_back(
        {.name = "lag0",
         .identity = {.system = {.priority = 0x8000, .mac = {{2, 0x4c, 0, 0, 0, 1}}}, .key = 100}});
    node.emplace(options, Incarnation{life}, now);
    node->set(0, {.members_ready = 1, .members_carrying = 1});
  }
  void turn() {
    if (control) node->control_answered(now);
    node->turn(now);
    while (const auto request = node->next_request(now)) {
      if (etcd.answers)
        node->answered(request->id, etcd.reply(request->order), now);
      else
        unanswered.push_back(*request);
    }
    while (const auto watch = node->next_watch()) watches.push_back(*watch);
    while (const auto message = node->next_message(now)) said.push_back(*message);
    while (const auto event = node->next_event()) events.push_back(*event);
  }
  void run_for(Duration d) {
    for (const Instant end = now + d; now < end; now += 20ms) turn();
  }
  [[nodiscard]] std::size_t told(EventKind kind) const {
    return static_cast<std::size_t>(std::ranges::count(events, kind, &Event::kind));
  }
  [[nodiscard]] const std::string& last(EventKind kind) const {
    static const std::string kNone;
    for (auto event = events.rbegin(); event != events.rend(); ++event)
      if (event->kind == kind) return event->sentence;
    return kNone;
  }
  [[nodiscard]] const Entry* key(KeyKind kind, const std::string& name) const {
    const auto found = etcd.entries.find({kind, name});
    return found == etcd.entries.end() ? nullptr : &found->second;
  }
  [[nodiscard]] Role role() const { return node->order(0).role; }
};

}  // namespace

TEST_CASE("A box alone in its domain carries after it has stood by", "[cluster][node]") {
  Bench b;
  b.run_for(1900ms);
  CHECK(b.role() == Role::standby);
  CHECK(b.key(KeyKind::node, "a"));
  CHECK(b.key(KeyKind::identity, "lag0"));
  CHECK_FALSE(b.key(KeyKind::active, "lag0"));
  b.run_for(200ms);
  REQUIRE(b.key(KeyKind::active, "lag0"));
  CHECK(b.role() == Role::holder);
  CHECK(b.node->order(0).epoch == b.key(KeyKind::active, "lag0")->created);
  CHECK(b.key(KeyKind::active, "lag0")->lease == b.key(KeyKind::node, "a")->lease);
  CHECK_THAT(b.node->sentence(0, b.now), ContainsSubstring("a (this box) carries as 8000-02:4c:00:00:00:01"));
  CHECK(b.watches.size() == 1);
}

TEST_CASE("Once all is settled a box asks etcd for little", "[cluster][node]") {
  Bench b;
  b.run_for(5s);
  const std::size_t before = b.etcd.asked;
  b.run_for(60s);
  // a keepalive each 400 to 500 ms, and a read each 3.2 to 4 s
  CHECK(b.etcd.asked - before >= 130);
  CHECK(b.etcd.asked - before <= 170);
}

TEST_CASE("Where etcd answers nothing, requests are bounded and go to one endpoint after the other",
          "[cluster][node]") {
  Bench b;
  b.etcd.answers = false;
  b.run_for(60s);
  CHECK(b.role() == Role::isolated);
  std::size_t of[3] = {};
  for (const Request& request : b.unanswered) ++of[request.endpoint];
  for (const std::size_t count : of) CHECK(count > 5);
  CHECK(b.unanswered.size() < 150);
  CHECK(b.told(EventKind::coordination_lost) == 1);
  b.etcd.answers = true;
  b.run_for(5s);
  CHECK(b.told(EventKind::coordination_back) == 1);
  CHECK(b.role() == Role::holder);
}

TEST_CASE("A late answer to a request that is over changes nothing", "[cluster][node]") {
  Bench b;
  b.run_for(3s);
  REQUIRE(b.role() == Role::holder);
  b.etcd.answers = false;
  b.run_for(3s);
  REQUIRE(b.role() != Role::holder);
  for (const Request& request : b.unanswered)
    if (request.deadline < b.now) b.node->answered(request.id, b.etcd.reply(request.order), b.now);
  b.turn();
  CHECK(b.role() != Role::holder);
}

TEST_CASE("Nothing is renewed while the control lcore says nothing", "[cluster][node]") {
  Bench b;
  b.run_for(3s);
  b.control = false;
  b.run_for(2800ms);
  CHECK(b.role() != Role::holder);
  CHECK_FALSE(b.said.back().renew);
}

TEST_CASE("A lease that etcd does not know any more is lost at once, and another is asked for",
          "[cluster][node]") {
  Bench b;
  b.run_for(3s);
  const LeaseId before = b.key(KeyKind::active, "lag0")->lease;
  b.etcd.lost.push_back(before);
  b.etcd.entries.clear();
  ++b.etcd.revision;
  b.run_for(1s);
  b.run_for(5s);
  CHECK(b.role() == Role::holder);
  CHECK(b.key(KeyKind::active, "lag0")->lease != before);
}

TEST_CASE("A second box of the same name takes no part until the first one's key is gone",
          "[cluster][node]") {
  Bench first;
  first.run_for(3s);
  Bench second{12};
  second.etcd = first.etcd;
  second.run_for(10s);
  CHECK(second.role() == Role::refused);
  CHECK(second.told(EventKind::name_taken) == 1);
  CHECK_THAT(second.last(EventKind::name_taken), ContainsSubstring("another box is in domain d as a"));
  const std::size_t said = second.said.size();
  second.run_for(1s);
  CHECK(second.said.size() == said);
  second.etcd.entries.erase({KeyKind::node, "a"});
  second.etcd.entries.erase({KeyKind::active, "lag0"});
  ++second.etcd.revision;
  second.run_for(6s);
  CHECK(second.role() == Role::holder);
}

TEST_CASE("Another identity is refused, and the value is named", "[cluster][node]") {
  Bench b;
  LagIdentity other = b.options.lags[0].identity;
  other.key = 7;
  b.etcd.entries[{KeyKind::identity, "lag0"}] = {
      .key = {KeyKind::identity, "lag0"}, .value = other, .created = Revision{1}, .modified = Revision{1}};
  b.run_for(5s);
  CHECK(b.role() == Role::refused);
  CHECK_FALSE(b.node->order(0).sync);
  CHECK(b.told(EventKind::identity_differs) == 1);
  CHECK_THAT(b.last(EventKind::identity_differs), ContainsSubstring("key is 100 here and 7 in etcd"));
  CHECK_THAT(b.node->sentence(0, b.now),
             ContainsSubstring("does not take part: key is 100 here and 7 in etcd"));
}

TEST_CASE("An etcd that shows an older state is not believed for a while", "[cluster][node]") {
  Bench b;
  b.run_for(3s);
  b.etcd.revision = 1;
  b.etcd.entries.clear();
  b.run_for(4100ms);
  CHECK(b.told(EventKind::back_in_time) == 1);
  b.run_for(4s);
  CHECK(b.role() == Role::holder);
}

TEST_CASE("Who is not let in says so once, and goes on asking rarely", "[cluster][node]") {
  Bench b;
  b.etcd.denies = true;
  b.run_for(20s);
  CHECK(b.told(EventKind::denied) == 1);
  CHECK_THAT(b.last(EventKind::denied), ContainsSubstring("invalid auth token"));
  CHECK(b.etcd.asked < 60);
  CHECK_FALSE(b.node->has_etcd(b.now));
}

TEST_CASE("A box that leaves gives its LAG away, then its lease", "[cluster][node]") {
  Bench b;
  b.run_for(3s);
  b.node->leave();
  b.turn();
  CHECK(b.role() == Role::releasing);
  CHECK(b.key(KeyKind::active, "lag0"));
  CHECK_FALSE(b.node->gone(b.now));
  b.node->passed(0, b.node->order(0).generation, b.now);
  b.run_for(200ms);
  CHECK(b.node->gone(b.now));
  CHECK(b.etcd.entries.size() == 1);  // the identity
}

TEST_CASE("A watch that tells nothing is opened anew when a read shows that it should have",
          "[cluster][node]") {
  Bench b;
  b.run_for(3s);
  const std::size_t before = b.watches.size();
  b.run_for(9s);
  CHECK(b.watches.size() == before);
  ++b.etcd.revision;
  b.etcd.entries[{KeyKind::want, "lag0"}] = {.key = {KeyKind::want, "lag0"},
                                             .value = WantRecord{"a"},
                                             .created = Revision{b.etcd.revision},
                                             .modified = Revision{b.etcd.revision}};
  b.run_for(4100ms);
  REQUIRE(b.watches.size() == before + 1);
  CHECK(b.watches.back().from == Revision{b.etcd.revision + 1});
  // and when it is cancelled (compacted, no leader)
  b.node->watch_ended(b.watches.back().id, b.now);
  b.run_for(300ms);
  CHECK(b.watches.size() == before + 2);
}

TEST_CASE("Members that lead to two Partners are named, once", "[cluster][node]") {
  Bench b;
  Fitness fitness{.members_ready = 1, .members_carrying = 1};
  fitness.partner = {.system = {.priority = 1, .mac = {{2, 2, 2, 2, 2, 2}}}, .key = 7};
  b.node->set(0, fitness);
  b.run_for(2500ms);
  PeerMessage message{.domain = "d", .node = "b", .number = 2, .incarnation = Incarnation{20}};
  message.lags.push_back({.report = {.lag = "lag0", .fit = true, .partner = fitness.partner}});
  message.lags[0].report.partner.system.mac.octets[0] = 6;
  for (int i = 0; i < 20; ++i) {
    message.stamp = Instant{1s} + i * 100ms;
    b.node->heard(message, b.now);
    b.run_for(100ms);
  }
  CHECK(b.told(EventKind::miswired) == 1);
  CHECK_THAT(b.last(EventKind::miswired), ContainsSubstring("those of b to 0001-06:02:02:02:02:02"));
  CHECK_THAT(b.node->fault(0), ContainsSubstring("look at the cables"));
  CHECK(b.node->peer_fault(b.now).empty());
}

TEST_CASE("Who speaks in the peer's place under another name is told once", "[cluster][node]") {
  Bench b;
  b.run_for(2500ms);
  CHECK(b.node->peer_fault(b.now).empty());
  PeerMessage message{.domain = "d", .node = "a", .number = 2, .incarnation = Incarnation{20}};
  for (int i = 0; i < 5; ++i) {
    message.stamp = Instant{1s} + i * 100ms;
    b.node->heard(message, b.now);
    b.run_for(100ms);
  }
  CHECK(b.told(EventKind::peer_foreign) == 1);
  CHECK_THAT(b.last(EventKind::peer_foreign),
             ContainsSubstring("is a of domain d, and b of domain d is expected"));
  CHECK(b.node->peer_fault(b.now) == b.last(EventKind::peer_foreign));
  CHECK_FALSE(b.node->peer().heard_lately(b.now));
}

}  // namespace cluster_node_test
