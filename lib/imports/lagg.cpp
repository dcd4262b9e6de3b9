#include "imports/lagg.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "imports/text.hpp"
#include "imports/words.hpp"

namespace lagoon::imports {

namespace {

constexpr std::string_view kIfconfig = "ifconfig_";
constexpr std::string_view kCreateArgs = "create_args_";

// Options of ifconfig(8) without a value; '-' before one switches it off.
struct LaggFlag {
  std::string_view word;
  std::string_view key;
  std::string_view on;
  std::string_view off;
};
constexpr auto kFlags = std::to_array<LaggFlag>({
    {"lacp_fast_timeout", "lacp.rate", "fast", "slow"},
    {"lacp_strict", "lacp.strict", "true", "false"},
    {"use_flowid", "nic-hash", "true", "false"},
});

// (the rest of those without a value: nothing is like them here)
constexpr std::array<std::string_view, 2> kOtherFlags{"use_numa", "monitor"};

void set_hash(Bond& bond, std::string_view layers, const Said& said) {
  Setting hash{.key = "hash", .is_list = true, .said = said};
  for (const std::string_view layer : words_of(layers, ",")) hash.values.emplace_back(layer);
  bond.settings.push_back(std::move(hash));
}

bool take_flag(Bond& bond, std::string_view word, const Said& said) {
  const bool off = word.starts_with('-');
  if (off) word.remove_prefix(1);
  const auto flag = std::ranges::find(kFlags, word, &LaggFlag::word);
  if (flag != kFlags.end())
    bond.set(std::string{flag->key}, std::string{off ? flag->off : flag->on}, said);
  else if (std::ranges::find(kOtherFlags, word) != kOtherFlags.end())
    leave_out(bond, said, kNoCounterpart);
  return flag != kFlags.end() || std::ranges::find(kOtherFlags, word) != kOtherFlags.end();
}

// Words that take another one behind them.
bool take_pair(Bond& bond, std::string_view word, std::string_view value, const Said& said) {
  constexpr std::array<std::string_view, 6> kOfAddresses{"inet",      "inet6",     "netmask",
                                                         "broadcast", "prefixlen", "fib"};
  constexpr std::array<std::string_view, 4> kOthers{"flowid_shift", "laggtype", "description", "name"};
  if (word == "laggport")
    join(bond, value, said);
  else if (word == "laggproto")
    bond.set("mode", std::string{value}, said);
  else if (word == "lagghash")
    set_hash(bond, value, said);
  else if (word == "ether" || word == "lladdr" || word == "link" || word == "mtu" || word == "rr_limit")
    say(bond, word == "link" ? "ether" : word, value, said);
  else if (std::ranges::find(kOfAddresses, word) != kOfAddresses.end())
    leave_out(bond, said, kOfTheHost);
  else if (std::ranges::find(kOthers, word) != kOthers.end())
    leave_out(bond, said, kNoCounterpart);
  else
    return false;
  return true;
}

void read_words(Bond& bond, const Source& source, const Entry& entry) {
  const auto words = words_of(entry.value);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "up" || words[i] == "create") continue;
    const Said said = said_at(source, entry.line, words[i]);
    if (take_flag(bond, words[i], said)) continue;
    if (i + 1 < words.size() &&
        take_pair(bond, words[i], words[i + 1],
                  said_at(source, entry.line, std::string{words[i]} + " " + std::string{words[i + 1]}))) {
      ++i;
      continue;
    }
    // (an address without a word before it, DHCP, ..)
    leave_out(bond, said, kOfTheHost);
  }
}

// What a member is told besides "up". The LAG has its first member's address, so that is where it may be set.
void read_member_words(Bond& bond, const Source& source, const Entry& entry, std::string_view member) {
  const auto words = words_of(entry.value);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "up") continue;
    const bool is_address = words[i] == "ether" || words[i] == "lladdr" || words[i] == "link";
    if (is_address && i + 1 < words.size() && bond.members.front().name == member &&
        bond.find("mac") == nullptr) {
      say(bond, "ether", words[i + 1], said_at(source, entry));
      ++i;
      continue;
    }
    return leave_out(bond, said_at(source, entry), kOfAMember);
  }
}

void finish_lagg(Bond& bond, const Source& source) {
  bond.set_default("mode", "failover");
  bond.set_default("lacp.rate", "slow");
  if (bond.find("hash") == nullptr) set_hash(bond, "l2,l3,l4", {.shown = true});
  leave_out(bond, said_at(source, 0, "laggport"),
            "names interfaces as FreeBSD does: put this machine's into 'dev'");
}

}  // namespace

void read_rc_conf(Bonds& into, const Source& source) {
  constexpr std::string_view kVlans = "vlans_";
  const std::vector<Entry> entries = assignments_of(source.text);
  std::vector<std::string> ours;
  for (const Entry& entry : entries) {
    const bool made = entry.key.starts_with(kCreateArgs);
    if (!made && !entry.key.starts_with(kIfconfig)) continue;
    const std::string_view name = entry.key.substr(made ? kCreateArgs.size() : kIfconfig.size());
    const std::string_view device = name.substr(0, name.find('_'));
    if (!device.starts_with("lagg")) continue;
    Bond& bond = into.bond(device);
    if (std::ranges::find(ours, bond.name) == ours.end()) ours.push_back(bond.name);
    if (name.ends_with("_name"))
      leave_out(bond, said_at(source, entry), "another name: write it in place of 'tap'");
    else
      read_words(bond, source, entry);
  }
  for (const std::string& name : ours) {
    Bond& bond = into.bond(name);
    for (const Entry& entry : entries) {
      if (entry.key.starts_with(kVlans) && entry.key.substr(kVlans.size()) == name)
        leave_out(bond, said_at(source, entry), kOfTheHost);
      const std::size_t at = entry.key.starts_with(kIfconfig) ? kIfconfig.size() : 0;
      const std::string_view member = entry.key.substr(at);
      if (at != 0 && std::ranges::find(bond.members, member, &Member::name) != bond.members.end())
        read_member_words(bond, source, entry, member);
    }
    finish_lagg(bond, source);
  }
}

}  // namespace lagoon::imports
