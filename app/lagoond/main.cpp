// lagoond: the appliance. Reads a configuration, runs an Engine on the cores it names, and leaves its LAGs
// politely.
#include <bsd/libutil.h>
#include <bsd/unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>

#include "api/version.hpp"
#include "config/check.hpp"
#include "config/diagnostics.hpp"
#include "config/yaml_reader.hpp"
#include "dpdk/engine.hpp"
#include "dpdk/telemetry.hpp"
#include "lagoond/options.hpp"
#include "lagoond/seeing.hpp"
#include "lagoond/signal_thread.hpp"

extern char** environ;

namespace lagoon::lagoond {
namespace {

// Holds the pid file, locked, as long as lagoond runs.
class PidFile {
 public:
  PidFile() = default;
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;
  ~PidFile() {
    if (file_ != nullptr) pidfile_remove(file_);
  }
  [[nodiscard]] Result<void> write(const std::string& path) {
    pid_t other = 0;
    file_ = pidfile_open(path.c_str(), 0644, &other);
    if (file_ == nullptr && errno == EEXIST)
      return fail(Errc::busy, path + ": another lagoond runs, with pid " + std::to_string(other));
    if (file_ == nullptr) return fail(Errc::system, path + ": " + std::strerror(errno));
    pidfile_write(file_);
    return {};
  }

 private:
  pidfh* file_ = nullptr;
};

int complain(const Error& error) {
  std::fprintf(stderr, "lagoond: %s\n", error.detail.c_str());
  return 1;
}

int run(const Options& options) {
  const auto config = config::read_config_file(options.config_file.c_str());
  if (!config) {
    config::print(std::cerr, options.config_file, config.error());
    return 1;
  }
  config::print(std::cerr, options.config_file, config->warnings);
  PidFile pid_file;
  if (options.pid_file)
    if (auto written = pid_file.write(*options.pid_file); !written) return complain(written.error());
  block_signals();
  auto seeing = std::make_unique<Seeing>(*config);
  if (auto prepared = seeing->prepare(*config); !prepared) return complain(prepared.error());
  auto engine = dpdk::Engine::start(*config);
  if (!engine) return complain(engine.error());
  if (auto offered = dpdk::offer_telemetry(**engine); !offered) return complain(offered.error());
  if (auto started = seeing->start(**engine); !started) return complain(started.error());
  setproctitle("%s", options.config_file.c_str());
  std::printf("lagoond %s: running, %zu LAGs\n", kVersion, config->lags.size());
  std::fflush(stdout);
  {
    const SignalThread signals{**engine, options.status_interval};
    (*engine)->run();
    dpdk::retire_telemetry();
  }
  seeing.reset();
  engine->reset();
  std::printf("lagoond: ended\n");
  return 0;
}

int main_of(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "lagoond: %s\n%s", options.error().detail.c_str(), usage());
    return 2;
  }
  switch (options->verb) {
    case Verb::help:
      std::fputs(usage(), stdout);
      return 0;
    case Verb::version:
      std::printf("lagoond %s\n", kVersion);
      return 0;
    case Verb::check:
      return config::check_config_file(options->config_file.c_str(), std::cout, std::cerr);
    case Verb::run:
      return run(*options);
  }
  return 2;
}

}  // namespace
}  // namespace lagoon::lagoond

int main(int argc, char** argv) {
  setproctitle_init(argc, argv, environ);
  return lagoon::lagoond::main_of(argc, argv);
}
