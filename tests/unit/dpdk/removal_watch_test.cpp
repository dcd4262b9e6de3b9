// The events are given as EAL's buses and drivers give them; a NIC that goes is in tests/smoke/vm.
#include "dpdk/control/removal_watch.hpp"

#include <rte_dev.h>
#include <rte_eal.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace removal_watch_test {

using lagoon::dpdk::RemovalWatch;

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

struct Told {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> devices;
  std::vector<std::thread::id> threads;

  void take(const std::string& device) {
    const std::lock_guard lock{mutex};
    devices.push_back(device);
    threads.push_back(std::this_thread::get_id());
    changed.notify_all();
  }
  bool reaches(std::size_t count) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, std::chrono::seconds{10}, [&] { return devices.size() >= count; });
  }
};

}  // namespace

TEST_CASE("A device that is taken away is told, in another thread than the event's", "[dpdk][removal]") {
  start_eal();
  Told told;
  std::optional<RemovalWatch> watch{std::in_place, [&](const std::string& device) { told.take(device); }};
  rte_dev_event_callback_process("0000:3b:00.0", RTE_DEV_EVENT_ADD);
  rte_dev_event_callback_process("0000:3b:00.1", RTE_DEV_EVENT_REMOVE);
  REQUIRE(told.reaches(1));
  rte_dev_event_callback_process("0000:3b:00.1", RTE_DEV_EVENT_REMOVE);
  REQUIRE(told.reaches(2));
  watch.reset();
  rte_dev_event_callback_process("0000:3b:00.1", RTE_DEV_EVENT_REMOVE);
  CHECK(told.devices == std::vector<std::string>{"0000:3b:00.1", "0000:3b:00.1"});
  CHECK(told.threads.front() != std::this_thread::get_id());
}

TEST_CASE("An event while one is handled is not lost, and the watch ends after its handler",
          "[dpdk][removal]") {
  start_eal();
  Told told;
  std::mutex gate;
  std::unique_lock shut{gate};
  std::optional<RemovalWatch> watch{std::in_place, [&](const std::string& device) {
                                      told.take(device);
                                      const std::lock_guard pass{gate};
                                    }};
  rte_dev_event_callback_process("0000:3b:00.0", RTE_DEV_EVENT_REMOVE);
  REQUIRE(told.reaches(1));
  rte_dev_event_callback_process("0000:3b:00.1", RTE_DEV_EVENT_REMOVE);
  shut.unlock();
  REQUIRE(told.reaches(2));
  watch.reset();
  CHECK(told.devices == std::vector<std::string>{"0000:3b:00.0", "0000:3b:00.1"});
}

}  // namespace removal_watch_test
