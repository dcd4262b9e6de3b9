// How members are watched: links and their delays, damping, heartbeats to targets.
#include "config/read/read_lag.hpp"
#include "config/values/lag_value.hpp"

namespace lagoon::config {
namespace {

constexpr OneOf<bool, 2> kOffOn{{"off", "on"}, {false, true}};

void read_damping(Reading& out, MapReader& map, failover::DampingOptions& damping) {
  auto place = map.find("flap-damping");
  if (!place) return;
  if (place->node.kind != YamlNode::Kind::map) {
    struct OffOnOrMap {
      [[nodiscard]] Parsed<bool> operator()(const YamlNode& node) const { return kOffOn(node); }
      [[nodiscard]] std::string expected() const {
        return "off, on, or a map of flaps, window, hold, hold-max";
      }
    };
    map.parse(*place, damping.enabled, OffOnOrMap{});
    return;
  }
  MapReader nested{out, *std::move(place), kFlapDampingSection};
  damping.enabled = true;
  nested.read("flaps", damping.flaps, WholeNumber{1, 255});
  nested.read("window", damping.window, Span{1s, 3600s});
  nested.read("hold", damping.hold_first, Span{100ms, 3600s});
  nested.read("hold-max", damping.hold_max, Span{100ms, 3600s});
}

// Both families stand in one list of the model.
void read_targets(MapReader& map, std::string_view key, Family family, std::vector<HostAddress>& all) {
  std::vector<HostAddress> targets;
  const ListOf of{monitor::kTargetsMax,
                  family == Family::ipv4 ? "IPv4 addresses: [10.0.0.1]" : "IPv6 addresses: [2001:db8::1]"};
  if (!read_list(map, key, of, Host{family}, targets)) return;
  std::erase_if(all, [&](const HostAddress& host) {
    return std::holds_alternative<Ipv4Address>(host.address) == (family == Family::ipv4);
  });
  const auto at = family == Family::ipv4 ? all.begin() : all.end();
  all.insert(at, targets.begin(), targets.end());
}

}  // namespace

void read_monitor(Reading& out, MapReader& map, Lag& lag) {
  control::LagOptions& options = lag.options;
  map.read("miimon", options.miimon, SpanOrOff{{1ms, 60s}});
  map.read("updelay", options.debounce.up_delay, Span{0s, 600s});
  map.read("downdelay", options.debounce.down_delay, Span{0s, 600s});
  read_damping(out, map, options.damping);

  monitor::TargetOptions& targets = options.targets;
  map.read("arp-interval", targets.interval, SpanOrOff{{10ms, 60s}});
  read_targets(map, "arp-ip-target", Family::ipv4, targets.targets);
  read_targets(map, "ns-ip6-target", Family::ipv6, targets.targets);
  map.read("arp-validate", targets.validate, Numbered<monitor::Validate, 7>{monitor::kValidateNames});
  map.read("arp-all-targets", targets.needed,
           Numbered<monitor::TargetsNeeded, 2>{monitor::kTargetsNeededNames});
  map.read("arp-missed-max", targets.missed_max, WholeNumber{1, 255});
}

}  // namespace lagoon::config
