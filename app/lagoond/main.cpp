// lagoond: the appliance. Reads a configuration, runs an Engine on the cores it names, and leaves its LAGs
// politely.
#include <bsd/libutil.h>
#include <bsd/unistd.h>
#include <rte_log.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>

#include "base/version.hpp"
#include "config/file/yaml_reader.hpp"
#include "config/plan/check.hpp"
#include "config/text/diagnostics.hpp"
#include "console/prompt/terminal.hpp"
#include "console/socket/control_server.hpp"
#include "console/socket/socket_path.hpp"
#include "control/views/views.hpp"
#include "dpdk/engine/engine.hpp"
#include "dpdk/telemetry/telemetry.hpp"
#include "lagoond/cluster/cluster_thread.hpp"
#include "lagoond/config_telemetry.hpp"
#include "lagoond/config_verbs.hpp"
#include "lagoond/console_thread.hpp"
#include "lagoond/control_watch.hpp"
#include "lagoond/ending/chore.hpp"
#include "lagoond/ending/ending.hpp"
#include "lagoond/engine_running.hpp"
#include "lagoond/importing.hpp"
#include "lagoond/observability.hpp"
#include "lagoond/options.hpp"
#include "lagoond/output/output.hpp"
#include "lagoond/privileges/privileges.hpp"
#include "lagoond/service_manager.hpp"
#include "lagoond/service_thread.hpp"
#include "lagoond/side_cpus.hpp"
#include "lagoond/signal_thread.hpp"
#include "lagoond/start/example.hpp"
#include "lagoond/start/requirements.hpp"
#include "lagoond/state/memory.hpp"
#include "lagoond/state/state_file.hpp"

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

// Nothing: what this process knows is not remembered.
std::optional<StateFile> state_file_of(const Options& options, const config::Config& config) {
  if (!options.state_file) return std::nullopt;
  if (options.state_file_path) return StateFile{*options.state_file_path};
  auto file = StateFile::in_usual_place(config.eal.prefix);
  if (file) return *std::move(file);
  std::fprintf(stderr, "lagoond: no state file: %s\n", file.error().detail.c_str());
  return std::nullopt;
}

