#include "fast/conversations/conversation_table.hpp"

#include <cstdlib>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "support/catch.hpp"
#include "support/prng.hpp"
#include "support/sanitized.hpp"

namespace conversation_table_test {

using namespace lagoon;
using fast::ConversationClock;
using fast::ConversationLine;
using fast::ConversationTable;
using fast::Placed;
using lagoon::test::Prng;

namespace {

struct Rig {
  explicit Rig(std::size_t conversations) : lines(ConversationTable::lines_for(conversations)) {
    table->use(lines);
  }
  [[nodiscard]] ConversationClock clock() const { return ConversationClock::at(now); }
  [[nodiscard]] bool insert(std::uint32_t hash, std::uint8_t member) {
    return table->insert(hash, member, Placed::chosen, clock(), kIdle);
  }
  static constexpr std::uint16_t kIdle = 200;  // ticks: a tenth of a second
  std::vector<ConversationLine> lines;
  std::unique_ptr<ConversationTable> table = std::make_unique<ConversationTable>();
  Instant now{1s};
};

}  // namespace

TEST_CASE("What was put into the table is found, and nothing else is", "[fast][conversations]") {
  Rig rig{10'000};
  Prng random{1};
  std::unordered_map<std::uint32_t, std::uint8_t> known;
  while (known.size() < 10'000) {
    const std::uint32_t hash = random.u32();
    const auto member = static_cast<std::uint8_t>(random.below(32));
    if (!known.try_emplace(hash, member).second) continue;
    REQUIRE_FALSE(rig.table->find(hash));
    REQUIRE(rig.insert(hash, member));
  }
  std::size_t wrong = 0;
  for (const auto& [hash, member] : known) {
    const auto entry = rig.table->find(hash);
    wrong += entry && entry.member() == member ? 0U : 1U;
  }
  CHECK(wrong == 0);
  std::size_t live = 0;
  for (std::uint8_t m = 0; m < kMembersMax; ++m) live += rig.table->live(m);
  CHECK(live == known.size());
  for (int i = 0; i < 10'000; ++i) {
    const std::uint32_t hash = random.u32();
    if (!known.contains(hash) && rig.table->find(hash)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("A million conversations have entries of their own in 16 MiB, nearly all in their first line",
          "[fast][conversations]") {
  constexpr std::size_t kMillion = 1'048'576;
  Rig rig{kMillion};
  const std::size_t octets = rig.lines.size() * sizeof(ConversationLine) + sizeof(ConversationTable);
  INFO("octets " << octets);
  CHECK(octets <= std::size_t{16} << 20);
  Prng random{2};
  std::vector<std::uint32_t> hashes;
  while (hashes.size() < kMillion) {
    const std::uint32_t hash = random.u32();
    if (rig.table->find(hash)) continue;
    REQUIRE(rig.insert(hash, static_cast<std::uint8_t>(hash % 3)));
    hashes.push_back(hash);
  }
  const std::uint64_t before = rig.table->counters.lines_touched.read();
  std::size_t found = 0;
  for (const std::uint32_t hash : hashes) found += rig.table->find(hash) ? 1U : 0U;
  CHECK(found == kMillion);
  const std::uint64_t more = rig.table->counters.lines_touched.read() - before;
  INFO("lines touched beyond the first: " << more);
  CHECK(more < kMillion / 20);
}

TEST_CASE("A conversation that is displaced is found also when its own line has room again",
          "[fast][conversations]") {
  Rig rig{100};
  Prng random{3};
  // More than there is room for in first lines, and then random ones go.
  std::map<std::uint32_t, Instant> known;
  for (int round = 0; round < 20'000; ++round) {
    rig.now += 1ms;
    const std::uint32_t hash = random.u32();
    if (rig.table->find(hash)) continue;
    if (rig.insert(hash, 1)) known[hash] = rig.now;
    // Each is either there, or was silent for long enough to be pushed out or forgotten.
    if (round % 100 == 0) rig.table->sweep(rig.lines.size(), rig.clock(), Rig::kIdle);
    if (round % 10 != 0) continue;
    std::erase_if(known, [&](const auto& k) { return rig.now - k.second > 90ms; });
    std::size_t lost = 0;
    for (const auto& [h, since] : known) lost += rig.table->find(h) ? 0U : 1U;
    REQUIRE(lost == 0);
  }
}

TEST_CASE(
    "When the table is full, the one that was silent the longest makes room; if none was, there is none",
    "[fast][conversations]") {
  Rig rig{20};
  Prng random{4};
  std::vector<std::uint32_t> in;
  for (int i = 0; i < 2000; ++i) {
    const std::uint32_t hash = random.u32();
    if (!rig.table->find(hash) && rig.insert(hash, 1)) in.push_back(hash);
  }
  // It is as full as it gets: a live conversation was never pushed out.
  for (const std::uint32_t hash : in) REQUIRE(rig.table->find(hash));
  CHECK(rig.table->counters.pushed_out.read() == 0);
  CHECK(in.size() > 40);
  // Half of them go on, and the others are silent.
  rig.now += 300ms;
  for (std::size_t i = 0; i < in.size(); i += 2) rig.table->touch(rig.table->find(in[i]), rig.clock());
  std::size_t taken = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::uint32_t hash = random.u32();
    if (!rig.table->find(hash) && rig.insert(hash, 2)) ++taken;
  }
  CHECK(taken >= in.size() / 2 - 3);
  CHECK(rig.table->counters.pushed_out.read() + 10 > taken);
  for (std::size_t i = 0; i < in.size(); i += 2) REQUIRE(rig.table->find(in[i]));
}

TEST_CASE("Conversations that fall silent are forgotten a few lines at a time", "[fast][conversations]") {
  Rig rig{1000};
  Prng random{5};
  for (int i = 0; i < 1000; ++i)
    static_cast<void>(rig.insert(random.u32(), static_cast<std::uint8_t>(i % 3)));
  rig.table->sweep(rig.lines.size(), rig.clock(), Rig::kIdle);
  CHECK(rig.table->counters.ended.read() == 0);
  rig.now += 150ms;
  for (std::size_t left = rig.lines.size(); left > 0; --left) rig.table->sweep(1, rig.clock(), Rig::kIdle);
  CHECK(rig.table->counters.ended.read() == rig.table->counters.begun.read());
  for (std::uint8_t m = 0; m < kMembersMax; ++m) CHECK(rig.table->live(m) == 0);
  for (const ConversationLine& line : rig.lines) REQUIRE((line.used() == 0 && line.displaced == 0));
}

TEST_CASE("Another thread sees where a conversation is, since when and why", "[fast][conversations]") {
  Rig rig{1000};
  REQUIRE(rig.insert(0xabcd, 3));
  rig.now += 100s;
  rig.table->move(rig.table->find(0xabcd), 5, Placed::drained, rig.clock());
  const auto seen = rig.table->snapshot(0xabcd);
  REQUIRE(seen);
  CHECK(seen->member == MemberIndex{5});
  CHECK(seen->placed == Placed::drained);
  CHECK(seen->second_since == rig.clock().second);
  CHECK_FALSE(rig.table->snapshot(0xabce));
  CHECK(rig.table->live(3) == 0);
  CHECK(rig.table->live(5) == 1);
}

TEST_CASE("Who takes a table over counts its conversations anew", "[fast][conversations]") {
  Rig rig{1000};
  for (std::uint32_t i = 0; i < 700; ++i) static_cast<void>(rig.insert(i * 0x9e37'79b9U, i % 3 == 0 ? 2 : 7));
  ConversationTable other;
  other.use(rig.lines);
  CHECK(other.live(7) == 0);
  other.recount();
  for (std::uint8_t m = 0; m < kMembersMax; ++m) CHECK(other.live(m) == rig.table->live(m));
  CHECK(other.live(2) > 0);
}

TEST_CASE("A billion look-ups leave the table as large as it was", "[fast][conversations]") {
  // (a hundredth of them where each step is watched by a sanitizer)
  constexpr std::uint64_t kLookUps = lagoon::test::kSanitized ? 10'000'000 : 1'000'000'000;
  Rig rig{4096};
  Prng random{6};
  // Conversations come and go all the time: a new one for every 1024 look-ups.
  std::vector<std::uint32_t> live(4096);
  for (std::uint32_t& hash : live) {
    hash = random.u32();
    static_cast<void>(rig.insert(hash, 0));
  }
  std::uint64_t found = 0;
  const std::size_t lines = rig.lines.size();
  for (std::uint64_t done = 0; done < kLookUps; done += 1024) {
    const std::size_t from = done % 4096;
    rig.now += 1ms;
    const ConversationClock clock = rig.clock();
    for (std::size_t i = 0; i < 1024; ++i) {
      if (const auto entry = rig.table->find(live[from + i])) {
        ++found;
        rig.table->touch(entry, clock);
      }
    }
    std::uint32_t& ends = live[(done / 1024) % live.size()];
    ends = random.u32();
    if (!rig.table->find(ends)) static_cast<void>(rig.insert(ends, 1));
    rig.table->sweep(40, clock, Rig::kIdle);
  }
  CHECK(rig.lines.size() == lines);
  CHECK(found > kLookUps / 10 * 9);
  std::uint64_t held = 0;
  for (std::uint8_t m = 0; m < kMembersMax; ++m) held += rig.table->live(m);
  CHECK(held <= lines * ConversationLine::kWays);
  CHECK(rig.table->counters.begun.read() ==
        held + rig.table->counters.ended.read() + rig.table->counters.pushed_out.read());
}

}  // namespace conversation_table_test
