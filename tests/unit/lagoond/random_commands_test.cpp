// Hundreds of random commands to a whole Lagoon in this process, while its LAGs run. What it then is is
// saved, passes `lagoond --check`, and a fresh lagoond starts from it.
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "config/file/yaml_reader.hpp"
#include "config/file/yaml_writer.hpp"
#include "dpdk/engine/engine.hpp"
#include "notify_socket.hpp"
#include "support/catch.hpp"
#include "support/random_commands.hpp"

namespace lagoon::lagoond::random_commands_test {
namespace {

constexpr int kCommands = 400;

std::string null_port(int number) {
  return "net_null" + std::to_string(number) + ",no-rx=1";
}

config::Config start_of(const std::string& prefix) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  REQUIRE(sched_getaffinity(0, sizeof cpus, &cpus) == 0);
  std::string list;
  int found = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; ++cpu)
    if (CPU_ISSET(cpu, &cpus)) list += (found++ == 0 ? "" : ", ") + std::to_string(cpu);
  REQUIRE(found == 2);
  const auto config = config::parse_config(
      "eal: { lcores: [" + list + "], huge: false, memory: 256M, idle: relax, prefix: " + prefix +
      ", args: [--no-telemetry, --no-shconf] }\n"
      "ports: [{ name: lan, dev: '" +
      null_port(0) +
      "' }]\n"
      "lags:\n"
      "- { name: west, mac: 02:00:00:00:00:0a, members: [{ wire: w0 }, { name: m0, dev: '" +
      null_port(1) +
      "' }] }\n"
      "- { name: east, mac: 02:00:00:00:00:0b, lacp: { key: 5 }, members: [{ wire: w0 }] }\n"
      "- { name: flat, mode: balance-xor, members: [{ dev: '" +
      null_port(2) + "' }, { name: m1, dev: '" + null_port(3) +
      "' }] }\n"
      "- { name: pair, mode: active-backup, members: [{ dev: '" +
      null_port(4) +
      "' }] }\n"
      "forward: [[lan, west]]\n");
  if (!config) FAIL(config.error().items().front().message);
  return *config;
}

std::vector<std::string> sources() {
  std::vector<std::string> all{"wire: w0", "wire: w9", "dev: net_ring_w0_a", "dev: net_nodriver0"};
  for (int i = 0; i < 9; ++i) all.push_back("dev: '" + null_port(i) + "'");
  return all;
}

// The Engine with its control lcore, which is a thread of its own here.
class Running {
 public:
  explicit Running(const config::Config& config) {
    std::promise<std::string> started;
    control_ = std::thread{[&] {
      auto made = dpdk::Engine::start(config);
      if (made) engine_ = std::move(*made);
      const bool good = engine_ != nullptr;
      started.set_value(good ? "" : made.error().detail);
      if (!good) return;
      engine_->run();
      engine_.reset();
    }};
    REQUIRE(started.get_future().get() == "");
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    engine_->request_stop();
    control_.join();
  }
  [[nodiscard]] dpdk::Engine& engine() { return *engine_; }

 private:
  std::unique_ptr<dpdk::Engine> engine_;
  std::thread control_;
};

pid_t lagoond(std::vector<std::string> words) {
  const char* const program = std::getenv("LAGOON_LAGOOND");
  REQUIRE(program != nullptr);
  words.insert(words.begin(), program);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t process = 0;
  REQUIRE(posix_spawn(&process, program, nullptr, nullptr, argv.data(), environ) == 0);
  return process;
}

int exit_code_of(pid_t process) {
  int status = 0;
  REQUIRE(waitpid(process, &status, 0) == process);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A file that goes with it, also when a check fails.
struct SavedFile {
  std::string path;
  ~SavedFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

TEST_CASE("After any commands, what was saved starts again", "[lagoond][random]") {
  const std::string prefix = "random-" + std::to_string(getpid());
  config::Config saved;
  int taken = 0;
  int refused = 0;
  {
    Running lagoon{start_of(prefix)};
    lagoon::test::RandomCommands random{lagoon::test::seed_from_environment().value_or(1), sources()};
    for (int i = 0; i < kCommands; ++i) {
      const lagoon::test::SpokenCommand spoken = random.next(lagoon.engine().running_config().value());
      const auto action = config::parse_action(spoken.verb, spoken.argument);
      if (!action) continue;
      CAPTURE(i, spoken.text());
      const auto done = lagoon.engine().execute({.lag = spoken.lag, .action = *action});
      (done ? taken : refused)++;
      if (!done && done.error().detail.empty()) FAIL("refused without a word");
      if (!done) continue;
      const auto again = config::parse_config(config::to_yaml(lagoon.engine().running_config().value()));
      if (!again) FAIL(again.error().items().front().message);
    }
    REQUIRE(lagoon.engine().status_of_all());
    saved = lagoon.engine().running_config().value();
  }
  CHECK(taken > kCommands / 10);
  CHECK(refused > kCommands / 20);

  saved.eal.prefix = prefix + "-again";
  const SavedFile kept{std::filesystem::temp_directory_path() / (prefix + ".yaml")};
  const std::string& file = kept.path;
  std::ofstream{file} << config::to_yaml(saved);
  CHECK(exit_code_of(lagoond({"--check", file})) == 0);
  const test::NotifySocket systemd;
  const pid_t fresh = lagoond({"--control-socket=none", "--ready-timeout=0", "-c", file});
  CHECK(systemd.next_with("READY=1").find("READY=1") == 0);
  kill(fresh, SIGTERM);
  CHECK(exit_code_of(fresh) == 0);
}

}  // namespace
}  // namespace lagoon::lagoond::random_commands_test
