// lagoond: the appliance. Reads a configuration, runs an Engine on the cores it names, and leaves its LAGs
// politely.
#include <bsd/unistd.h>
#include <rte_log.h>

#include <csignal>
#include <cstdio>
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
#include "lagoond/handover/hand_over.hpp"
#include "lagoond/importing.hpp"
#include "lagoond/observability.hpp"
#include "lagoond/options.hpp"
#include "lagoond/output/output.hpp"
#include "lagoond/privileges/privileges.hpp"
#include "lagoond/service_manager.hpp"
#include "lagoond/service_thread.hpp"
#include "lagoond/side_cpus.hpp"
#include "lagoond/signal_thread.hpp"
#include "lagoond/start/beginning.hpp"
#include "lagoond/start/example.hpp"
#include "lagoond/start/requirements.hpp"
#include "lagoond/state/memory.hpp"

extern char** environ;

namespace lagoon::lagoond {
namespace {

int complain(const Error& error) {
  std::fprintf(stderr, "lagoond: %s\n", error.detail.c_str());
  return 1;
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
  if (!memory->write_last() || ending.requested()) return ending.request();
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
// the console worked. Does not return where another process takes over.
bool serve(dpdk::Engine& engine, EngineRunning& running, Beginning& from, HandOver* hand_over,
           const SideCpus& cpus, Ending& ending) {
  const auto at_start = [&cpus] { cpus.enter(); };
  const ConfigTelemetry verbs{engine, from.options.config_file};
  const ServiceThread service{engine, from.options.ready_timeout, from.config.stall_fatal};
  std::optional<ControlWatch> watch;
  {
    const auto visit = cpus.visit();
    watch.emplace(engine);
  }
  std::optional<console::ControlServer> server;
  std::optional<ConsoleThread> console;
  if (from.socket) server.emplace(*std::move(from.socket), running, at_start);
  if (from.options.console.wanted())
    console.emplace(running, from.options.console, at_start, [&ending] { ending.request(); });
  ending.waits_for("the control lcore");
  if (engine.run_control()) ending.partners_told();
  ending.waits_for("a worker that stands");
  engine.end_workers();
  if (hand_over != nullptr && hand_over->agreed()) hand_over->complete();
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
Result<int> run(Beginning& from, const SideCpus& cpus, Ending& ending) {
  const Options& options = from.options;
  const config::Config& config = from.config;
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
    auto remembered = begin_memory(from);
    if (!remembered) return std::unexpected{std::move(remembered).error()};
    memory = *std::move(remembered);
  }
  LAGOON_TRY(observability->prepare(config, from.take_over.get()));
  auto ready = ClusterThread::prepare(config);
  if (!ready) return std::unexpected{std::move(ready).error()};
  auto started = start_engine(from, memory.get(), ending);
  if (!started) return std::unexpected{std::move(started).error()};
  engine = *std::move(started);
  EngineRunning running{*engine, options.config_file};
  std::unique_ptr<ClusterThread> cluster;
  std::unique_ptr<HandOver> hand_over;
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
    hand_over = offer_hand_over(from, *observability, *engine, memory.get(), ending);
  }
  setproctitle("%s", options.config_file.c_str());
  std::printf("lagoond %s: running, %zu LAGs\n", kVersion, config.lags.size());
  std::fflush(stdout);
  const bool worked = serve(*engine, running, from, hand_over.get(), cpus, ending);
  ending.use(nullptr);
  ending.waits_for("what a signal asked for");
  hand_over.reset();
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

int end_early(const Beginning& beginning, const Error& error) {
  const int code = complain(error);
  leave_early(beginning, code);
  return code;
}

int run(const Options& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto config = config::read_config_file(options.config_file.c_str());
  if (!config) {
    config::print(std::cerr, options.config_file, config.error());
    return 1;
  }
  config::print(std::cerr, options.config_file, config->warnings);
  if (auto checked = check_requirements(*config, options.take_over); !checked)
    return complain(checked.error());
  Beginning from{.options = options, .config = *config};
  if (auto begun = begin(from); !begun) return end_early(from, begun.error());
  // (before there is a second thread)
  const auto kept = drop_privileges(*config);
  if (!kept) return end_early(from, kept.error());
  if (auto opened = open_control_socket(from); !opened) return end_early(from, opened.error());
  const SideCpus cpus{config->eal};
  block_signals();
  std::optional<Ending> ending;
  {
    const auto visit = cpus.visit();
    if (auto begun = Output::begin(options.console.interactive && console::is_terminal()); !begun)
      return end_early(from, begun.error());
    ending.emplace(config->shutdown_timeout);
  }
  rte_openlog_stream(Output::log());
  if (from.take_over == nullptr) own_files(from, *ending);
  const auto ended = run(from, cpus, *ending);
  if (!ended) return end_early(from, ended.error());
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
