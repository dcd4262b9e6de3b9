// Errands run beside who gives them, in order, and nobody waits but who wants to.
#include "dpdk/base/errand.hpp"

#include <rte_eal.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace errand_test {

using namespace lagoon::dpdk;

namespace {

void start_eal() {
  static const int started = [] {
    static std::array<std::string, 10> args{"test", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                                            "-m",   "32",        "-l",          "0",        "--log-level=4"};
    static std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    return rte_eal_init(static_cast<int>(argv.size()), argv.data());
  }();
  REQUIRE(started >= 0);
}

// An errand that takes until it is let go.
struct Lock {
  std::atomic<bool> held = true;
  void wait() const { held.wait(true); }
  void open() {
    held = false;
    held.notify_all();
  }
};

}  // namespace

TEST_CASE("Until there is a thread, an errand is done by who gives it", "[errand]") {
  Errands errands;
  Errand errand;
  std::thread::id by;
  errands.give(errand, [&] { by = std::this_thread::get_id(); });
  CHECK_FALSE(errand.under_way());
  CHECK(by == std::this_thread::get_id());
  CHECK(errand.take_done());
  CHECK_FALSE(errand.take_done());
}

TEST_CASE("Who gives errands goes on while one hangs, and they are done in order", "[errand]") {
  start_eal();
  Errands errands;
  REQUIRE(errands.open());
  Lock lock;
  Errand hangs;
  errands.give(hangs, [&] { lock.wait(); });
  std::array<Errand, 64> others;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < others.size(); ++i)
    errands.give(others[i], [&order, i] { order.push_back(i); });
  CHECK(hangs.under_way());
  CHECK(others.back().under_way());
  CHECK_FALSE(hangs.take_done());
  lock.open();
  others.back().wait();
  CHECK(hangs.take_done());
  REQUIRE(order.size() == others.size());
  for (std::size_t i = 0; i < order.size(); ++i) CHECK(order[i] == i);
}

TEST_CASE("What an errand has written is there for who sees it done, again and again", "[errand]") {
  start_eal();
  Errands errands;
  REQUIRE(errands.open());
  Errand errand;
  unsigned written = 0;  // (no atomic: ThreadSanitizer looks)
  for (unsigned i = 1; i <= 2000; ++i) {
    errands.give(errand, [&written, i] { written = i; });
    while (!errand.take_done()) std::this_thread::yield();
    REQUIRE(written == i);
  }
}

TEST_CASE("All that was given is done before the end", "[errand]") {
  start_eal();
  std::atomic<unsigned> done = 0;
  std::array<Errand, 16> all;
  {
    Errands errands;
    REQUIRE(errands.open());
    for (Errand& errand : all) errands.give(errand, [&done] { ++done; });
  }
  CHECK(done == all.size());
}

TEST_CASE("An errand that is under way is waited for by its end", "[errand]") {
  start_eal();
  Errands errands;
  REQUIRE(errands.open());
  Lock lock;
  std::atomic<bool> ended = false;
  auto errand = std::make_unique<Errand>();
  errands.give(*errand, [&] {
    lock.wait();
    ended = true;
  });
  std::thread later{[&lock] { lock.open(); }};
  errand.reset();
  CHECK(ended);
  later.join();
}

}  // namespace errand_test
