// A whole Lagoon in this process, two LAGs on wires: configurations are applied to it and taken back, and
// systemd is told how it does. One EAL in a process, so one Engine for all cases.
#include <sched.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <sstream>
#include <thread>

#include "config/file/yaml_reader.hpp"
#include "config/file/yaml_writer.hpp"
#include "dpdk/engine/engine.hpp"
#include "lagoond/config_verbs.hpp"
#include "lagoond/service_thread.hpp"
#include "notify_socket.hpp"
#include "support/catch.hpp"

namespace lagoon::lagoond::apply_test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRest =
    "ports: [{ name: lan, dev: net_null0 }]\n"
    "forward: [[lan, west]]\n";

std::string lags_text(const std::string& west_keys, const std::string& west_more) {
  return "lags:\n"
         "- { name: west, mac: 02:00:00:00:00:01, " +
         west_keys + "members: [{ wire: w0 }, { wire: w1 }" + west_more +
         "] }\n"
         "- { name: east, mac: 02:00:00:00:00:02, members: [{ wire: w0 }, { wire: w1 }] }\n";
}

std::string eal_text() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  REQUIRE(sched_getaffinity(0, sizeof cpus, &cpus) == 0);
  std::string list;
  int found = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; ++cpu)
    if (CPU_ISSET(cpu, &cpus)) list += (found++ == 0 ? "" : ", ") + std::to_string(cpu);
  REQUIRE(found == 2);
  return "eal: { lcores: [" + list + "], huge: false, memory: 192M, idle: relax, prefix: apply-test-" +
         std::to_string(getpid()) + ", args: [--no-telemetry, --no-shconf] }\n";
}

// The control lcore is a thread of its own here; it turns when told to.
class Lagoon {
 public:
  static Lagoon& the() {
    static Lagoon one;
    return one;
  }
  [[nodiscard]] dpdk::Engine& engine() { return *engine_; }
  void turn() {
    if (!turns_) go_.set_value();
    turns_ = true;
  }
  [[nodiscard]] const std::string& eal() const { return eal_; }
  ~Lagoon() {
    turn();
    engine_->request_stop();
    control_.join();
  }

 private:
  Lagoon() : eal_{eal_text()} {
    const auto config = config::parse_config(eal_ + kRest + lags_text("", ""));
    REQUIRE(config);
    std::promise<std::string> started;
    control_ = std::thread{[&, go = go_.get_future()]() mutable {
      auto made = dpdk::Engine::start(*config);
      if (made) engine_ = std::move(*made);
      started.set_value(made ? "" : made.error().detail);
      if (!engine_) return;
      go.wait();
      engine_->run();
      engine_.reset();
    }};
    REQUIRE(started.get_future().get() == "");
  }
  std::string eal_;
  std::promise<void> go_;
  bool turns_ = false;
  std::unique_ptr<dpdk::Engine> engine_;
  std::thread control_;
};

