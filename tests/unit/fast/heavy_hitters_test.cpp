#include "fast/conversations/heavy_hitters.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/prng.hpp"

namespace heavy_hitters_test {

using namespace lagoon;
using fast::HeavyHitters;
using lagoon::test::Prng;

namespace {

constexpr MemberIndex kMember{3};
constexpr std::size_t kBurst = 32;
constexpr std::uint32_t kFrame = 1000;

// Conversations by Zipf's law; frames drawn by chance.
class Zipf {
 public:
  Zipf(std::size_t count, double exponent, Prng& random) : hash(count), sum_(count) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += 1 / std::pow(static_cast<double>(i + 1), exponent);
      sum_[i] = sum;
      hash[i] = random.u32();
    }
  }
  [[nodiscard]] std::size_t draw(Prng& random) const {
    const double at = static_cast<double>(random.next() >> 11) * 0x1p-53 * sum_.back();
    return static_cast<std::size_t>(std::ranges::upper_bound(sum_, at) - sum_.begin());
  }
  std::vector<std::uint32_t> hash;

 private:
  std::vector<double> sum_;
};

std::map<std::uint32_t, std::uint64_t> view(const HeavyHitters& hitters) {
  std::map<std::uint32_t, std::uint64_t> all;
  hitters.each([&all](const HeavyHitters::Entry& entry) { all[entry.hash] = entry.octets; });
  return all;
}

}  // namespace

TEST_CASE("Of ten thousand conversations by Zipf's law the ten largest are found, one frame in 32 looked at",
          "[fast][hitters]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Prng random{seed};
    const Zipf zipf{10'000, 1.1, random};
    HeavyHitters hitters;
    std::vector<std::uint64_t> sent(zipf.hash.size(), 0);   // of each conversation
    std::vector<std::uint64_t> noted(zipf.hash.size(), 0);  // of what was looked at
    constexpr std::size_t kBursts = 50'000;
    for (std::size_t b = 0; b < kBursts; ++b) {
      const std::size_t chosen = random.below(kBurst);
      for (std::size_t i = 0; i < kBurst; ++i) {
        const std::size_t flow = zipf.draw(random);
        sent[flow] += kFrame;
        if (i != chosen) continue;
        hitters.note(zipf.hash[flow], kMember, kFrame * kBurst);
        noted[flow] += kFrame * kBurst;
      }
    }
    const auto found = view(hitters);
    const std::uint64_t all = kBursts * kBurst * kFrame;
    CHECK(found.size() == HeavyHitters::kEntries);
    for (std::size_t flow = 0; flow < 10; ++flow) {
      CAPTURE(seed, flow, sent[flow], noted[flow]);
      const auto entry = found.find(zipf.hash[flow]);
      REQUIRE(entry != found.end());
      CHECK(entry->second <= noted[flow]);
      CHECK(entry->second + all / HeavyHitters::kEntries >= noted[flow]);
      // Of what was really sent: one frame in 32 of these is a sample of at least 700 frames.
      const double off = static_cast<double>(entry->second) / static_cast<double>(sent[flow]) - 1;
      CHECK(std::abs(off) < 0.15);
    }
  }
}

TEST_CASE("A new elephant has an entry with its first frame that is looked at, and keeps it",
          "[fast][hitters]") {
  Prng random{1};
  const Zipf zipf{10'000, 0.5, random};  // many, none of them large
  HeavyHitters hitters;
  const auto one = [&](double share) {
    const bool elephant = random.chance(share);
    hitters.note(elephant ? 0xe1e : zipf.hash[zipf.draw(random)], kMember, kFrame * kBurst);
  };
  for (int i = 0; i < 100'000; ++i) one(0);
  hitters.next_epoch();
  // A tenth of the traffic: after 2000 samples it has what no other has.
  for (int i = 0; i < 2000; ++i) one(0.1);
  auto found = view(hitters);
  REQUIRE(found.contains(0xe1e));
  const auto largest = std::ranges::max_element(found, {}, [](const auto& entry) { return entry.second; });
  CHECK(largest->first == 0xe1e);
  for (int i = 0; i < 100'000; ++i) {
    one(0.1);
    if (i % 1000 == 0) REQUIRE(view(hitters).contains(0xe1e));
  }
}

TEST_CASE("What was large leaves when epochs pass without it", "[fast][hitters]") {
  Prng random{2};
  HeavyHitters hitters;
  for (int i = 0; i < 100'000; ++i) hitters.note(0xe1e, kMember, kFrame * kBurst);
  int epochs = 0;
  for (; epochs < 40 && view(hitters).contains(0xe1e); ++epochs) {
    hitters.next_epoch();
    for (int i = 0; i < 2000; ++i) hitters.note(random.u32(), kMember, kFrame * kBurst);
  }
  // 100000 notes against 2000 / 128 an epoch for each entry.
  CHECK(epochs <= 14);
  CHECK(epochs >= 5);
}

TEST_CASE("A conversation is read with the member that carried it last, hash 0 as well", "[fast][hitters]") {
  HeavyHitters hitters;
  CHECK(view(hitters).empty());
  hitters.note(0, MemberIndex{1}, 100);
  hitters.note(7, MemberIndex{1}, 100);
  hitters.note(0, MemberIndex{31}, 50);
  std::vector<HeavyHitters::Entry> all;
  hitters.each([&all](const HeavyHitters::Entry& entry) { all.push_back(entry); });
  REQUIRE(all.size() == 2);
  std::ranges::sort(all, {}, &HeavyHitters::Entry::hash);
  CHECK(all[0].member == MemberIndex{31});
  CHECK(all[0].octets == 150);
  CHECK(all[1].hash == 7);
  CHECK(all[1].octets == 100);
}

TEST_CASE("Weights stay at their most, and memory is fixed", "[fast][hitters]") {
  HeavyHitters hitters;
  for (int i = 0; i < 64; ++i) hitters.note(5, kMember, UINT32_MAX);  // 2^26 grains each
  for (std::uint32_t other = 100; other < 10'000; ++other) hitters.note(other, kMember, kFrame);
  CHECK(view(hitters).contains(5));
  STATIC_REQUIRE(sizeof(HeavyHitters) == 64 * 50);
}

TEST_CASE("An entry that is read while it is written has no more octets than were noted", "[fast][hitters]") {
  HeavyHitters hitters;
  std::atomic<bool> done{false};
  // Each conversation is noted with octets that tell whose they are: three times 1 + its hash.
  std::thread owner{[&] {
    for (std::uint32_t i = 0; i < 400'000; ++i) {
      const std::uint32_t hash = i / 3 % 200;
      hitters.note(hash, MemberIndex{static_cast<std::uint8_t>(hash % 32)}, 1 + hash);
    }
    done = true;
  }};
  std::uint64_t read = 0, wrong = 0;
  while (!done) {
    hitters.next_epoch();
    hitters.each([&](const HeavyHitters::Entry& entry) {
      ++read;
      wrong += entry.member.value() != entry.hash % 32;
      wrong += entry.octets % (1 + entry.hash) != 0;
    });
  }
  owner.join();
  CHECK(read > 0);
  CHECK(wrong == 0);
}

}  // namespace heavy_hitters_test
