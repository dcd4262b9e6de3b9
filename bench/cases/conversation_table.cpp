// Look-ups in bursts of conversations that are there, of a million: the table of weighted-dynamic against
// DPDK's hash table in its lock-free form, which is given the keys' hashes, too.
#include <rte_hash.h>
#include <rte_malloc.h>

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "base/check.hpp"
#include "cases/cases.hpp"
#include "cases/contestants.hpp"
#include "dist/flow_hash.hpp"
#include "fast/conversations/conversation_table.hpp"

namespace lagoon::bench {
namespace {

constexpr std::uint32_t kConversations = 1'000'000;
constexpr std::size_t kLookups = std::size_t{1} << 20;

// As an IPv4 conversation's addresses, ports and protocol.
struct Key {
  std::array<std::uint32_t, 4> words;
};

Key key_of(std::uint32_t number) {
  return {{number * 0x9e37'79b9U, number, number ^ 0x5bd1'e995U, 6}};
}

// The same for both tables. (Not by rte_hash_crc(), which reads a key as words of other types than it was
// written by, so that an optimizer may reorder them.)
std::uint32_t hash_of(std::uint32_t number) {
  return dist::FlowMixer{1}(number);
}

struct Tables {
  fast::ConversationTable ours{};
  rte_hash* peer = nullptr;
  std::vector<Key> keys{};  // that are looked for, and their hashes
  std::vector<std::uint32_t> hashes{};
  std::size_t at = 0;

  Tables() {
    const std::size_t count = fast::ConversationTable::lines_for(kConversations);
    auto* const lines = static_cast<fast::ConversationLine*>(
        rte_zmalloc(nullptr, count * sizeof(fast::ConversationLine), alignof(fast::ConversationLine)));
    LAGOON_CHECK(lines != nullptr);
    ours.use(std::span{lines, count});
    const rte_hash_parameters parameters{.name = "conversations",
                                         .entries = 2 * kConversations,
                                         .reserved = 0,
                                         .key_len = sizeof(Key),
                                         .hash_func = nullptr,
                                         .hash_func_init_val = 0,
                                         .socket_id = 0,
                                         .extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF};
    peer = rte_hash_create(&parameters);
    LAGOON_CHECK(peer != nullptr);
    for (std::uint32_t i = 0; i < kConversations; ++i) {
      const Key key = key_of(i);
      const std::uint32_t hash = hash_of(i);
      static_cast<void>(
          ours.insert(hash, static_cast<std::uint8_t>(i % 4), fast::Placed::chosen, {}, 60'000));
      LAGOON_CHECK(rte_hash_add_key_with_hash_data(peer, &key, hash, nullptr) == 0);
    }
    std::mt19937 random{11};
    for (std::size_t i = 0; i < kLookups; ++i) {
      const std::uint32_t number = static_cast<std::uint32_t>(random()) % kConversations;
      keys.push_back(key_of(number));
      hashes.push_back(hash_of(number));
    }
  }
  void go_on() { at = at + kBurst == kLookups ? 0 : at + kBurst; }
};

std::size_t look_up_ours(Tables& tables) {
  const std::span<const std::uint32_t> burst = std::span{tables.hashes}.subspan(tables.at, kBurst);
  for (const std::uint32_t hash : burst) tables.ours.prefetch(hash);
  std::size_t sum = 0;
  for (const std::uint32_t hash : burst) {
    const auto entry = tables.ours.find(hash);
    LAGOON_CHECK(entry);
    sum += entry.member();
  }
  tables.go_on();
  return sum;
}

std::uint64_t look_up_peer(Tables& tables) {
  std::array<const void*, kBurst> keys;
  std::array<void*, kBurst> data;
  std::uint64_t hits = 0;
  for (std::size_t i = 0; i < kBurst; ++i) keys[i] = &tables.keys[tables.at + i];
  rte_hash_lookup_with_hash_bulk_data(tables.peer, keys.data(), &tables.hashes[tables.at], kBurst, &hits,
                                      data.data());
  LAGOON_CHECK(hits == 0xffff'ffffU);
  tables.go_on();
  return hits;
}

}  // namespace

void add_conversation_table(Cases& cases) {
  const auto tables = std::make_shared<std::unique_ptr<Tables>>();
  // (made when the case runs: it takes a second)
  const auto arm = [tables] {
    if (*tables == nullptr) *tables = std::make_unique<Tables>();
  };
  Race& race =
      cases
          .emplace_back(Case{
              .name = "table-1m", .peer_name = "rte_hash, lock-free, bulk with hashes", .race = Race{kTurn}})
          .race;
  race.add(kOurs, {.turn =
                       [tables] {
                         for (std::size_t done = 0; done < kTurn; done += kBurst)
                           benchmark::DoNotOptimize(look_up_ours(**tables));
                       },
                   .arm = arm});
  race.add(kPeer, {.turn =
                       [tables] {
                         for (std::size_t done = 0; done < kTurn; done += kBurst)
                           benchmark::DoNotOptimize(look_up_peer(**tables));
                       },
                   .arm = arm});
}

}  // namespace lagoon::bench