// A file for the verbs, gone with it.
class File {
 public:
  explicit File(const std::string& text)
      : path_{(fs::temp_directory_path() / ("lagoon-apply-" + std::to_string(getpid()) + ".yaml")).string()} {
    std::ofstream{path_} << text;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { fs::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string running() {
  return config::to_yaml(Lagoon::the().engine().running_config().value());
}

struct Said {
  bool good;
  std::string text;
};
Said apply(const std::string& lags) {
  const File file{Lagoon::the().eal() + kRest + lags};
  std::ostringstream out;
  const bool good = apply_config(Lagoon::the().engine(), file.path(), out);
  std::string text = out.str();
  for (std::size_t at = 0; (at = text.find(file.path(), at)) != std::string::npos;)
    text.replace(at, file.path().size(), "FILE");
  return {good, text};
}

std::string members_of_west() {
  const auto status = Lagoon::the().engine().status("west");
  REQUIRE(status);
  std::string names;
  for (const control::MemberStatus& member : status->members) names += member.name + " ";
  return names;
}

TEST_CASE("systemd hears of a life only while the control lcore answers", "[lagoond][service]") {
  setenv("WATCHDOG_USEC", "200000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  const test::NotifySocket systemd;
  {
    const ServiceThread service{Lagoon::the().engine(), 60s, 10s};
    CHECK(systemd.next(400) == std::nullopt);  // it does not turn yet
    Lagoon::the().turn();
    CHECK(systemd.next_with("WATCHDOG=1") == "WATCHDOG=1");
    CHECK(systemd.next_with("READY=1") == "READY=1\nSTATUS=2 of 2 LAGs up: west 2/2, east 2/2");
    CHECK(systemd.next_with("WATCHDOG=1") == "WATCHDOG=1");
  }
  unsetenv("WATCHDOG_USEC");
}

// Keeps the worker in a signal handler, where it makes no turn.
class StandingWorker {
 public:
  StandingWorker() {
    REQUIRE(pipe(go.data()) == 0);
    struct sigaction action{};
    action.sa_handler = [](int) {
      char word = 0;
      while (read(go[0], &word, 1) != 1) {
      }
    };
    REQUIRE(sigaction(SIGUSR2, &action, nullptr) == 0);
    for (const auto& task : fs::directory_iterator{"/proc/self/task"}) {
      std::ifstream comm{task.path() / "comm"};
      std::string name;
      std::getline(comm, name);
      if (!name.starts_with("rte-worker-") && !name.starts_with("dpdk-worker")) continue;  // (from 23.03 on)
      REQUIRE(tgkill(getpid(), std::stoi(task.path().filename()), SIGUSR2) == 0);
      found = true;
    }
    REQUIRE(found);
  }
  ~StandingWorker() { CHECK(write(go[1], "go", 1) == 1); }
  StandingWorker(const StandingWorker&) = delete;
  StandingWorker& operator=(const StandingWorker&) = delete;

 private:
  bool found = false;
  inline static std::array<int, 2> go{};  // a pipe
};

TEST_CASE("systemd hears of no life when a worker has stood for too long", "[lagoond][service]") {
  Lagoon::the().turn();
  dpdk::Engine& engine = Lagoon::the().engine();
  setenv("WATCHDOG_USEC", "200000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  const test::NotifySocket systemd;
  {
    const ServiceThread service{engine, 60s, 1500ms};
    CHECK(systemd.next_with("WATCHDOG=1") == "WATCHDOG=1");
    {
      const StandingWorker stands;
      int heard = 0;
      while (heard < 100 && systemd.next(600)) ++heard;
      CHECK(heard > 10);
      CHECK(heard < 100);
      CHECK(engine.standing() >= 1500ms);
      CHECK(control::worst_of(engine.health(engine.status_of_all())) == control::Severity::failure);
      CHECK_FALSE(engine.status("west")->up);
    }
    CHECK(systemd.next_with("WATCHDOG=1") == "WATCHDOG=1");
    CHECK(systemd.next_with("2 of 2 LAGs up") == "STATUS=2 of 2 LAGs up: west 2/2, east 2/2");
  }
  unsetenv("WATCHDOG_USEC");
}

TEST_CASE("A file that is right is applied, with all its steps", "[lagoond][apply]") {
  Lagoon::the().turn();
  const Said said = apply(lags_text("hash: l2, miimon: 10ms, lacp: { rate: slow }, min-links: 2, ",
                                    ", { name: n, dev: net_null7 }"));
  CHECK(said.text ==
        "1. LAG 'west': add member 'n' { name: n, dev: net_null7 }\n"
        "2. LAG 'west': set lacp.rate: slow (was fast)\n"
        "3. LAG 'west': set hash: l2 (was l3+4)\n"
        "4. LAG 'west': set miimon: 10ms (was 1ms)\n"
        "5. LAG 'west': set min-links: 2 (was 1)\n"
        "6. LAG 'west': set min-links-up: 2 (was 1)\n"
        "done: member 'n' added to LAG 'west'\n"
        "done: 3 options of LAG 'west' set\n"
        "done: 2 options of LAG 'west' set\n"
        "FILE: applied\n");
  CHECK(said.good);
  CHECK(members_of_west() == "w0 w1 n ");
  const auto status = Lagoon::the().engine().status("west");
  CHECK(status->options.fast.hash.policy == dist::HashPolicy::l2);
  CHECK(status->options.lacp.rate == lacp::Rate::slow);
  CHECK(status->options.lacp.min_links == 2);
}

TEST_CASE("When a step fails, those before it are taken back", "[lagoond][apply]") {
  const std::string before = running();
  const std::uint32_t seed =
      Lagoon::the().engine().running_config().value().lags.at(0).options.fast.hash.seed;
  const Said said = apply(lags_text("hash-seed: 7, hash: l3, miimon: 10ms, lacp: { rate: slow }, ",
                                    ", { name: n, dev: 'net_af_packet7,iface=nosuch0' }"));
  CHECK_FALSE(said.good);
  CAPTURE(said.text);
  CHECK(said.text.find("3. LAG 'west': set hash: l3 (was l2)\n") != std::string::npos);
  CHECK(said.text.find("done: member 'n' removed from LAG 'west'\n"
                       "failed: LAG 'west': add member 'n' { name: n, dev: "
                       "\"net_af_packet7,iface=nosuch0\" }: member 'n': ") != std::string::npos);
  CHECK(said.text.find("\ntaken back: member 'n' added to LAG 'west'\n"
                       "taken back: 2 options of LAG 'west' set\n"
                       "taken back: 2 options of LAG 'west' set\n"
                       "FILE: not applied\n") != std::string::npos);
  CHECK(running() == before);
  CHECK(Lagoon::the().engine().running_config().value().lags.at(0).options.fast.hash.seed == seed);
  CHECK(members_of_west() == "w0 w1 n ");
  const auto status = Lagoon::the().engine().status("west");
  CHECK(status->options.fast.hash.policy == dist::HashPolicy::l2);
  CHECK(status->options.fast.hash.seed == seed);
  CHECK(status->options.lacp.min_links == 2);
}

TEST_CASE("What a port refuses takes all back", "[lagoond][apply]") {
  const std::string before = running();
  const Said said = apply(lags_text("hash: l3, mtu: 1400, ", ""));  // a wire has no MTU to set
  CHECK_FALSE(said.good);
  CHECK(said.text.find(
            "\nfailed: LAG 'west': options: member 'w0': an MTU of 1400: Operation not supported\n") !=
        std::string::npos);
  CHECK(running() == before);
  CHECK(Lagoon::the().engine().status("west")->options.fast.hash.policy == dist::HashPolicy::l2);
}

TEST_CASE("A file with mistakes says all of them and changes nothing", "[lagoond][apply]") {
  const std::string before = running();
  const Said said = apply(lags_text("hsah: l2, min-links: 40, ", ", { name: w0, dev: net_null8 }"));
  CHECK_FALSE(said.good);
  CAPTURE(said.text);
  CHECK(said.text.find("unknown key 'hsah'; did you mean 'hash'?") != std::string::npos);
  CHECK(said.text.find("min-links is '40'; expected a whole number from 1 to 32") != std::string::npos);
  CHECK(said.text.find("member name 'w0' is used already") != std::string::npos);
  CHECK(said.text.ends_with("FILE: nothing was changed\n"));
  CHECK(running() == before);
}

TEST_CASE("What can't change while it runs is refused, and the rest is left alone too", "[lagoond][apply]") {
  const std::string before = running();
  const Said said = apply(lags_text("mode: balance-xor, hash: l3, ", ""));
  CHECK_FALSE(said.good);
  CHECK(said.text.find("mode: balance-xor (runs with lacp) can't be changed while lagoond runs") !=
        std::string::npos);
  CHECK(running() == before);
}

TEST_CASE("What is saved is what runs", "[lagoond][apply]") {
  const File file{"old"};
  std::ostringstream saved;
  CHECK(save_config(Lagoon::the().engine(), file.path(), Members::as_configured, saved));
  CHECK(saved.str() == "saved to " + file.path() + "\n");
  std::ostringstream difference;
  CHECK(diff_config(Lagoon::the().engine(), file.path(), difference));
  CHECK(difference.str() == "nothing changes\n");
  std::ostringstream shown;
  CHECK(show_config(Lagoon::the().engine(), shown));
  std::ifstream reader{file.path()};
  const std::string text{std::istreambuf_iterator<char>{reader}, {}};
  CHECK(text.ends_with("\n" + shown.str()));
  std::ostringstream checked;
  CHECK(check_config(file.path(), checked));
}

}  // namespace
}  // namespace lagoon::lagoond::apply_test
