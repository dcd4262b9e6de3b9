#include "config/plan.hpp"

#include <algorithm>
#include <ostream>
#include <string_view>
#include <variant>

#include "config/device_name.hpp"

namespace lagoon::config {
namespace {

std::string text_of(const PortSource& source) {
  struct Texts {
    std::string operator()(const DevicePort& port) const { return "device " + port.devargs; }
    std::string operator()(const TapPort& port) const { return "tap interface " + port.interface; }
    std::string operator()(const WirePort& port) const { return "wire " + port.wire; }
  };
  return std::visit(Texts{}, source);
}

std::string text_of(Duration duration) {
  if (duration % 1s == 0s) return std::to_string(duration / 1s) + " s";
  if (duration % 1ms == 0ms) return std::to_string(duration / 1ms) + " ms";
  return std::to_string(duration / 1us) + " us";
}

std::string text_of(lacp::SelectPolicy select) {
  switch (select) {
    case lacp::SelectPolicy::stable:
      return "stable";
    case lacp::SelectPolicy::bandwidth:
      return "bandwidth";
    case lacp::SelectPolicy::count:
      return "count";
    case lacp::SelectPolicy::port_priority:
      return "port-priority";
  }
  return {};
}

std::string number_or(const std::optional<std::uint16_t>& number, std::string_view otherwise) {
  return number ? std::to_string(*number) : std::string{otherwise};
}

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

std::string lacp_text(const Lag& lag) {
  const auto& lacp = lag.options.lacp;
  std::string text = lacp.activity == lacp::Activity::active ? "LACP: active" : "LACP: passive";
  text += lacp.rate == lacp::Rate::fast ? ", fast" : ", slow";
  text += ", system-id " + (lacp.system.is_zero() ? "the LAG's MAC" : to_string(lacp.system));
  text += ", system-priority " + std::to_string(lacp.system_priority);
  text += ", key " + number_or(lacp.key, "by speed and duplex");
  text += lacp.mux == lacp::MuxControl::independent ? ", mux independent" : ", mux coupled";
  text += ", select " + text_of(lacp.select);
  return text + ", aggregate-wait " + text_of(lacp.aggregate_wait);
}

std::string hash_text(const Lag& lag) {
  return "distribution: hash " + std::string{dist::name_of(lag.options.hash.policy)} + ", seed " +
         (lag.random_seed ? "random" : std::to_string(lag.options.hash.seed)) +
         (lag.options.hash.symmetric ? ", symmetric" : "") +
         (lag.options.hash.use_nic_hash ? ", the NIC's hash where it has one" : "");
}

std::string links_text(const Lag& lag) {
  return "links: up from " + std::to_string(lag.options.lacp.min_links_up) + ", down below " +
         std::to_string(lag.options.lacp.min_links) + ", at most " +
         std::to_string(std::min<std::size_t>(lag.options.lacp.max_links, lag.members.size())) + " of " +
         std::to_string(lag.members.size()) + " in use";
}

Step lag_step(const Lag& lag) {
  Step step{"LAG " + lag.name + ": lacp (802.3ad), " + std::to_string(lag.members.size()) +
                (lag.members.size() == 1 ? " member" : " members"),
            {lacp_text(lag), hash_text(lag), links_text(lag),
             "MAC " + (lag.mac ? to_string(*lag.mac) : "of " + lag.members.front().name) + ", MTU " +
                 number_or(lag.port.mtu, "as the ports have it")}};
  for (std::size_t i = 0; i < lag.members.size(); ++i) {
    const Member& member = lag.members[i];
    std::string text = "member " + member.name + ": " + text_of(member.source) + ", port " +
                       std::to_string(member.port_number.value_or(static_cast<std::uint16_t>(i + 1))) +
                       ", priority " + std::to_string(member.port_priority);
    if (!member.aggregatable) text += ", Individual";
    if (member.speed) text += ", taken for " + std::to_string(to_mbps(*member.speed)) + " Mb/s";
    step.details.push_back(std::move(text));
  }
  return step;
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
