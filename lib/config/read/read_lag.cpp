#include "config/read/read_lag.hpp"

#include "config/read/read_model.hpp"
#include "config/values/device_name.hpp"
#include "config/values/lag_value.hpp"

namespace lagoon::config {
namespace {

constexpr std::uint64_t kU16Max = std::numeric_limits<std::uint16_t>::max();

constexpr OneOf<lacp::Activity, 2> kActivity{{"active", "passive"},
                                             {lacp::Activity::active, lacp::Activity::passive}};
constexpr OneOf<lacp::Rate, 2> kRate{{"fast", "slow"}, {lacp::Rate::fast, lacp::Rate::slow}};
constexpr OneOf<lacp::MuxControl, 2> kMux{{"independent", "coupled"},
                                          {lacp::MuxControl::independent, lacp::MuxControl::coupled}};
constexpr OneOf<lacp::SelectPolicy, 4> kSelect{
    lacp::kSelectPolicyNames,
    {lacp::SelectPolicy::stable, lacp::SelectPolicy::bandwidth, lacp::SelectPolicy::count,
     lacp::SelectPolicy::port_priority}};
constexpr OneOf<bool, 2> kFallback{{"off", "single"}, {false, true}};
constexpr OneOf<control::Administration, 3> kState{
    control::kAdministrationNames,
    {control::Administration::enabled, control::Administration::drained, control::Administration::disabled}};

void read_members(Reading& out, MapReader& map, std::vector<Member>& members) {
  const auto place = map.require("members", "members: [{ dev: \"net_af_packet0,iface=eth0\" }]");
  if (!place) return;
  for (Place& item : map.items(*place, kMembersMax, "members: [{ dev: \"...\" }]"))
    read_member(out, std::move(item), members.emplace_back());
}

}  // namespace

void read_lacp(Reading& out, MapReader& map, Lag& lag) {
  auto place = map.find("lacp");
  if (!place) return;
  MapReader nested{out, *std::move(place), kLagLacpSection};
  lacp::AggregatorConfig& lacp = lag.options.lacp;
  nested.read("activity", lacp.activity, kActivity);
  nested.read("rate", lacp.rate, kRate);
  nested.read("system-priority", lacp.system_priority, WholeNumber{0, kU16Max});
  if (std::optional<MacAddress> system; nested.read("system-id", system, WordOr{"auto", Mac{}}))
    lacp.system = system.value_or(MacAddress{});
  nested.read("key", lacp.key, WordOr{"auto", WholeNumber{1, kU16Max}});
  nested.read("mux", lacp.mux, kMux);
  nested.read("select", lacp.select, kSelect);
  nested.read("aggregate-wait", lacp.aggregate_wait, Span{0s, 60s});
  nested.read("partner-settle", lacp.partner_settle, Span{0s, 10s});

  control::LacpExtras& extras = lag.options.lacp_extras;
  nested.read("strict", extras.strict, Boolean{});
  nested.read("fallback", extras.fallback, kFallback);
  nested.read("fallback-delay", extras.fallback_delay, Span{0s, 600s});
}

void read_member(Reading& out, Place place, Member& member) {
  MapReader map{out, std::move(place), kMemberSection};
  read_source(map, member.source);
  member.name = default_name(member.source);
  map.read("name", member.name, Name{kNameMax});
  map.read("speed", member.speed, WordOr{"auto", Speed{}});
  map.read("weight", member.weight, WordOr{"auto", WholeNumber{1, 1'000'000}});
  map.read("priority", member.priority, SignedNumber{});
  map.read("state", member.administration, kState);
  if (auto nested = map.find("lacp")) {
    MapReader lacp{out, *std::move(nested), kMemberLacpSection};
    lacp.read("port-priority", member.port_priority, WholeNumber{0, kU16Max});
    lacp.read("port-number", member.port_number, WordOr{"auto", WholeNumber{1, kU16Max}});
    lacp.read("aggregatable", member.aggregatable, Boolean{});
  }
}

// As Linux's users say it: the same as strict in the section lacp.
void read_lacp_strict(Reading& out, MapReader& map, bool& strict) {
  const auto place = map.find("lacp-strict");
  if (!place) return;
  if (!out.source.places().contains(key_path(map.path(), "lacp.strict"))) {
    map.parse(*place, strict, Boolean{});
    return;
  }
  map.report(place->node.at, "lacp-strict stands beside strict in lacp, which is the same; keep one of them");
  map.mark_broken(place->path);
}

void read_lag_options(Reading& out, MapReader& map, Lag& lag) {
  map.read("mode", lag.options.mode, ModeWord{});
  read_lacp(out, map, lag);
  read_lacp_strict(out, map, lag.options.lacp_extras.strict);
  read_distribution(map, lag);
  read_weighted(map, lag.options);
  read_moves(out, map, lag.options);
  read_links(map, lag);
  read_monitor(out, map, lag);
  read_active(map, lag);
  read_addresses(map, lag);
  read_traffic(out, map, lag);
}

void read_lag(Reading& out, Place place, Lag& lag) {
  MapReader map{out, std::move(place), kLagSection};
  map.require("name", "name: lag0", lag.name, Name{kNameMax});
  read_lag_options(out, map, lag);
  read_members(out, map, lag.members);
}

}  // namespace lagoon::config
