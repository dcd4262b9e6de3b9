// A process that is killed anywhere in an Egress which lies in memory that it shares: whoever takes it over
// frees each frame once, frees none that a port has, and goes on.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <thread>
#include <vector>

#include "egress_rig.hpp"
#include "support/prng.hpp"
#include "support/sanitized.hpp"

namespace lagoon::fast::egress_killed_test {
namespace {

using test::ReferenceMeter;
using test::TestPacket;
constexpr std::size_t kPackets = 512;
constexpr std::size_t kSharedOctets = std::size_t{4} << 20;

// Where each packet is.
enum class Owner : std::uint8_t { nobody, egress };
using Owners = std::array<std::atomic<Owner>, kPackets>;

struct Sink {
  Owners& owners;
  std::size_t freed = 0;
  std::size_t wrong = 0;  // freed that were not there to be freed
  void free(std::span<TestPacket*> packets) noexcept {
    for (const TestPacket* packet : packets) {
      ++freed;
      if (owners[packet->number].exchange(Owner::nobody) != Owner::egress) ++wrong;
    }
  }
};

// A port that takes some.
struct Tx {
  Owners& owners;
  test::Prng random;
  std::size_t send(MemberIndex, std::span<TestPacket*> packets) noexcept {
    const std::size_t taken = random.below(packets.size() + 1);
    for (const TestPacket* packet : packets.first(taken)) owners[packet->number].store(Owner::nobody);
    return taken;
  }
};

struct Shared {
  Shared(const qos::TrafficOptions& options, std::pmr::memory_resource& memory)
      : policy{test::policy_of(options)},
        storage{policy, &memory},
        meter{policy},
        egress{policy, storage.memory(), meter, counters} {}
  qos::TrafficPolicy policy;
  EgressStorage<TestPacket> storage;
  ReferenceMeter meter;
  EgressCounters counters;
  Egress<TestPacket, ReferenceMeter> egress;
  Owners owners{};
  std::atomic<std::uint64_t> turns{0};
};

[[noreturn]] void work(Shared& shared, std::vector<TestPacket>& packets, std::uint32_t seed) {
  test::Prng random{seed};
  Sink sink{shared.owners};
  Tx tx{shared.owners, test::Prng{seed + 1}};
  Instant now = instant_from_ns(1'000'000);
  for (std::size_t next = 0;;) {
    now += 10us;
    for (std::uint64_t i = random.below(40); i > 0; --i) {
      next = (next + 1) % kPackets;
      if (shared.owners[next].load() != Owner::nobody) continue;
      shared.owners[next].store(Owner::egress);
      const std::array<TestPacket*, 1> burst{&packets[next]};
      const std::array<std::uint32_t, 1> hashes{test::hash_of(packets[next].conversation)};
      shared.egress.enqueue(burst, hashes, now, sink);
    }
    shared.egress.serve(MemberIndex{0}, tx, now);
    if (sink.wrong != 0) _exit(1);
    shared.turns.fetch_add(1);
  }
}

}  // namespace

TEST_CASE("Who is killed in an Egress leaves nothing that is freed twice, or by nobody", "[egress][killed]") {
  void* const at = mmap(nullptr, kSharedOctets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(at != MAP_FAILED);
  std::pmr::monotonic_buffer_resource memory{at, kSharedOctets, std::pmr::null_memory_resource()};
  auto* const shared = std::pmr::polymorphic_allocator<>{&memory}.new_object<Shared>(
      qos::TrafficOptions{.classes = {{.name = "first", .priority = 0, .limit = 60, .dscp = {46}},
                                      {.name = "rest", .limit = 100}}},
      memory);
  std::vector<TestPacket> packets;
  for (std::uint32_t i = 0; i < kPackets; ++i) {
    packets.push_back(test::frame_with(i % 3 == 0 ? 46 : 0, 60));
    packets.back().number = i;
    packets.back().conversation = i % 37;
  }
  constexpr int kKills = test::kSanitized ? 40 : 150;
  test::Prng random{11};
  std::size_t freed = 0;
  std::size_t lost = 0;
  for (int kill_number = 0; kill_number < kKills; ++kill_number) {
    const std::uint64_t before = shared->turns.load();
    const pid_t child = fork();
    if (child == 0) work(*shared, packets, random.u32());
    const std::uint64_t turns = before + 20 + random.below(50);
    int status = 0;
    while (shared->turns.load() < turns && waitpid(child, &status, WNOHANG) == 0) std::this_thread::yield();
    REQUIRE(shared->turns.load() >= turns);
    kill(child, SIGKILL);
    REQUIRE(waitpid(child, &status, 0) == child);
    Sink sink{shared->owners};
    const std::size_t missing = shared->egress.abandon(sink);
    CAPTURE(kill_number);
    REQUIRE(sink.wrong == 0);
    CHECK(shared->egress.empty());
    std::size_t left = 0;
    for (auto& owner : shared->owners) left += owner.exchange(Owner::nobody) == Owner::egress ? 1U : 0U;
    // (a burst in the port's hands, and one on its way in)
    CHECK(left <= 3 * kBurstMax);
    CHECK(missing >= sink.freed);
    CHECK(missing <= sink.freed + 3 * kBurstMax);
    freed += sink.freed;
    lost += left;
    for (const ClassCounters& one : shared->counters.of_class) CHECK(one.still_here() == 0);
  }
  INFO(freed << " freed, " << lost << " in between");
  CHECK(freed > static_cast<std::size_t>(kKills));
  std::destroy_at(shared);
  munmap(at, kSharedOctets);
}

}  // namespace lagoon::fast::egress_killed_test
