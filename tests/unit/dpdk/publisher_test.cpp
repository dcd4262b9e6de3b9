// What is kept of old snapshots while a reader stands: little, and nothing of what others read.
#include <rte_rcu_qsbr.h>

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <span>

#include "dpdk/snapshot/qsbr_publisher.hpp"
#include "support/catch.hpp"
#include "worker_bench.hpp"

namespace lagoon::dpdk::publisher_test {
namespace {

// Counts those that are alive.
struct Counted {
  static void* operator new(std::size_t size) {
    ++alive;
    return ::operator new(size);
  }
  static void operator delete(void* at) {
    --alive;
    ::operator delete(at);
  }
  int number = 0;
  inline static int alive = 0;
};

class Readers {
 public:
  Readers() {
    publisher.open(2).value();
    for (unsigned thread = 0; thread < 2; ++thread) {
      publisher.read_by(&slots[thread], {thread});
      rte_rcu_qsbr_thread_register(publisher.qsbr(), thread);
      rte_rcu_qsbr_thread_online(publisher.qsbr(), thread);
    }
  }
  void publish(int number) {
    publisher.publish(std::span<Slot<Counted>>{slots}, std::unique_ptr<const Counted>{new Counted{number}});
  }
  void pass(unsigned thread) { rte_rcu_qsbr_quiescent(publisher.qsbr(), thread); }
  [[nodiscard]] int read(unsigned thread) const { return slots[thread].load()->number; }

  std::array<Slot<Counted>, 2> slots{};
  QsbrPublisher publisher;
};

TEST_CASE("A reader that stands keeps a handful of snapshots, however many are published",
          "[dpdk][publisher]") {
  static_cast<void>(test::pool());
  {
    Readers readers;
    for (int i = 0; i < 100'000; ++i) {
      readers.publish(i);
      readers.pass(0);
      readers.publisher.reclaim();
      REQUIRE(Counted::alive <= 8);
      REQUIRE(readers.read(0) == i);  // whom nobody keeps waiting
    }
    CHECK(readers.read(1) < 10);
    const GracePeriod period = readers.publisher.begin_grace_period();
    readers.pass(0);
    readers.pass(1);
    CHECK_FALSE(readers.publisher.passed(period));  // (the last one is not even published to it)
    readers.publisher.reclaim();
    CHECK(readers.read(1) == 99'999);
    CHECK_FALSE(readers.publisher.passed(period));
    readers.pass(0);
    readers.pass(1);
    CHECK(readers.publisher.passed(period));
    readers.publisher.reclaim();
    CHECK(readers.publisher.waiting() == 0);
    CHECK(Counted::alive == 1);
  }
  CHECK(Counted::alive == 0);
}

TEST_CASE("A snapshot that a reader may have is not freed", "[dpdk][publisher]") {
  static_cast<void>(test::pool());
  Readers readers;
  readers.publish(1);
  const Counted* const held = readers.slots[1].load();
  for (int i = 2; i < 50; ++i) {
    readers.publish(i);
    readers.pass(0);
    readers.publisher.reclaim();
    REQUIRE(held->number == 1);
  }
}

}  // namespace
}  // namespace lagoon::dpdk::publisher_test
