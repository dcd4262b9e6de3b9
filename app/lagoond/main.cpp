// lagoond: the appliance. Reads a configuration, runs an Engine on the cores it names, and leaves its LAGs
// politely.
#include <bsd/libutil.h>
#include <bsd/unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>

#include "base/version.hpp"
#include "config/file/yaml_reader.hpp"
#include "config/plan/check.hpp"
#include "config/text/diagnostics.hpp"
#include "console/socket/control_server.hpp"
#include "console/socket/socket_path.hpp"
#include "dpdk/engine/engine.hpp"
#include "dpdk/telemetry/telemetry.hpp"
#include "lagoond/config_telemetry.hpp"
#include "lagoond/console_thread.hpp"
#include "lagoond/engine_running.hpp"
#include "lagoond/observability.hpp"
#include "lagoond/options.hpp"
#include "lagoond/service_thread.hpp"
#include "lagoond/side_cpus.hpp"
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

// Nothing: there is none. It is an error only where a path was asked for.
Result<std::optional<console::ControlSocket>> open_control_socket(const Options& options,
                                                                  const config::Config& config) {
  if (!options.control_socket) return std::nullopt;
  const auto path = options.control_socket_path ? *options.control_socket_path
                                                : console::default_socket_path(config.eal.prefix);
  auto socket = path ? console::ControlSocket::open(*path) : std::unexpected{path.error()};
  if (socket) return std::optional{*std::move(socket)};
  if (options.control_socket_path) return std::unexpected{socket.error()};
  std::fprintf(stderr, "lagoond: no control socket: %s\n", socket.error().detail.c_str());
  return std::nullopt;
}

// Signals, the control socket and the console are served as long as the control loop runs. Gives whether
// every line of the console worked.
bool serve(dpdk::Engine& engine, const Options& options, std::optional<console::ControlSocket> socket,
           const SideCpus& cpus) {
  EngineRunning running{engine, options.config_file};
  const auto at_start = [&cpus] { cpus.enter(); };
  const ConfigTelemetry verbs{engine, options.config_file};
  const ServiceThread service{engine, options.ready_timeout};
  const SignalThread signals{engine, options.config_file, options.status_interval};
  std::optional<console::ControlServer> server;
  std::optional<ConsoleThread> console;
  if (socket) server.emplace(*std::move(socket), running, at_start);
  if (options.console.wanted())
    console.emplace(running, options.console, at_start, [&engine] { engine.request_stop(); });
  engine.run();
  dpdk::retire_telemetry();
  return !console || console->all_worked();
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
  auto socket = open_control_socket(options, *config);
  if (!socket) return complain(socket.error());
  const SideCpus cpus{config->eal};
  block_signals();
  auto observability = std::make_unique<Observability>(*config);
  if (auto prepared = observability->prepare(*config); !prepared) return complain(prepared.error());
  auto engine = dpdk::Engine::start(*config);
  if (!engine) return complain(engine.error());
  if (auto offered = dpdk::offer_telemetry(**engine); !offered) return complain(offered.error());
  if (auto started = observability->start(**engine); !started) return complain(started.error());
  setproctitle("%s", options.config_file.c_str());
  std::printf("lagoond %s: running, %zu LAGs\n", kVersion, config->lags.size());
  std::fflush(stdout);
  const bool worked = serve(**engine, options, *std::move(socket), cpus);
  observability.reset();
  engine->reset();
  std::printf("lagoond: ended\n");
  return worked ? 0 : 1;
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
