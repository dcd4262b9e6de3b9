#include <algorithm>

#include "config/device_name.hpp"
#include "config/read_model.hpp"
#include "config/suggest.hpp"

namespace lagoon::config {
namespace {

constexpr std::uint64_t kU16Max = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t kU32Max = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMtuMin = 68;    // RFC 791
constexpr std::uint64_t kMtuMax = 9978;  // the largest among DPDK's NICs

constexpr OneOf<lacp::Activity, 2> kActivity{{"active", "passive"},
                                             {lacp::Activity::active, lacp::Activity::passive}};
constexpr OneOf<lacp::Rate, 2> kRate{{"fast", "slow"}, {lacp::Rate::fast, lacp::Rate::slow}};
constexpr OneOf<lacp::MuxControl, 2> kMux{{"independent", "coupled"},
                                          {lacp::MuxControl::independent, lacp::MuxControl::coupled}};
constexpr OneOf<lacp::SelectPolicy, 4> kSelect{
    {"stable", "bandwidth", "count", "port-priority"},
    {lacp::SelectPolicy::stable, lacp::SelectPolicy::bandwidth, lacp::SelectPolicy::count,
     lacp::SelectPolicy::port_priority}};

struct ModeParser {
  [[nodiscard]] Parsed<control::Mode> operator()(const YamlNode& node) const {
    static constexpr std::array<std::string_view, 3> kWords{"lacp", "802.3ad", "4"};
    if (node.kind == YamlNode::Kind::scalar && std::ranges::find(kWords, node.text) != kWords.end())
      return control::Mode::lacp;
    return std::unexpected{meant(node, kWords)};
  }
  [[nodiscard]] std::string expected() const { return "lacp, 802.3ad or 4"; }
};

struct HashPolicyParser {
  [[nodiscard]] Parsed<dist::HashPolicy> operator()(const YamlNode& node) const {
    if (node.kind == YamlNode::Kind::scalar)
      if (const auto policy = dist::hash_policy_from(node.text)) return *policy;
    return std::unexpected{meant(node, dist::kHashPolicyNames)};
  }
  [[nodiscard]] std::string expected() const { return alternatives(dist::kHashPolicyNames); }
};

void read_mode(MapReader& map, control::Mode& mode) {
  const auto place = map.find("mode");
  if (!place) return;
  if (place->node.kind == YamlNode::Kind::scalar && !ModeParser{}(place->node)) {
    const std::string hint = meant(place->node, std::array<std::string_view, 2>{"lacp", "802.3ad"});
    map.report(place->node.at, "mode " + in_quotes(place->node.text) +
                                   " is not here yet; this release has: lacp (802.3ad, 4)" +
                                   (hint.empty() ? "" : "; " + hint));
    map.mark_broken(place->path);
    return;
  }
  map.parse(*place, mode, ModeParser{});
}

void read_lag_lacp(Reading& out, Place place, lacp::AggregatorConfig& lacp) {
  MapReader map{out, std::move(place), kLagLacpSection};
  map.read("activity", lacp.activity, kActivity);
  map.read("rate", lacp.rate, kRate);
  map.read("system-priority", lacp.system_priority, WholeNumber{0, kU16Max});
  if (std::optional<MacAddress> system; map.read("system-id", system, WordOr{"auto", Mac{}}))
    lacp.system = system.value_or(MacAddress{});
  map.read("key", lacp.key, WordOr{"auto", WholeNumber{1, kU16Max}});
  map.read("mux", lacp.mux, kMux);
  map.read("select", lacp.select, kSelect);
  map.read("aggregate-wait", lacp.aggregate_wait, Span{0s, 60s});
  map.read("partner-settle", lacp.partner_settle, Span{0s, 10s});
}

void read_member(Reading& out, Place place, Member& member) {
  MapReader map{out, std::move(place), kMemberSection};
  read_source(map, member.source);
  member.name = default_name(member.source);
  map.read("name", member.name, Name{kNameMax});
  map.read("speed", member.speed, WordOr{"auto", Speed{}});
  if (auto nested = map.find("lacp")) {
    MapReader lacp{out, *std::move(nested), kMemberLacpSection};
    lacp.read("port-priority", member.port_priority, WholeNumber{0, kU16Max});
    lacp.read("port-number", member.port_number, WordOr{"auto", WholeNumber{1, kU16Max}});
    lacp.read("aggregatable", member.aggregatable, Boolean{});
  }
}

void read_members(Reading& out, MapReader& map, std::vector<Member>& members) {
  const auto place = map.require("members", "members: [{ dev: \"net_af_packet0,iface=eth0\" }]");
  if (!place) return;
  for (Place& item : map.items(*place, kMembersMax, "members: [{ dev: \"...\" }]"))
    read_member(out, std::move(item), members.emplace_back());
}

}  // namespace

void read_lag(Reading& out, Place place, Lag& lag) {
  MapReader map{out, std::move(place), kLagSection};
  map.require("name", "name: lag0", lag.name, Name{kNameMax});
  read_mode(map, lag.options.mode);
  if (auto lacp = map.find("lacp")) read_lag_lacp(out, *std::move(lacp), lag.options.lacp);

  map.read("hash", lag.options.hash.policy, HashPolicyParser{});
  if (std::optional<std::uint64_t> seed;
      map.read("hash-seed", seed, WordOr{"random", WholeNumber{0, kU32Max}})) {
    lag.random_seed = !seed.has_value();
    lag.options.hash.seed = static_cast<std::uint32_t>(seed.value_or(0));
  }
  map.read("hash-symmetric", lag.options.hash.symmetric, Boolean{});
  map.read("nic-hash", lag.options.hash.use_nic_hash, Boolean{});

  map.read("move-hold", lag.options.hold.planned, Span{0s, 10s});
  map.read("failover-hold", lag.options.hold.failover, Span{0s, 10s});

  const WholeNumber links{1, kMembersMax};
  map.read("min-links", lag.options.lacp.min_links, links);
  lag.options.lacp.min_links_up = lag.options.lacp.min_links;
  map.read("min-links-up", lag.options.lacp.min_links_up, links);
  map.read("max-links", lag.options.lacp.max_links, links);

  map.read("mac", lag.mac, WordOr{"auto", Mac{}});
  map.read("mtu", lag.port.mtu, WordOr{"auto", WholeNumber{kMtuMin, kMtuMax}});
  read_members(out, map, lag.members);
}

}  // namespace lagoon::config
