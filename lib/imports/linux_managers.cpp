#include "imports/linux_managers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <string>

#include "imports/text.hpp"
#include "imports/tree.hpp"
#include "imports/words.hpp"

namespace lagoon::imports {

namespace {

constexpr auto kNetworkd = std::to_array<Meaning>({
    {"Mode", "mode"},
    {"TransmitHashPolicy", "xmit_hash_policy"},
    {"LACPTransmitRate", "lacp_rate"},
    {"MIIMonitorSec", "miimon"},
    {"UpDelaySec", "updelay"},
    {"DownDelaySec", "downdelay"},
    {"LearnPacketIntervalSec", "lp_interval"},
    {"AdSelect", "ad_select"},
    {"AdActorSystemPriority", "ad_actor_sys_prio"},
    {"AdUserPortKey", "ad_user_port_key"},
    {"AdActorSystem", "ad_actor_system"},
    {"FailOverMACPolicy", "fail_over_mac"},
    {"ARPValidate", "arp_validate"},
    {"ARPIntervalSec", "arp_interval"},
    {"ARPIPTargets", "arp_ip_target"},
    {"ARPAllTargets", "arp_all_targets"},
    {"ARPMissedMax", "arp_missed_max"},
    {"PrimaryReselectPolicy", "primary_reselect"},
    {"ResendIGMP", "resend_igmp"},
    {"PacketsPerSlave", "packets_per_slave"},
    {"GratuitousARP", "num_grat_arp"},
    {"AllSlavesActive", "all_slaves_active"},
    {"DynamicTransmitLoadBalancing", "tlb_dynamic_lb"},
    {"MinLinks", "min_links"},
    {"PeerNotifyDelaySec", "peer_notif_delay"},
});

// netplan's parameters.
constexpr auto kNetplan = std::to_array<Meaning>({
    {"mii-monitor-interval", "miimon"},
    {"transmit-hash-policy", "xmit_hash_policy"},
    {"up-delay", "updelay"},
    {"down-delay", "downdelay"},
    {"arp-ip-targets", "arp_ip_target"},
    {"fail-over-mac-policy", "fail_over_mac"},
    {"gratuitous-arp", "num_grat_arp"},
    {"gratuitious-arp", "num_grat_arp"},
    {"packets-per-slave", "packets_per_slave"},
    {"packets-per-member", "packets_per_slave"},
    {"primary-reselect-policy", "primary_reselect"},
    {"learn-packet-interval", "lp_interval"},
    {"all-members-active", "all_slaves_active"},
});

// "1s", "1min 500ms", "250000us": in milliseconds, as systemd.time(7) reads it; what it is not stays as it
// is.
std::string time_of(std::string_view value) {
  constexpr std::uint64_t kSecond = 1'000'000;
  struct TimeUnit {
    std::string_view name;
    std::uint64_t us;
  };
  constexpr auto kUnits = std::to_array<TimeUnit>({{"us", 1},
                                                   {"usec", 1},
                                                   {"ms", 1000},
                                                   {"msec", 1000},
                                                   {"s", kSecond},
                                                   {"sec", kSecond},
                                                   {"second", kSecond},
                                                   {"seconds", kSecond},
                                                   {"m", 60 * kSecond},
                                                   {"min", 60 * kSecond},
                                                   {"minute", 60 * kSecond},
                                                   {"minutes", 60 * kSecond}});
  if (is_number(value)) return std::string{value};
  std::uint64_t us = 0;
  for (std::string_view rest = value; !rest.empty();) {
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc{} || count > 1'000'000'000) return std::string{value};
    rest = trimmed(rest.substr(static_cast<std::size_t>(end - rest.data())));
    const std::size_t letters = std::min(rest.find_first_of(" 0123456789"), rest.size());
    const auto unit = std::ranges::find(kUnits, rest.substr(0, letters), &TimeUnit::name);
    if (unit == kUnits.end()) return std::string{value};
    us += count * unit->us;
    rest = trimmed(rest.substr(letters));
  }
  return us % 1000 == 0 ? std::to_string(us / 1000) + "ms" : std::to_string(us) + "us";
}

void read_netdev(Bonds& into, const Source& source, const std::vector<IniSection>& sections) {
  const std::string_view name = value_in(sections, "NetDev", "Name");
  if (lowered(value_in(sections, "NetDev", "Kind")) != "bond" || name.empty()) {
    into.remarks.push_back({said_at(source, 0, "Kind=" + std::string{value_in(sections, "NetDev", "Kind")}),
                            "only bonds are taken"});
    return;
  }
  Bond& bond = into.bond(name);
  for (const IniSection& section : sections)
    for (const Entry& entry : section.entries) {
      const Said said = said_at(source, entry);
      if (section.name == "NetDev" &&
          (entry.key == "Name" || entry.key == "Kind" || entry.key == "Description"))
        continue;
      if (section.name == "NetDev" && entry.key == "MACAddress")
        say(bond, "mac", entry.value, said);
      else if (section.name == "NetDev" && entry.key == "MTUBytes")
        say(bond, "mtu", entry.value, said);
      else if (section.name == "Bond")
        say(bond, meaning_or_same(kNetworkd, entry.key), time_of(entry.value), said, Unit::seconds);
      else
        leave_out(bond, said, kNoCounterpart);
    }
  finish_linux(bond);
}

// A .network of interfaces that are the bond's.
void read_member_network(Bond& bond, const Source& source, const std::vector<IniSection>& sections) {
  std::vector<std::string_view> members;
  for (const IniSection& section : sections)
    for (const Entry& entry : section.entries) {
      if (section.name != "Match" || entry.key != "Name") continue;
      for (const std::string_view name : words_of(entry.value))
        if (join(bond, name, said_at(source, entry)) != nullptr) members.push_back(name);
    }
  if (members.empty())
    leave_out(bond, said_at(source, 0, "[Match]"),
              "names no interface; write Name= of each, or its file by hand");
  for (const IniSection& section : sections)
    for (const Entry& entry : section.entries) {
      const bool known = section.name == "Network" && (entry.key == "Bond" || entry.key == "Description");
      if (known || (section.name == "Match" && entry.key == "Name")) continue;
      const Said said = said_at(source, entry);
      if (section.name == "Network" && entry.key == "PrimarySlave" && !members.empty()) {
        if (const std::string yes = lowered(entry.value);
            yes == "true" || yes == "yes" || yes == "1" || yes == "on")
          say(bond, "primary", members.front(), said);
      } else if (section.name == "Network" && entry.key == "ActiveSlave") {
        say(bond, "active_slave", entry.value, said);
      } else {
        leave_out(bond, said, kOfAMember);
      }
    }
}

struct Keyfile {
  const Source* source;
  std::vector<IniSection> sections;

