#include "config/read/read_lag.hpp"

#include "config/member_rows.hpp"
#include "config/read/read_model.hpp"
#include "config/read/read_rows.hpp"
#include "config/values/device_name.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::config {
namespace {

constexpr std::string_view kMembersExample = "members: [{ dev: \"...\" }]";

void read_list(Reading& out, MapReader& map, const Place& place, std::vector<Member>& members) {
  for (Place& item : map.items(place, kMembersMax, kMembersExample))
    read_member(out, std::move(item), members.emplace_back());
}

void read_from(Reading& out, MapReader& map, const Place& place, std::vector<Member>& members) {
  for (Place& item : map.items(place, kMembersMax, "devices: [net_af_packet1,iface=eth1]")) {
    Member& member = members.emplace_back();
    if (item.node.kind != YamlNode::Kind::scalar) {
      read_member(out, std::move(item), member);
      continue;
    }
    const YamlNode device = as_device(item.node);
    read_member(out, {device, std::move(item.path)}, member);
  }
}

// { from: [..], partner: .. }
void read_candidates(Reading& out, Place place, Lag& lag) {
  MapReader map{out, std::move(place), kMembersSection};
  const std::string list = key_path(map.path(), "from");
  if (const auto from = map.require("from", "members: { from: [{ dev: \"...\" }], partner: any }")) {
    read_from(out, map, *from, lag.from);
    if (lag.from.empty() && !out.source.broken(list)) {
      map.report(from->node.at, "from is empty; expected those among whom the LAG finds its members");
      map.mark_broken(list);
    }
  }
  for (Member& member : lag.from) member.candidate = true;
  lag.options.automatic = true;
  const options::LagRow& row = *options::lag_row("auto.partner");
  if (lag.options.formation.partner.empty()) return read_row(map, map, row, lag.options);
  if (const auto partner = map.find("partner"))
    map.report(partner->node.at, "partner stands in auto as well; expected it once");
}

void read_members(Reading& out, MapReader& map, Lag& lag) {
  auto place = map.require("members", "members: [{ dev: \"net_af_packet0,iface=eth0\" }]");
  if (!place) return;
  if (place->node.kind == YamlNode::Kind::map) return read_candidates(out, *std::move(place), lag);
  read_list(out, map, *place, lag.members);
}

}  // namespace

YamlNode as_device(const YamlNode& word) {
  return {.kind = YamlNode::Kind::map,
          .at = word.at,
          .keys = {YamlNode{.kind = YamlNode::Kind::scalar, .at = word.at, .text = "dev"}},
          .items = {word}};
}

void read_member(Reading& out, Place place, Member& member) {
  MapReader map{out, std::move(place), member_section()};
  read_source(map, member.source);
  member.name = default_name(member.source);
  map.read("name", member.name, Name{kNameMax});
  read_rows(out, map, member_section(), member_rows(), member);
}

void read_lag_options(Reading& out, MapReader& map, Lag& lag) {
  read_rows(out, map, lag_section(), options::lag_rows(), lag.options);
  read_traffic(out, map, lag.options);
}

void read_lag(Reading& out, Place place, Lag& lag) {
  MapReader map{out, std::move(place), lag_section()};
  map.require("name", "name: lag0", lag.name, Name{kNameMax});
  read_lag_options(out, map, lag);
  read_members(out, map, lag);
}

}  // namespace lagoon::config