void print_status(dpdk::Engine& engine) {
  const auto status = engine.status_of_all();
  const std::string text = status ? control::render_table(*status) : status.error().detail + "\n";
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void reload(dpdk::Engine& engine, const std::string& file) {
  ServiceManager::reloading();
  const bool applied = apply_config(engine, file, std::cout);
  std::cout.flush();
  ServiceManager::ready(applied ? "the configuration file is applied"
                                : "the configuration file was refused, see the log; the old one runs on");
}

// For a restart. Without a state file nobody could go on, so the Partners are told as ever.
void leave(dpdk::Engine& engine, Memory* memory, Ending& ending) {
  ServiceManager::stopping();
  // (LAGs that two boxes have are the other one's meanwhile)
  if (memory == nullptr || engine.desk() != nullptr || ending.requested()) return ending.request();
  engine.prepare_to_be_followed();
  if (!memory->write_now() || ending.requested()) return ending.request();
  Output::say("lagoond: it leaves as it is, for the process that follows to go on\n");
  ending.leave();
}

// What signals ask for, each in a thread of its own.
struct Chores {
  Chore reload{};
  Chore status{};
  Chore farewell{};  // to systemd
  Chore leave{};

  void begin(dpdk::Engine& engine, const std::string& file, Memory* memory, Ending& ending) {
    leave.begin([&engine, memory, &ending] { lagoond::leave(engine, memory, ending); });
    reload.begin([&engine, file] { lagoond::reload(engine, file); });
    status.begin([&engine] { print_status(engine); });
    farewell.begin(&ServiceManager::stopping);
  }
};

// The control socket and the console are served as long as the control loop runs. Gives whether every line of
// the console worked.
bool serve(dpdk::Engine& engine, EngineRunning& running, const Options& options, const config::Config& config,
           std::optional<console::ControlSocket> socket, const SideCpus& cpus, Ending& ending) {
  const auto at_start = [&cpus] { cpus.enter(); };
  const ConfigTelemetry verbs{engine, options.config_file};
  const ServiceThread service{engine, options.ready_timeout, config.stall_fatal};
  std::optional<ControlWatch> watch;
  {
    const auto visit = cpus.visit();
    watch.emplace(engine);
  }
  std::optional<console::ControlServer> server;
  std::optional<ConsoleThread> console;
  if (socket) server.emplace(*std::move(socket), running, at_start);
  if (options.console.wanted())
    console.emplace(running, options.console, at_start, [&ending] { ending.request(); });
  ending.waits_for("the control lcore");
  if (engine.run_control()) ending.partners_told();
  ending.waits_for("a worker that stands");
  engine.end_workers();
  dpdk::retire_telemetry();
  ending.waits_for("a command that is under way");
  return !console || console->all_worked();
}

// What two boxes have the other one is to take over before the Partners hear that we end.
std::function<void()> leave_first(ClusterThread* cluster, dpdk::Engine& engine) {
  if (cluster == nullptr) return {};
  return [cluster, &engine] { cluster->leave([&engine] { engine.request_stop(); }); };
}

// From here on nothing that lagoond prints or is told to do makes a thread of it wait.
Result<int> run(const Options& options, const config::Config& config, std::optional<StateFile> state_file,
                std::optional<console::ControlSocket> socket, const SideCpus& cpus, Ending& ending) {
  // (in the order in which they are made; their ends come below, or the other way round where a start fails)
  std::unique_ptr<Memory> memory;
  std::unique_ptr<dpdk::Engine> engine;
  auto observability = std::make_unique<Observability>(config);
  auto chores = std::make_unique<Chores>();
  std::optional<SignalThread> signals;
  {
    const auto visit = cpus.visit();
    signals.emplace(OnSignal{.stop =
                                 [&ending, &chores = *chores] {
                                   ending.request();
                                   chores.farewell.ask();
                                 },
                             .reload = [&chores = *chores] { chores.reload.ask(); },
                             .status = [&chores = *chores] { chores.status.ask(); },
                             .leave = [&chores = *chores] { chores.leave.ask(); }},
                    options.status_interval);
    if (state_file) {
      auto begun = Memory::begin(*std::move(state_file), config);
      if (!begun) return std::unexpected{begun.error()};
      memory = *std::move(begun);
    }
  }
  LAGOON_TRY(observability->prepare(config));
  auto ready = ClusterThread::prepare(config);
  if (!ready) return std::unexpected{std::move(ready).error()};
  auto started = dpdk::Engine::start(config, memory != nullptr ? &memory->board() : nullptr);
  if (!started) return std::unexpected{std::move(started).error()};
  engine = *std::move(started);
  EngineRunning running{*engine, options.config_file};
  std::unique_ptr<ClusterThread> cluster;
  LAGOON_TRY(dpdk::offer_telemetry(running));
  LAGOON_TRY(observability->start(*engine));
  if (*ready) {
    const auto visit = cpus.visit();
    auto begun = ClusterThread::start(*engine, *std::move(*ready));
    if (!begun) return std::unexpected{std::move(begun).error()};
    cluster = *std::move(begun);
    running.use(cluster.get());
    observability->use(cluster.get());
  }
  ending.use(engine.get(), leave_first(cluster.get(), *engine));
  {
    const auto visit = cpus.visit();
    chores->begin(*engine, options.config_file, memory.get(), ending);
  }
  setproctitle("%s", options.config_file.c_str());
  std::printf("lagoond %s: running, %zu LAGs\n", kVersion, config.lags.size());
  std::fflush(stdout);
  const bool worked = serve(*engine, running, options, config, std::move(socket), cpus, ending);
  ending.use(nullptr);
  ending.waits_for("what a signal asked for");
  signals.reset();
  chores.reset();
  // (whoever asks for the end asks it)
  ending.waits_for("etcd");
  running.use(nullptr);
  observability->use(nullptr);
  cluster.reset();
  ending.waits_for("the journal, or a scrape");
  observability.reset();
  ending.waits_for("closing a port");
  engine.reset();
  if (memory != nullptr) memory->forget();
  return worked ? 0 : 1;
}

int run(const Options& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto config = config::read_config_file(options.config_file.c_str());
  if (!config) {
    config::print(std::cerr, options.config_file, config.error());
    return 1;
  }
  config::print(std::cerr, options.config_file, config->warnings);
  if (auto checked = check_requirements(*config); !checked) return complain(checked.error());
  auto state_file = state_file_of(options, *config);
  if (state_file) state_file->await_end_of_writer();
  PidFile pid_file;
  if (options.pid_file)
    if (auto written = pid_file.write(*options.pid_file); !written) return complain(written.error());
  // (before there is a second thread)
  const auto kept = drop_privileges(*config);
  if (!kept) return complain(kept.error());
  auto socket = open_control_socket(options, *config);
  if (!socket) return complain(socket.error());
  const SideCpus cpus{config->eal};
  block_signals();
  std::optional<Ending> ending;
  {
    const auto visit = cpus.visit();
    if (auto begun = Output::begin(options.console.interactive && console::is_terminal()); !begun)
      return complain(begun.error());
    ending.emplace(config->shutdown_timeout);
  }
  rte_openlog_stream(Output::log());
  if (options.pid_file) ending->removes(*options.pid_file);
  if (*socket) ending->removes((*socket)->path());
  const auto ended = run(options, *config, std::move(state_file), *std::move(socket), cpus, *ending);
  if (!ended) return complain(ended.error());
  std::printf("lagoond: ended\n");
  return *ended;
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
    case Verb::import:
      return import_files(*options, std::cout, std::cerr);
    case Verb::example:
      std::fputs(example_of(options->example_mode).c_str(), stdout);
      return 0;
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
