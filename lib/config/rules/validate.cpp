#include "config/rules/validate.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "config/limits.hpp"
#include "config/rules/validator.hpp"
#include "config/text/suggest.hpp"
#include "config/values/device_name.hpp"

namespace lagoon::config {
namespace {

constexpr std::size_t kNamesListed = 16;

}  // namespace

void validate(const Config& config, const SourceMap& source, Diagnostics& diagnostics) {
  Validator validator{config, source, diagnostics};
  validator.eal();
  validator.names();
  validator.devices();
  for (std::size_t i = 0; i < config.lags.size(); ++i) {
    validator.lag(i);
    validator.beyond(i);
  }
  validator.systems();
  validator.forwards();
  validator.cluster();
}

void Validator::report(const std::string& path, std::string message, Severity severity) {
  if (!source_.broken(path)) diagnostics_.add(source_.find(path), std::move(message), severity);
}

std::string Validator::line_of(std::string_view path) const {
  if (said_ != Said::at_once) return {};
  const auto at = source_.find(path);
  return at ? " (line " + std::to_string(at->line) + ")" : std::string{};
}

bool Validator::is_first(FirstUse& uses, const std::string& value, const std::string& path,
                         std::string_view what, const std::string& by) {
  if (source_.broken(path)) return true;
  const auto [first, is_new] = uses.emplace(value, Use{path, by});
  if (is_new) return true;
  const Use& use = first->second;
  if (use.by.empty())
    report(path, std::string{what} + " " + in_quotes(value) + " is used already in " + use.path +
                     line_of(use.path) + "; expected another");
  else
    report(path, used_already(what, value, use.by + line_of(use.path)));
  return false;
}

void Validator::eal() {
  const auto& lcores = config_.eal.lcores;
  if (lcores.size() < 2)
    report("eal.lcores",
           "lcores names " + std::to_string(lcores.size()) + (lcores.size() == 1 ? " CPU" : " CPUs") +
               "; expected at least two: the first is the control lcore, the others are workers");
  FirstUse cpus;
  for (std::size_t i = 0; i < lcores.size(); ++i)
    is_first(cpus, std::to_string(lcores[i]), item_path("eal.lcores", i), "lcore");

  struct Owned {
    std::string_view argument;
    std::string_view key;
  };
  static constexpr std::array<Owned, 8> kOwned{{{"-l", "lcores"},
                                                {"-c", "lcores"},
                                                {"--lcores", "lcores"},
                                                {"--main-lcore", "lcores"},
                                                {"--no-huge", "huge"},
                                                {"--file-prefix", "prefix"},
                                                {"-m", "memory"},
                                                {"--socket-mem", "memory"}}};
  for (std::size_t i = 0; i < config_.eal.extra.size(); ++i) {
    const std::string_view argument = config_.eal.extra[i];
    const auto owned = std::ranges::find(kOwned, argument.substr(0, argument.find('=')), &Owned::argument);
    if (owned != kOwned.end())
      report(item_path("eal.args", i), "EAL argument " + in_quotes(argument) +
                                           " is made by Lagoon; set eal." + std::string{owned->key} +
                                           " instead");
  }
}

void Validator::names() {
  FirstUse names;
  for (std::size_t i = 0; i < config_.ports.size(); ++i)
    is_first(names, config_.ports[i].name, key_path(item_path("ports", i), "name"), "name");
  for (std::size_t i = 0; i < config_.lags.size(); ++i)
    is_first(names, config_.lags[i].name, key_path(item_path("lags", i), "name"), "name");
}

void Validator::devices() {
  auto count = [this, ports = std::size_t{0}](const std::string& path) mutable {
    if (++ports == kPortsMost + 1)
      report(
          path,
          "a configuration has at most " + std::to_string(kPortsMost) +
              " ports and members, as this DPDK was built (RTE_MAX_ETHPORTS); leave out what is not needed");
  };
  for (std::size_t i = 0; i < config_.ports.size(); ++i) {
    count(item_path("ports", i));
    device(config_.ports[i].source, item_path("ports", i), "port " + in_quotes(config_.ports[i].name));
  }
  for (std::size_t i = 0; i < config_.lags.size(); ++i) {
    const auto& members = config_.lags[i].listed();
    const std::string list = list_path(config_.lags[i], item_path("lags", i));
    const std::string by = "LAG " + in_quotes(config_.lags[i].name);
    for (std::size_t j = 0; j < members.size(); ++j) {
      if (is_shared(i, members[j], item_path(list, j))) continue;
      // (a LAG with too many members is told so already)
      if (j < kMembersMax) count(item_path(list, j));
      device(members[j].source, item_path(list, j), by);
    }
  }
  for (const auto& [wire, ends] : wire_ends_) {
    const std::string right = "; a wire connects exactly two ports or members of this file";
    if (ends.size() == 1 && !wire_unread_ && said_ != Said::unfinished)
      report(ends[0], "wire " + in_quotes(wire) + " is used once" + right);
    for (std::size_t i = 2; i < ends.size(); ++i)
      report(ends[i], "wire " + in_quotes(wire) + " has two ends already, " + ends[0] + line_of(ends[0]) +
                          " and " + ends[1] + line_of(ends[1]) + right);
  }
}

void Validator::device(const PortSource& source, const std::string& path, const std::string& by) {
  ++opened_;
  wire_unread_ = wire_unread_ || source_.unread(key_path(path, "wire"));
  if (source_.broken(key_path(path, "source"))) return;
  struct Visitor {
    Validator& validator;
    const std::string& path;
    const std::string& by;
    void operator()(const DevicePort& port) const {
      const std::string at = key_path(path, "dev");
      if (!validator.is_first(validator.devices_, canonical_device(port.devargs), at, "device", by)) {
        validator.repeated_.insert(path);
        return;
      }
      for (const std::string& device : devices_within(port.devargs))
        validator.is_first(validator.devices_, device, at, "device", by);
      for (const std::string_view interface : interfaces_of(port.devargs))
        validator.is_first(validator.interfaces_, std::string{interface}, at, "interface", by);
    }
    void operator()(const TapPort& port) const {
      const std::string at = key_path(path, "tap");
      validator.is_first(validator.interfaces_, port.interface, at, "interface", by);
      validator.is_first(validator.devices_, tap_device(validator.opened_ - 1), at, "device", by);
    }
    void operator()(const WirePort& port) const {
      auto& ends = validator.wire_ends_[port.wire];
      ends.push_back(key_path(path, "wire"));
      if (ends.size() > 1) return;
      for (const std::string& end : wire_devices(port.wire))
        validator.is_first(validator.devices_, end, ends.front(), "device", by);
    }
  };
  std::visit(Visitor{*this, path, by}, source);
}

void Validator::forwards() {
  Endpoints endpoints;
  bool all_read = !source_.unread("ports") && !source_.unread("lags");
  const auto add = [&](const std::string& name, const std::string& path) {
    endpoints.known.push_back(name);
    all_read = all_read && !source_.broken(key_path(path, "name"));
  };
  for (std::size_t i = 0; i < config_.ports.size(); ++i) add(config_.ports[i].name, item_path("ports", i));
  for (std::size_t i = 0; i < config_.lags.size(); ++i) add(config_.lags[i].name, item_path("lags", i));
  endpoints.complete = all_read;

  for (std::size_t i = 0; i < config_.forward.size(); ++i) {
    const Forward& forward = config_.forward[i];
    const std::string path = item_path("forward", i);
    if (source_.broken(path)) continue;
    if (forward.a == forward.b) {
      report(path, in_quotes(forward.a) + " is forwarded to itself; expected two different names");
      continue;
    }
    forward_end(forward.a, item_path(path, 0), endpoints);
    forward_end(forward.b, item_path(path, 1), endpoints);
  }
}

void Validator::forward_end(const std::string& name, const std::string& path, Endpoints& endpoints) {
  const auto& known = endpoints.known;
  if (std::ranges::find(known, name) == known.end()) {
    if (!endpoints.complete) return;  // it may be the one that could not be read
    std::string message = "no port or LAG is named " + in_quotes(name);
    if (const auto meant = nearest(name, known))
      message += "; did you mean " + in_quotes(*meant) + "?";
    else
      message += "; expected one of: " + listed(std::span{known}.first(std::min(known.size(), kNamesListed)));
    return report(path, std::move(message));
  }
  if (const auto [first, is_new] = endpoints.used.emplace(name, Use{path, {}}); !is_new)
    report(path, in_quotes(name) + " is forwarded already" + line_of(first->second.path) +
                     "; a port or LAG is an end of one forward at most");
}

}  // namespace lagoon::config
