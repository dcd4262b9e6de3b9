#include "imports/linux_shown.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "imports/text.hpp"
#include "imports/tree.hpp"
#include "imports/words.hpp"

namespace lagoon::imports {

namespace {

// Of the part before the first slave (drivers/net/bonding/bond_procfs.c). Times are in milliseconds.
constexpr auto kProc = std::to_array<Meaning>({
    {"MII Polling Interval (ms)", "miimon"},
    {"Up Delay (ms)", "updelay"},
    {"Down Delay (ms)", "downdelay"},
    {"Peer Notification Delay (ms)", "peer_notif_delay"},
    {"ARP Polling Interval (ms)", "arp_interval"},
    {"ARP Missed Max", "arp_missed_max"},
    {"ARP IP target/s (n.n.n.n form)", "arp_ip_target"},
    {"NS IPv6 target/s (xx::xx form)", "ns_ip6_target"},
    {"LACP active", "lacp_active"},
    {"LACP rate", "lacp_rate"},
    {"Min links", "min_links"},
    {"Aggregator selection policy (ad_select)", "ad_select"},
    {"System priority", "ad_actor_sys_prio"},
    {"System MAC address", "ad_actor_system"},
});

constexpr auto kProcModes = std::to_array<Meaning>({
    {"load balancing (round-robin)", "balance-rr"},
    {"fault-tolerance (active-backup)", "active-backup"},
    {"load balancing (xor)", "balance-xor"},
    {"fault-tolerance (broadcast)", "broadcast"},
    {"IEEE 802.3ad Dynamic link aggregation", "802.3ad"},
    {"transmit load balancing", "balance-tlb"},
    {"adaptive load balancing", "balance-alb"},
});

// netlink's names, where they are others than the driver's parameters.
constexpr auto kNetlink = std::to_array<Meaning>({
    {"ad_lacp_active", "lacp_active"},
    {"ad_lacp_rate", "lacp_rate"},
    {"peer_notify_delay", "peer_notif_delay"},
    {"num_peer_notif", "num_grat_arp"},
});
// Of a bond: state, not settings.
constexpr std::array<std::string_view, 3> kState{"ad_info", "active_slave", "use_carrier"};

// "fault-tolerance (active-backup) (fail_over_mac active)"
void read_mode(Bond& bond, std::string_view words, const Said& said) {
  constexpr std::string_view kFollows = " (fail_over_mac ";
  if (const std::size_t at = words.find(kFollows); at != std::string_view::npos) {
    const std::string_view rest = words.substr(at + kFollows.size());
    say(bond, "fail_over_mac", rest.substr(0, rest.find(')')), said);
    words = words.substr(0, at);
  }
  say(bond, "mode", meaning_or_same(kProcModes, words), said);
}

// "eth0 (primary_reselect better)"
void read_primary(Bond& bond, std::string_view words, const Said& said) {
  const auto parts = words_of(words, " ()");
  if (parts.empty() || parts.front() == "None") return;
  say(bond, "primary", parts.front(), said);
  if (parts.size() == 3) say(bond, "primary_reselect", parts[2], said);
}

// "name: value", a line of /proc/net/bonding; copies on paper may have a comment behind it.
struct Shown {
  std::string_view name;
  std::string_view value;
  Said said;
};

std::vector<Shown> lines_shown(const Source& source) {
  std::vector<Shown> all;
  for (const Line& line : lines_of(source.text)) {
    const std::size_t colon = line.text.find(": ");
    if (colon == std::string_view::npos) continue;
    all.push_back({trimmed(line.text.substr(0, colon)), unquoted(line.text.substr(colon + 2)),
                   shown_at(source, line.number, line.text)});
  }
  return all;
}

// A bond that has the address of a member was given none by hand; nor was its System.
bool is_a_members(const std::vector<Shown>& lines, std::string_view address) {
  return std::ranges::any_of(
      lines, [&](const Shown& one) { return one.name == "Permanent HW addr" && one.value == address; });
}

void read_member_link(Bonds& into, const Source& source, const config::YamlNode& link) {
  const std::string_view master = text_at(&link, "master");
  if (master.empty()) return;
  Bond& bond = into.bond(master);
  Member* const member =
      join(bond, text_at(&link, "ifname"), shown_at(source, link.at.line, "master " + bond.name));
  const config::YamlNode* const state = at(at(&link, "linkinfo"), "info_slave_data");
  if (const std::string_view prio = text_at(state, "prio"); member != nullptr && !prio.empty() && prio != "0")
    member->settings.push_back({.key = "priority",
                                .values = {std::string{prio}},
                                .said = shown_at(source, link.at.line, "prio: " + std::string{prio})});
  if (const std::string_view queue = text_at(state, "queue_id"); !queue.empty() && queue != "0")
    say(bond, "queue_id", queue, shown_at(source, link.at.line, "queue_id: " + std::string{queue}));
}

void read_bond_link(Bonds& into, const Source& source, const config::YamlNode& link) {
  Bond& bond = into.bond(text_at(&link, "ifname"));
  if (const config::YamlNode* const data = at(at(&link, "linkinfo"), "info_data"))
    for_each_pair(*data, [&](const config::YamlNode& key, const config::YamlNode& value) {
      const std::string text = flat(value);
      if (std::ranges::find(kState, key.text) != kState.end() || text.empty() || text == "null") return;
      say(bond, meaning_or_same(kNetlink, key.text), text,
          shown_at(source, key.at.line, key.text + ": " + text));
    });
  if (const std::string_view mtu = text_at(&link, "mtu"); !mtu.empty() && mtu != "1500")
    say(bond, "mtu", mtu, shown_at(source, link.at.line, "mtu: " + std::string{mtu}));
  finish_linux(bond);
}

}  // namespace

// Settings come first, then members with their state; what is neither is state as well.
void read_proc(Bonds& into, const Source& source) {
  std::string_view name = base_name(source.name);
  if (name.ends_with(".txt")) name.remove_suffix(4);
  const std::vector<Shown> lines = lines_shown(source);
  if (std::ranges::count(lines, "Bonding Mode", &Shown::name) > 1)
    return into.wrong.push_back(source.name +
                                ": there are several bonds in it, and no names: give each file by itself");
  Bond& bond = into.bond(name);
  bool in_members = false;
  for (const Shown& line : lines) {
    if (line.name == "Slave Interface") {
      join(bond, line.value, line.said);
      in_members = true;
    } else if (in_members) {
      continue;
    } else if (line.name == "Bonding Mode") {
      read_mode(bond, line.value, line.said);
    } else if (line.name == "Transmit Hash Policy") {
      say(bond, "xmit_hash_policy", first_word(line.value), line.said);
    } else if (line.name == "Primary Slave") {
      read_primary(bond, line.value, line.said);
    } else if (line.name == "System MAC address" && is_a_members(lines, line.value)) {
      continue;
    } else if (const std::string_view parameter = meaning_of(kProc, line.name); !parameter.empty()) {
      say(bond, parameter, line.value, line.said);
    }
  }
  finish_linux(bond);
}

// The kernel shows all that there is: what has no effect in the mode nobody has said.
void read_iproute(Bonds& into, const Source& source) {
  const auto document = tree_of(into, source);
  if (!document) return;
  for (const config::YamlNode& link : document->items) {
    const config::YamlNode* const info = at(&link, "linkinfo");
    if (text_at(info, "info_slave_kind") == "bond") read_member_link(into, source, link);
    if (text_at(info, "info_kind") == "bond" && !text_at(&link, "ifname").empty())
      read_bond_link(into, source, link);
  }
}

}  // namespace lagoon::imports
