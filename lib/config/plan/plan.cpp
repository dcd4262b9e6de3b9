#include "config/plan/plan.hpp"

#include <algorithm>
#include <ostream>

#include "config/plan/plan_lag.hpp"
#include "config/values/observability_value.hpp"
#include "config/values/value_text.hpp"

namespace lagoon::config {
namespace {

Step eal_step(const Eal& eal) {
  std::string what = "EAL: lcores ";
  for (std::size_t i = 0; i < eal.lcores.size(); ++i)
    what += (i == 0 ? "" : ", ") + std::to_string(eal.lcores[i]) + (i == 0 ? " (control)" : " (worker)");
  what += eal.huge ? ", hugepages" : ", no hugepages";
  what += ", prefix " + eal.prefix;
  if (eal.memory_mb != 0) what += ", memory " + std::to_string(eal.memory_mb) + " MB";
  what += eal.idle == Idle::busy ? ", idle lcores poll on" : ", idle lcores sleep briefly";
  Step step{std::move(what), {}};
  for (const std::string& argument : eal.extra) step.details.push_back("argument " + argument);
  return step;
}

std::string journal_words(const JournalSink& journal) {
  if (const auto* const file = std::get_if<JournalFile>(&journal)) return "file " + file->path;
  return {};
}

// What is asked for beside the traffic: nothing is said of the defaults.
void add_observability(Plan& steps, const Config& config) {
  if (config.metrics)
    steps.push_back({"metrics for Prometheus: http://" + to_string(*config.metrics) + "/metrics", {}});
  if (config.journal != JournalSink{SystemLog{}}) {
    const std::string where = journal_words(config.journal);
    steps.push_back({where.empty() ? "the journal is written nowhere" : "journal: " + where, {}});
  }
  if (config.shutdown_timeout != Config{}.shutdown_timeout)
    steps.push_back(
        {"told to end, lagoond ends within " + yaml_of(config.shutdown_timeout) + ", whatever stands", {}});
  if (config.stall_after != Config{}.stall_after)
    steps.push_back({"a worker that stands for " + yaml_of(config.stall_after) +
                         " is told of, and carries nothing until it goes on",
                     {}});
  if (config.stall_fatal != Config{}.stall_fatal)
    steps.push_back({config.stall_fatal ? "systemd is to start lagoond anew when a worker stands for " +
                                              yaml_of(*config.stall_fatal)
                                        : "a worker that stands is no reason to start lagoond anew",
                     {}});
  if (config.user) steps.push_back({"lagoond becomes the user " + *config.user, {}});
  if (!config.keep_capabilities.empty())
    steps.push_back({"capabilities kept for members to come: " + in_words(config.keep_capabilities), {}});
}

}  // namespace

std::vector<Component> components_of(const Config& config) {
  std::vector<Component> components;
  const auto add = [&](std::vector<std::string> endpoints) {
    const std::size_t workers = config.eal.lcores.size() - 1;
    components.push_back({std::move(endpoints), config.eal.lcores[1 + components.size() % workers]});
  };
  const auto forwarded = [&](const std::string& name) {
    return std::ranges::any_of(config.forward, [&](const Forward& f) { return f.a == name || f.b == name; });
  };
  for (const Forward& forward : config.forward) add({forward.a, forward.b});
  for (const Port& port : config.ports)
    if (!forwarded(port.name)) add({port.name});
  for (const Lag& lag : config.lags)
    if (!forwarded(lag.name)) add({lag.name});
  return components;
}

Plan plan(const Config& config) {
  Plan steps{eal_step(config.eal)};
  add_observability(steps, config);
  for (const Port& port : config.ports)
    steps.push_back({"port " + port.name + ": " + text_of(port.source), {}});
  for (const Lag& lag : config.lags) steps.push_back(lag_step(lag));
  const auto components = components_of(config);
  for (const Component& component : components) {
    if (component.endpoints.size() == 2)
      steps.push_back({"forward " + component.endpoints[0] + " <-> " + component.endpoints[1], {}});
    else
      steps.push_back(
          {component.endpoints[0] + " is in no forward: its frames are received and dropped", {}});
  }
  for (std::size_t i = 1; i < config.eal.lcores.size(); ++i) {
    Step step{"worker lcore " + std::to_string(config.eal.lcores[i]), {}};
    for (const Component& component : components) {
      if (component.worker != config.eal.lcores[i]) continue;
      step.details.push_back("serves " + component.endpoints.front() +
                             (component.endpoints.size() == 2 ? " and " + component.endpoints.back() : ""));
    }
    if (step.details.empty()) step.details.emplace_back("helps where the ports have queues for it");
    steps.push_back(std::move(step));
  }
  return steps;
}

void print(std::ostream& out, const Plan& plan) {
  std::size_t number = 0;
  for (const Step& step : plan) {
    out << ++number << ". " << step.what << '\n';
    for (const std::string& detail : step.details) out << "     " << detail << '\n';
  }
}

}  // namespace lagoon::config
