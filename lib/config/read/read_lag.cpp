#include "config/read/read_lag.hpp"

#include "config/member_rows.hpp"
#include "config/read/read_model.hpp"
#include "config/read/read_rows.hpp"
#include "config/values/device_name.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::config {
namespace {

void read_members(Reading& out, MapReader& map, std::vector<Member>& members) {
  const auto place = map.require("members", "members: [{ dev: \"net_af_packet0,iface=eth0\" }]");
  if (!place) return;
  for (Place& item : map.items(*place, kMembersMax, "members: [{ dev: \"...\" }]"))
    read_member(out, std::move(item), members.emplace_back());
}

}  // namespace

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
  read_members(out, map, lag.members);
}

}  // namespace lagoon::config
