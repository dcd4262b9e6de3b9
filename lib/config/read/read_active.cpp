// Which member is active, in modes that have one, and how the network hears of a change.
#include "config/read/read_lag.hpp"
#include "config/values/lag_value.hpp"

namespace lagoon::config {
namespace {

constexpr std::size_t kAnnouncedMax = 256;

// lagg's failover-rx-all is Linux's all_slaves_active.
void read_all_members_active(MapReader& map, bool& all) {
  const auto lagg = map.find("failover-rx-all");
  if (lagg && map.find("all-members-active")) {
    map.report(lagg->node.at,
               "failover-rx-all stands beside all-members-active, which is the same; keep one of them");
    map.mark_broken(lagg->path);
    return;
  }
  if (lagg)
    map.parse(*lagg, all, Bit{});
  else
    map.read("all-members-active", all, Bit{});
}

}  // namespace

void read_active(MapReader& map, Lag& lag) {
  control::ActiveOptions& active = lag.options.active;
  if (std::optional<std::string> name;
      map.read("primary", name, WordOr{"none", Text{"the name of a member"}}))
    active.primary = std::move(name).value_or(std::string{});
  map.read("primary-reselect", active.reselect, Numbered<failover::Reselect, 3>{failover::kReselectNames});
  map.read("fail-over-mac", active.fail_over_mac,
           Numbered<failover::FailOverMac, 3>{failover::kFailOverMacNames});
  read_all_members_active(map, active.all_members_active);

  failover::AnnounceOptions& announce = lag.options.announce;
  const WholeNumber times{0, 255};
  map.read("num-grat-arp", announce.num_grat_arp, times);
  map.read("num-unsol-na", announce.num_unsol_na, times);
  map.read("peer-notif-delay", announce.peer_notif_delay, Span{0s, 300s});
  map.read("resend-igmp", announce.resend_igmp, times);
  read_list(map, "announce", {kAnnouncedMax, "addresses: [10.0.0.1, \"10.0.5.1@5\"]"}, Host{Family::any},
            lag.options.announce_addresses);
}

}  // namespace lagoon::config
