#include "console/program/program_running.hpp"

#include <utility>

#include "config/file/yaml_writer.hpp"

namespace lagoon::console {

namespace {

Result<control::LagStatus> status_of(const ProgramLags::Use& lag) {
  auto status = lag.engine().status(lag.name());
  if (!status) return fail(status.error().code, "LAG '" + lag.shown() + "': " + status.error().detail);
  status->name = lag.shown();
  return status;
}

// "control" is one of each LAG's; what names the LAG already stays.
std::string subject_in(const std::string& subject, const ProgramLags::Use& lag) {
  if (subject == lag.name()) return lag.shown();
  if (subject.starts_with(lag.name() + "/")) return lag.shown() + subject.substr(lag.name().size());
  return lag.shown() + "/" + subject;
}

std::unexpected<Error> no_capture() {
  return fail(Errc::not_supported,
              "LAGs inside a program have no captures of their own; dpdk-dumpcap captures on the program's "
              "ports and on members");
}

}  // namespace

Result<std::vector<std::string>> ProgramRunning::lag_names() {
  std::vector<std::string> names;
  for (const ProgramLags::Use& lag : of_.all()) names.push_back(lag.shown());
  return names;
}

Result<control::LagStatus> ProgramRunning::status(std::string_view name) {
  const auto lag = of_.named(name);
  if (!lag) return std::unexpected{lag.error()};
  return status_of(*lag);
}

Result<std::vector<control::LagStatus>> ProgramRunning::lags() {
  std::vector<control::LagStatus> all;
  for (const ProgramLags::Use& lag : of_.all()) {
    auto status = status_of(lag);
    if (!status) return std::unexpected{std::move(status).error()};
    all.push_back(*std::move(status));
  }
  if (all.empty())
    return fail(Errc::no_such_thing,
                "no LAG runs in this program: its port is not started, or there is none");
  return all;
}

control::Health ProgramRunning::health() {
  control::Health health;
  const auto all = of_.all();
  if (all.empty())
    health.push_back(
        {control::Severity::warning, "program", "has no LAG that runs: its port is not started"});
  for (const ProgramLags::Use& lag : all)
    for (control::Finding& finding : lag.engine().health(lag.engine().status_of_all())) {
      finding.subject = subject_in(finding.subject, lag);
      health.push_back(std::move(finding));
    }
  return health;
}

Result<std::vector<dpdk::NamedEvent>> ProgramRunning::events(std::string_view name, std::size_t most) {
  const auto lag = of_.named(name);
  if (!lag) return std::unexpected{lag.error()};
  return lag->engine().events(lag->name(), most);
}

Result<dpdk::FlowAnswer> ProgramRunning::explain(std::string_view name, std::string_view flow) {
  const auto lag = of_.named(name);
  if (!lag) return std::unexpected{lag.error()};
  auto answer = lag->engine().explain(lag->name(), flow);
  if (answer) answer->lag = lag->shown();
  return answer;
}

Result<std::vector<dpdk::EthdevStatus>> ProgramRunning::ports() {
  std::vector<dpdk::EthdevStatus> all;
  for (const ProgramLags::Use& lag : of_.all()) {
    auto ports = lag.engine().ethdevs();
    if (!ports) return fail(ports.error().code, "LAG '" + lag.shown() + "': " + ports.error().detail);
    for (dpdk::EthdevStatus& port : *ports) {
      port.lag = lag.shown();
      all.push_back(std::move(port));
    }
  }
  return all;
}

Result<std::vector<dpdk::ExtendedCount>> ProgramRunning::extended_counts(std::uint16_t port) {
  for (const ProgramLags::Use& lag : of_.all()) {
    auto counts = lag.engine().extended_counts(port);
    if (counts || counts.error().code != Errc::no_such_thing) return counts;
  }
  return fail(Errc::no_such_thing, "no member has the port id " + std::to_string(port));
}

Result<std::string> ProgramRunning::execute(const config::Command& command) {
  const auto lag = of_.named(command.lag);
  if (!lag) return std::unexpected{lag.error()};
  return lag->execute(command.action);
}

Result<std::string> ProgramRunning::configuration(ConfigVerb verb, const std::string&) {
  if (verb != ConfigVerb::show)
    return fail(
        Errc::not_supported,
        "LAGs inside a program have no configuration file; change them by commands (set, add, remove, "
        "weight ..), and say in the program's arguments or options what its next start is to have");
  config::Config whole;
  for (const ProgramLags::Use& lag : of_.all()) {
    auto running = lag.engine().running_config();
    if (!running) return fail(running.error().code, "LAG '" + lag.shown() + "': " + running.error().detail);
    for (config::Lag& each : running->lags) {
      each.name = lag.shown();
      whole.lags.push_back(std::move(each));
    }
  }
  return "# LAGs inside a program: no lagoond has them\n" + config::to_yaml(whole);
}

Result<std::string> ProgramRunning::start_capture(const std::string&, const std::vector<std::string>&) {
  return no_capture();
}
Result<std::string> ProgramRunning::stop_capture() {
  return no_capture();
}
Result<std::string> ProgramRunning::describe_capture() {
  return no_capture();
}
Result<void> ProgramRunning::act_on_wire(std::string_view, std::string_view) {
  return fail(Errc::not_supported, "LAGs inside a program have no wires; those are lagoond's");
}

}  // namespace lagoon::console
