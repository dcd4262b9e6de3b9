#include "config/read/read_model.hpp"

#include <algorithm>

#include "config/values/candidates.hpp"
#include "config/values/device_name.hpp"
#include "config/values/observability_value.hpp"

namespace lagoon::config {
namespace {

constexpr std::size_t kLcoresMax = 128;
constexpr std::uint64_t kCpuMax = 1023;
constexpr std::size_t kArgumentsMax = 64;
constexpr std::size_t kPrefixMax = 63;
constexpr std::size_t kUserMax = 32;

constexpr OneOf<Idle, 2> kIdle{{"busy", "relax"}, {Idle::busy, Idle::relax}};

void read_eal(Reading& out, Place place) {
  MapReader map{out, std::move(place), kEalSection};
  Eal& eal = out.config.eal;
  if (const auto lcores = map.find("lcores")) {
    std::vector<std::uint32_t> cpus;
    for (const Place& item : map.items(*lcores, kLcoresMax, "CPU numbers, control first: [0, 1]"))
      if (std::uint32_t cpu = 0; map.parse(item, cpu, WholeNumber{0, kCpuMax})) cpus.push_back(cpu);
    if (!out.source.broken(lcores->path)) eal.lcores = std::move(cpus);
  }
  map.read("huge", eal.huge, Boolean{});
  map.read("prefix", eal.prefix, Name{kPrefixMax});
  if (std::optional<std::uint32_t> mb; map.read("memory", mb, WordOr{"auto", Memory{}}))
    eal.memory_mb = mb.value_or(0);
  map.read("idle", eal.idle, kIdle);
  for (const Place& item : map.list("args", kArgumentsMax, "EAL arguments")) {
    std::string argument;
    map.parse(item, argument, Text{"an EAL argument"});
    eal.extra.push_back(std::move(argument));
  }
}

void read_port(Reading& out, Place place, Port& port) {
  MapReader map{out, std::move(place), kPortSection};
  map.require("name", "name: lan0", port.name, Name{kNameMax});
  read_source(map, port.source);
  map.read("independent", port.independent, Boolean{});
}

// What the ports' numbers begin with.
void number_ports(Config& config) {
  if (!config.cluster) return;
  const auto& nodes = config.cluster->nodes;
  const auto self = std::ranges::find(nodes, config.cluster->node, &ClusterNode::name);
  if (self == nodes.end()) return;
  for (Lag& lag : config.lags)
    if (lag.options.multichassis.shared()) lag.options.multichassis.node_number = self->number;
}

void read_forward(MapReader& file, const Place& place, std::vector<Forward>& forwards) {
  Forward forward;
  const auto ends = file.items(place, 2, "two names: [lan0, lag0]");
  if (ends.size() == 2) {
    const Text name{"the name of a port or a LAG"};
    file.parse(ends[0], forward.a, name);
    file.parse(ends[1], forward.b, name);
  } else if (place.node.kind == YamlNode::Kind::list) {
    file.report(place.node.at,
                "a forward has " + std::to_string(ends.size()) + " ends; expected two names: [lan0, lag0]");
    file.mark_broken(place.path);
  }
  forwards.push_back(std::move(forward));
}

}  // namespace

void read_source(MapReader& map, PortSource& source) {
  const std::string path = key_path(map.path(), "source");
  std::string_view taken;
  for (const std::string_view key : {"dev", "tap", "wire"}) {
    const auto place = map.find(key);
    if (!place) continue;
    if (!taken.empty()) {
      map.report(place->node.at, std::string{key} + " stands beside " + std::string{taken} +
                                     "; expected one of dev, tap, wire");
      map.mark_broken(path);
      map.mark_broken(place->path);
      continue;
    }
    taken = key;
    std::string text;
    const bool good = key == "dev"   ? map.parse(*place, text, Devargs{})
                      : key == "tap" ? map.parse(*place, text, Name{kInterfaceNameMax})
                                     : map.parse(*place, text, Name{kNameMax});
    if (!good) map.mark_broken(path);
    if (key == "dev")
      source = DevicePort{std::move(text)};
    else if (key == "tap")
      source = TapPort{std::move(text)};
    else
      source = WirePort{std::move(text)};
  }
  if (!taken.empty()) return;
  map.mark_broken(path);
  if (map.broken("dev") || map.broken("tap") || map.broken("wire")) return;
  map.report(map.at(),
             "missing key: one of dev, tap, wire; write for example dev: \"net_af_packet0,iface=eth0\"");
}

void read_model(const YamlNode& root, Reading& out) {
  MapReader file{out, {root, ""}, kFileSection};
  if (!file.find("ports") && !file.find("lags"))
    static_cast<void>(
        file.require("lags", "lags: [{ name: lag0, members: [{ dev: \"net_af_packet0,iface=eth0\" }] }]"));
  if (auto eal = file.find("eal")) read_eal(out, *std::move(eal));
  file.read("metrics", out.config.metrics, WordOr{"off", ListenOn{}});
  file.read("journal", out.config.journal, JournalTo{});
  file.read("shutdown-timeout", out.config.shutdown_timeout, Span{1s, 600s});
  file.read("stall-after", out.config.stall_after, Span{200ms, 600s});
  file.read("stall-fatal", out.config.stall_fatal, WordOr{"off", Span{1s, 3600s}});
  file.read("user", out.config.user, WordOr{"same", Name{kUserMax}});
  for (const Place& item :
       file.list("keep-capabilities", kCapabilities.size(), "capabilities: [net_admin, net_raw]"))
    if (Capability kept{}; file.parse(item, kept, CapabilityName{}))
      if (std::ranges::find(out.config.keep_capabilities, kept) == out.config.keep_capabilities.end())
        out.config.keep_capabilities.push_back(kept);
  if (auto cluster = file.find("cluster"))
    read_cluster(out, *std::move(cluster), out.config.cluster.emplace());
  for (Place& item : file.list("ports", kPortsMax, "ports: [{ name: lan0, dev: \"...\" }]"))
    read_port(out, std::move(item), out.config.ports.emplace_back());
  for (Place& item : file.list("lags", kLagsMax, "LAGs: [{ name: lag0, members: [...] }]")) {
    Lag& lag = out.config.lags.emplace_back();
    lag.options.lacp.lag_number = static_cast<std::uint16_t>(out.config.lags.size() - 1);
    read_lag(out, std::move(item), lag);
  }
  number_ports(out.config);
  place_candidates(out.config, nullptr);
  for (const Place& item : file.list("forward", kPortsMax, "pairs: [[lan0, lag0]]"))
    read_forward(file, item, out.config.forward);
}

}  // namespace lagoon::config
