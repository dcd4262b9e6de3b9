// The queues in front of a LAG's members: classes, what is of which class, rate limits.
#include "config/read/read_lag.hpp"
#include "config/read/read_model.hpp"
#include "config/values/lag_value.hpp"
#include "config/values/traffic_value.hpp"
#include "qos/dscp.hpp"

namespace lagoon::config {
namespace {

constexpr std::uint64_t kLimitMax = 65'536;
constexpr std::uint64_t kOctetsMin = 1522;  // below an ordinary frame nothing would ever be within a burst
constexpr std::uint64_t kOctetsMax = 1024ULL * 1024 * 1024;
constexpr std::uint64_t kShaperMax = 16ULL * 1024 * 1024;

void read_rate(Reading& out, MapReader& map, std::optional<qos::RateLimit>& rate) {
  auto place = map.find("rate");
  if (!place) return;
  MapReader nested{out, *std::move(place), kTrafficRateSection};
  qos::RateLimit limit;
  nested.require("cir", "cir: 100M", limit.cir, Speed{});
  nested.read("cbs", limit.cbs, OctetCount{kOctetsMin, kOctetsMax});
  nested.read("ebs", limit.ebs, OctetCount{0, kOctetsMax});
  nested.read("pir", limit.pir, Speed{});
  nested.read("pbs", limit.pbs, OctetCount{kOctetsMin, kOctetsMax});
  nested.read("green", limit.action[0], ActionWord{});
  nested.read("yellow", limit.action[1], ActionWord{});
  nested.read("red", limit.action[2], ActionWord{});
  rate = limit;
}

void read_class(Reading& out, Place place, qos::ClassOptions& one) {
  MapReader map{out, std::move(place), kTrafficClassSection};
  map.require("name", "name: voice", one.name, Name{kNameMax});
  map.read("priority", one.priority, WholeNumber{0, qos::kLastPriority});
  map.read("weight", one.weight, WholeNumber{1, 255});
  map.read("limit", one.limit, WholeNumber{1, kLimitMax});
  map.read("limit-octets", one.limit_octets, WordOr{"auto", OctetCount{kOctetsMin, kOctetsMax}});
  read_list(map, "pcp", {qos::kPriorities, "priorities of VLAN tags: [5]"},
            WholeNumber{0, qos::kPriorities - 1}, one.pcp);
  read_list(map, "dscp", {qos::kCodePoints, "DSCPs: [ef, 46]"}, CodePoint{}, one.dscp);
  read_rate(out, map, one.rate);
}

void read_match(Reading& out, Place place, qos::MatchOptions& match) {
  MapReader map{out, std::move(place), kTrafficMatchSection};
  map.require("class", "class: voice", match.class_name, Name{kNameMax});
  map.read("ether-type", match.ether_type, EtherTypeWord{});
  map.read("vlan", match.vlan, WholeNumber{1, 4094});
  map.read("proto", match.protocol, ProtocolWord{});
  map.read("src", match.source, PrefixText{});
  map.read("dst", match.destination, PrefixText{});
  map.read("src-port", match.source_port, Ports{});
  map.read("dst-port", match.destination_port, Ports{});
}

template <typename T>
void read_maps(Reading& out, MapReader& map, std::string_view key, const ListOf& of,
               void (*read_one)(Reading&, Place, T&), std::vector<T>& target) {
  const auto place = map.find(key);
  if (!place) return;
  target.clear();
  for (Place& item : map.items(*place, of.count_max, of.expected))
    read_one(out, std::move(item), target.emplace_back());
}

struct OffOrMap {
  [[nodiscard]] Parsed<bool> operator()(const YamlNode& node) const {
    if (node.kind == YamlNode::Kind::scalar && node.text == "off") return true;
    return std::unexpected{std::string{}};
  }
  [[nodiscard]] std::string expected() const { return "off, or a map of " + listed_keys(); }

 private:
  static std::string listed_keys() {
    std::string text;
    for (const std::string_view key : keys::kTraffic) text += (text.empty() ? "" : ", ") + std::string{key};
    return text;
  }
};

}  // namespace

void read_traffic(Reading& out, MapReader& map, control::LagOptions& options) {
  auto place = map.find("traffic");
  if (!place) return;
  qos::TrafficOptions& traffic = options.traffic;
  if (place->node.kind != YamlNode::Kind::map) {
    if (bool off = false; map.parse(*place, off, OffOrMap{})) traffic = {};
    return;
  }
  MapReader nested{out, *std::move(place), kTrafficSection};
  read_maps(out, nested, "classes", {qos::kClassesMax, "classes: [{ name: voice, priority: 0 }]"}, read_class,
            traffic.classes);
  nested.read("default", traffic.default_class, Name{kNameMax});
  read_maps(out, nested, "match",
            {qos::kMatchesMax, "matches: [{ proto: udp, dst-port: 5060, class: voice }]"}, read_match,
            traffic.match);
  nested.read("shape", traffic.shape, Boolean{});
  nested.read("burst", traffic.burst, WordOr{"auto", OctetCount{kOctetsMin, kShaperMax}});
}

}  // namespace lagoon::config
