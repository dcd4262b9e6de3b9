#include "xstats_entries.hpp"

#include <string_view>
#include <utility>

namespace lagoon::pmd {

namespace {

constexpr std::size_t kNameMax = 63;        // RTE_ETH_XSTATS_NAME_SIZE - 1
constexpr std::size_t kMemberNameMax = 30;  // what is left for a member's

std::string clean(std::string_view text) {
  std::string name{text};
  for (char& c : name)
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '.' && c != ':')
      c = '_';
  return name;
}

class List {
 public:
  explicit List(std::string prefix) : prefix_{std::move(prefix)} {}
  void count(std::string_view name, std::uint64_t value) { add(name, value, true); }
  void now(std::string_view name, std::uint64_t value) { add(name, value, false); }
  void append_to(std::vector<Entry>& all) {
    for (Entry& entry : entries_) all.push_back(std::move(entry));
  }

 private:
  void add(std::string_view name, std::uint64_t value, bool counts) {
    entries_.push_back({(prefix_ + clean(name)).substr(0, kNameMax), value, counts});
  }
  std::string prefix_;
  std::vector<Entry> entries_;
};

void add_member(const control::MemberStatus& member, std::vector<Entry>& all) {
  List list{"member_" + clean(member.name).substr(0, kMemberNameMax) + "_"};
  list.count("rx_packets", member.traffic.rx_packets);
  list.count("rx_bytes", member.traffic.rx_bytes);
  list.count("rx_ignored", member.traffic.rx_ignored);
  list.count("tx_packets", member.traffic.tx_packets);
  list.count("tx_bytes", member.traffic.tx_bytes);
  list.now("link_up", member.link.up ? 1 : 0);
  list.now("works", member.works ? 1 : 0);
  list.now("collecting", member.collecting ? 1 : 0);
  list.now("distributing", member.distributing ? 1 : 0);
  list.now("buckets", member.buckets);
  list.count("link_failures", member.link_failures);
  const lacp::PortCounters& lacp = member.lacp.counters;
  list.count("lacpdu_rx", lacp.lacpdu_rx);
  list.count("lacpdu_tx", lacp.lacpdu_tx);
  list.count("lacpdu_looped", lacp.looped);
  list.count("lacp_expirations", lacp.expirations);
  list.count("lacp_selected_changes", lacp.selected_changes);
  list.count("lacp_partner_changes", lacp.partner_changes);
  list.count("lacp_actor_churns", lacp.actor_churns);
  list.count("lacp_partner_churns", lacp.partner_churns);
  list.count("markers_rx", member.markers_received);
  list.count("marker_responses_tx", member.marker_responses);
  list.append_to(all);
}

}  // namespace

std::vector<Entry> entries_of(const control::LagStatus& lag) {
  std::vector<Entry> all;
  List own{"lag_"};
  own.now("up", lag.up ? 1 : 0);
  own.now("distributing_members", lag.distributing_members);
  own.count("failovers", lag.failovers);
  own.append_to(all);
  List drops{"drop_"};
  for (const control::NamedCount& drop : lag.drops) drops.count(drop.name, drop.count);
  drops.append_to(all);
  for (const control::MemberStatus& member : lag.members) add_member(member, all);
  return all;
}

}  // namespace lagoon::pmd
