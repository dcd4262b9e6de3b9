#include "wire/slow_frame.hpp"

#include <algorithm>

#include "pair.hpp"
#include "support/catch.hpp"
#include "wire/slow_frame.hpp"

namespace lag_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

std::uint64_t drop_of(const LagStatus& status, std::string_view name) {
  for (const NamedCount& d : status.drops)
    if (d.name == name) return d.count;
  FAIL("no drop is called " << name);
  return 0;
}

std::vector<std::byte> octets_of(const wire::SlowFrame& frame) {
  return {frame.begin(), frame.end()};
}

}  // namespace

TEST_CASE("The first table is there at once and forwards nothing", "[control]") {
  Pair pair{2};
  pair.exchange();
  REQUIRE(pair.tables[0] != nullptr);
  CHECK(pair.tables[0]->generation == 1);
  CHECK(pair.tables[0]->distributing == 0);
  CHECK(pair.tables[0]->collecting == 0);
}

TEST_CASE("Two Lags bring up their links and publish tables of distributing members only", "[control]") {
  Pair pair{3};
  pair.all_links(true);
  pair.advance(4s);
  for (std::size_t e = 0; e < 2; ++e) {
    CAPTURE(e);
    CHECK(pair.ends[e]->up());
    CHECK(pair.tables[e]->distributing == 0b111);
    CHECK(pair.tables[e]->collecting == 0b111);
    const LagStatus status = pair.ends[e]->status(pair.now);
    CHECK(status.distributing_members == 3);
    std::uint32_t buckets = 0;
    for (const MemberStatus& m : status.members) {
      buckets += m.buckets;
      CHECK(m.buckets > dist::kBuckets / 3 - 20);
    }
    CHECK(buckets == dist::kBuckets);
  }
}

TEST_CASE("A lost link leaves the table in the same call, and only its buckets move", "[control]") {
  Pair pair{4};
  pair.all_links(true);
  pair.advance(5s);
  const dist::BucketMap before = pair.tables[0]->bucket;
  pair.link(2, false);
  const table::PortTable& after = *pair.tables[0];
  CHECK(after.distributing == 0b1011);
  for (std::size_t b = 0; b < dist::kBuckets; ++b) {
    if (before[b] != 2) REQUIRE(after.bucket[b] == before[b]);
    REQUIRE(after.bucket[b] != 2);
  }
  CHECK(pair.ends[0]->status(pair.now).members[2].link_failures == 1);
  pair.link(2, true);
  pair.advance(5s);
  CHECK(pair.tables[0]->bucket == before);
}

TEST_CASE("A table is published only when the fast path would see a difference", "[control]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(10s);
  const unsigned published = pair.publications[0];
  pair.advance(60s);
  CHECK(pair.publications[0] == published);
}

TEST_CASE("A port that forgets its speed keeps its share, and one that never said it gets the fastest's",
          "[control]") {
  Pair pair{2};
  pair.link(0, true, mbps(25'000));
  pair.link(1, true, BitsPerSecond{});
  const LagStatus status = pair.ends[0]->status(pair.now);
  CHECK(status.members[0].lacp.link.speed == mbps(25'000));
  pair.ends[0]->link_changed(at(0), {.up = false, .speed = {}}, pair.now);
  CHECK(pair.ends[0]->status(pair.now).members[0].lacp.link.speed == mbps(25'000));
}

TEST_CASE("A speed that the operator set is used instead of the port's", "[control]") {
  Pair pair{2, [](LagSettings& s) {
              s.members[1].speed = mbps(1'000);
              s.options.lacp.key = 5;
            }};
  pair.all_links(true);
  pair.advance(5s);
  const LagStatus status = pair.ends[0]->status(pair.now);
  CHECK(status.members[1].lacp.link.speed == mbps(1'000));
  CHECK(status.members[0].buckets > 9 * status.members[1].buckets);
}

TEST_CASE("A Marker is answered on the member it came from", "[control][marker]") {
  Pair pair{2};
  pair.all_links(true);
  const wire::MarkerPdu marker{
      .requester_port = 9, .requester_system = MacAddress{{2, 9, 9, 9, 9, 9}}, .transaction = 77};
  pair.ends[0]->frame_received(at(1), wire::emit_slow_frame(MacAddress{{2, 9, 9, 9, 9, 9}}, marker),
                               pair.now);
  const auto answer = pair.ends[0]->transmit(pair.now);
  REQUIRE(answer.has_value());
  CHECK(answer->member == at(1));
  const auto pdu = wire::parse_slow_frame(answer->frame);
  REQUIRE(pdu.has_value());
  const auto& response = std::get<wire::MarkerPdu>(*pdu);
  CHECK(response.kind == wire::MarkerKind::response);
  CHECK(response.transaction == 77);
  CHECK(response.requester_port == 9);
  CHECK(pair.ends[0]->status(pair.now).members[1].markers.answered == 1);
}

TEST_CASE("Malformed, foreign and looped frames are counted by name and change nothing", "[control]") {
  Pair pair{1};
  pair.all_links(true);
  pair.advance(4s);
  const auto good = wire::emit_slow_frame(
      MacAddress{{2, 0, 0, 0, 2, 0}}, wire::Lacpdu{.actor = {.system = MacAddress{{2, 0, 0, 0, 0, 0x77}}}});
  struct Row {
    std::string_view name;
    void (*spoil)(std::vector<std::byte>&);
  };
  const Row rows[] = {
      {"slow_too_short", [](auto& f) { f.resize(60); }},
      {"slow_too_long", [](auto& f) { f.resize(400); }},
      {"slow_wrong_destination", [](auto& f) { f[5] = std::byte{3}; }},
      {"slow_bad_source", [](auto& f) { f[6] = std::byte{1}; }},
      {"slow_unknown_subtype", [](auto& f) { f[14] = std::byte{3}; }},
      {"slow_bad_tlv_length", [](auto& f) { f[17] = std::byte{19}; }},
  };
  const std::uint64_t received = pair.ends[0]->status(pair.now).members[0].lacp.counters.lacpdu_rx;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    auto frame = octets_of(good);
    row.spoil(frame);
    pair.ends[0]->frame_received(at(0), frame, pair.now);
    const LagStatus status = pair.ends[0]->status(pair.now);
    CHECK(drop_of(status, row.name) == 1);
    CHECK(status.members[0].lacp.counters.lacpdu_rx == received);
    CHECK(status.distributing_members == 1);
  }
}

TEST_CASE("Shutting down tells the Partner at once, and then nothing is left to do", "[control]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(6s);
  pair.ends[0]->shut_down(pair.now);
  pair.exchange();
  CHECK(pair.ends[0]->drained());
  CHECK(pair.tables[0]->distributing == 0);
  CHECK(pair.tables[1]->distributing == 0);
}

TEST_CASE("The journal tells what became of a member, in order", "[control][journal]") {
  Pair pair{1};
  pair.all_links(true);
  pair.advance(4s);
  const Journal& journal = pair.ends[0]->journal();
  std::vector<std::string_view> muxes;
  std::uint64_t sequence = 0;
  for (std::size_t i = 0; i < journal.size(); ++i) {
    CHECK(journal[i].sequence == ++sequence);
    if (journal[i].kind == "mux") muxes.push_back(journal[i].to);
  }
  CHECK(journal[0].kind == "link");
  CHECK(muxes.front() == "WAITING");
  CHECK(muxes.back() == "DISTRIBUTING");
}

}  // namespace lag_test