  [[nodiscard]] std::string_view connection(std::string_view key) const {
    return value_in(sections, "connection", key);
  }
  /// The value of the first of these keys that has one.
  [[nodiscard]] std::string_view either(std::string_view key, std::string_view other) const {
    const std::string_view value = connection(key);
    return value.empty() ? connection(other) : value;
  }
};

// What says which file it is, or whether and when it is used.
bool is_housekeeping(const IniSection& section, const Entry& entry) {
  constexpr std::array<std::string_view, 11> kKeys{"id",         "uuid",        "type",     "interface-name",
                                                   "timestamp",  "permissions", "master",   "controller",
                                                   "slave-type", "port-type",   "read-only"};
  return section.name == "connection" &&
         (std::ranges::find(kKeys, entry.key) != kKeys.end() || entry.key.starts_with("autoconnect"));
}

// "[bond]" of the bond itself.
void read_bond_keyfile(Bonds& into, const Keyfile& file) {
  Bond& bond = into.bond(file.either("interface-name", "id"));
  for (const IniSection& section : file.sections)
    for (const Entry& entry : section.entries) {
      const Said said = said_at(*file.source, entry);
      if (is_housekeeping(section, entry) || (section.name == "bond" && entry.key == "interface-name"))
        continue;
      if (section.name == "bond")
        say(bond, entry.key, entry.value, said);
      else if (section.name == "ethernet" && entry.key == "cloned-mac-address")
        say(bond, "mac", entry.value, said);
      else if (section.name == "ethernet" && entry.key == "mtu")
        say(bond, "mtu", entry.value, said);
      else
        leave_out(bond, said, kOfTheHost);
    }
  if (bond.find("arp-interval") == nullptr) bond.set_default("miimon", "100ms");  // NetworkManager's own
  finish_linux(bond);
}

void read_member_keyfile(Bond& bond, const Keyfile& file) {
  Member* const member = join(bond, file.connection("interface-name"),
                              said_at(*file.source, 0, "id=" + std::string{file.connection("id")}));
  for (const IniSection& section : file.sections)
    for (const Entry& entry : section.entries) {
      const Said said = said_at(*file.source, entry);
      if (is_housekeeping(section, entry)) continue;
      if (section.name == "bond-port" && entry.key == "prio" && member != nullptr)
        member->settings.push_back({.key = "priority", .values = {std::string{entry.value}}, .said = said});
      else if (section.name == "bond-port" && entry.key == "queue-id")
        say(bond, "queue_id", entry.value, said);
      else
        leave_out(bond, said, kOfAMember);
    }
}

using config::YamlNode;

void read_netplan_bond(Bond& bond, const Source& source, const YamlNode& of, const YamlNode* ethernets) {
  for_each_pair(of, [&](const YamlNode& key, const YamlNode& value) {
    const Said said = said_at(source, key.at.line, key.text + ": " + flat(value));
    if (key.text == "interfaces") {
      for (const YamlNode& id : value.items) {
        // (an id is the interface's name, unless it is given another)
        const std::string_view renamed = text_at(at(ethernets, id.text), "set-name");
        join(bond, renamed.empty() ? std::string_view{id.text} : renamed, said);
        if (renamed.empty() && at(at(ethernets, id.text), "match") != nullptr)
          leave_out(bond, said, "'" + id.text + "' is found by a match: put the interface's name in 'dev'");
      }
    } else if (key.text == "parameters") {
      for_each_pair(value, [&](const YamlNode& name, const YamlNode& is) {
        say(bond, meaning_or_same(kNetplan, name.text), flat(is),
            said_at(source, name.at.line, name.text + ": " + flat(is)));
      });
    } else if (key.text == "macaddress" || key.text == "mtu") {
      say(bond, key.text == "mtu" ? "mtu" : "mac", value.text, said);
    } else {
      leave_out(bond, said, kOfTheHost);
    }
  });
}

// What it says of interfaces that are a bond's.
void read_netplan_members(Bonds& into, const Source& source, const YamlNode& ethernets) {
  constexpr std::array<std::string_view, 6> kSilent{"match", "set-name", "optional",
                                                    "dhcp4", "dhcp6",    "renderer"};
  for_each_pair(ethernets, [&](const YamlNode& id, const YamlNode& of) {
    const std::string_view renamed = text_at(&of, "set-name");
    const std::string_view name = renamed.empty() ? std::string_view{id.text} : renamed;
    for (Bond& bond : into.bonds)
      if (std::ranges::find(bond.members, name, &Member::name) != bond.members.end())
        for_each_pair(of, [&](const YamlNode& key, const YamlNode& value) {
          if (std::ranges::find(kSilent, key.text) == kSilent.end())
            leave_out(bond, said_at(source, key.at.line, id.text + ": " + key.text + ": " + flat(value)),
                      kOfAMember);
        });
  });
}

}  // namespace

void read_networkd(Bonds& into, const Source& source) {
  const std::vector<IniSection> sections = sections_of(source.text);
  if (!value_in(sections, "NetDev", "Kind").empty()) return read_netdev(into, source, sections);
  if (const std::string_view name = value_in(sections, "Network", "Bond"); !name.empty())
    return read_member_network(into.bond(name), source, sections);
  const auto known =
      std::ranges::find(into.bonds, first_word(value_in(sections, "Match", "Name")), &Bond::name);
  if (known != into.bonds.end())
    return leave_out(*known, said_at(source, 0, "the network of the bond"), kOfTheHost);
  into.remarks.push_back({said_at(source, 0, base_name(source.name)), "it names no bond"});
}

void read_keyfiles(Bonds& into, std::span<const Source> sources) {
  std::vector<Keyfile> files;
  std::map<std::string_view, std::string_view> name_by_id;
  for (const Source& source : sources) {
    const Keyfile& file = files.emplace_back(&source, sections_of(source.text));
    if (file.connection("type") != "bond") continue;
    const std::string_view name = file.either("interface-name", "id");
    if (name.empty())
      into.remarks.push_back({said_at(source, 0, "[connection]"), "it has no interface-name"});
    for (const std::string_view key : {"uuid", "id", "interface-name"})
      if (const std::string_view id = file.connection(key); !id.empty()) name_by_id[id] = name;
  }
  for (const Keyfile& file : files)
    if (file.connection("type") == "bond" && !file.either("interface-name", "id").empty())
      read_bond_keyfile(into, file);
  for (const Keyfile& file : files) {
    if (file.connection("type") == "bond") continue;
    const std::string_view of = file.either("controller", "master");
    const auto known = name_by_id.find(of);
    const std::string_view kind = file.either("port-type", "slave-type");
    if ((kind == "bond" && !of.empty()) || (kind.empty() && known != name_by_id.end()))
      read_member_keyfile(into.bond(known == name_by_id.end() ? of : known->second), file);
    else
      into.remarks.push_back({said_at(*file.source, 0, file.connection("id")), "it is no member of a bond"});
  }
}

void read_netplan(Bonds& into, const Source& source) {
  const auto document = tree_of(into, source);
  if (!document) return;
  const YamlNode* const network = at(&*document, "network");
  const YamlNode* const ethernets = at(network, "ethernets");
  if (const YamlNode* const bonds = at(network, "bonds"))
    for_each_pair(*bonds, [&](const YamlNode& name, const YamlNode& of) {
      Bond& bond = into.bond(name.text);
      read_netplan_bond(bond, source, of, ethernets);
      finish_linux(bond);
    });
  if (ethernets != nullptr) read_netplan_members(into, source, *ethernets);
}

}  // namespace lagoon::imports
