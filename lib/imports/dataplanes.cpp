#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "imports/switches.hpp"
#include "imports/text.hpp"
#include "imports/words.hpp"

namespace lagoon::imports {

namespace {

constexpr auto kPolicies = std::to_array<Meaning>({{"l2", "l2"}, {"l23", "l2+3"}, {"l34", "l3+4"}});
constexpr auto kVppModes = std::to_array<Meaning>({{"round-robin", "balance-rr"}, {"xor", "balance-xor"}});

// net_bonding's arguments that are options of ours, by Linux's word or our key.
constexpr auto kArguments = std::to_array<Meaning>({
    {"lsc_poll_period_ms", "miimon"},
    {"up_delay", "updelay"},
    {"down_delay", "downdelay"},
    {"agg_mode", "ad_select"},
    {"mode", "mode"},
    {"mac", "mac"},
    {"primary", "primary"},
});

bool is_bonding(std::string_view device) {
  return device.starts_with("net_bond") || device.starts_with("eth_bond");
}

using Vdevs = std::map<std::string_view, std::string_view>;  // devargs by the device's name

void take_bonding_argument(Bond& bond, std::string_view key, std::string_view value, const Vdevs& others,
                           const Said& said) {
  if (key == "slave" || key == "member") {
    if (is_number(value)) return leave_out(bond, said, "a port's number: name its device");
    const auto devargs = others.find(value);
    bond.member(value).device = devargs == others.end() ? value : devargs->second;
  } else if (key == "xmit_policy") {
    bond.set("hash", std::string{meaning_or_same(kPolicies, value)}, said);
  } else if (const std::string_view word = meaning_of(kArguments, key); !word.empty()) {
    say(bond, word, value, said);
  } else {
    leave_out(bond, said, kNoCounterpart);
  }
}

// The devices of a command's line: what stands behind "--vdev", or by itself.
std::vector<std::pair<std::size_t, std::string_view>> vdevs_of(std::string_view text) {
  constexpr std::string_view kOption = "--vdev";
  std::vector<std::pair<std::size_t, std::string_view>> all;
  for (const Line& line : lines_of(text)) {
    bool behind = false;
    for (std::string_view word : words_of(line.text)) {
      word = unquoted(word);
      if (word == kOption) {
        behind = true;
        continue;
      }
      if (word.starts_with("--vdev=")) {
        word = unquoted(word.substr(kOption.size() + 1));
        behind = true;
      }
      if (behind || (is_bonding(word) && word.contains(','))) all.emplace_back(line.number, word);
      behind = false;
    }
  }
  return all;
}

// "TenGigabitEthernet3b/0/1": bus, slot and function in hexadecimal digits. Empty: it is no such name.
std::string device_of_vpp(std::string_view name) {
  constexpr std::string_view kWord = "Ethernet";
  const std::size_t at = name.find(kWord);
  if (at == std::string_view::npos) return {};
  const auto parts = words_of(name.substr(at + kWord.size()), "/");
  constexpr std::array<unsigned, 3> kMost{0xff, 0x1f, 7};
  if (parts.size() != kMost.size()) return {};
  std::string address{"0000"};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    unsigned number = 0;
    const char* const end = parts[i].data() + parts[i].size();
    const auto [rest, error] = std::from_chars(parts[i].data(), end, number, 16);
    if (error != std::errc{} || rest != end || number > kMost[i]) return {};
    constexpr std::string_view kDigits = "0123456789abcdef";
    address += i == 2 ? '.' : ':';
    if (i < 2) address += kDigits[number >> 4];
    address += kDigits[number & 0xf];
  }
  return address;
}

void create_vpp_bond(Bonds& into, std::span<const std::string_view> words, const Said& said) {
  std::string id = std::to_string(into.bonds.size());
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == "id") id = words[i + 1];
  Bond& bond = into.bond("BondEthernet" + id);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view next = i + 1 < words.size() ? words[i + 1] : std::string_view{};
    Said of = said;
    of.words = std::string{words[i]} + " " + std::string{next};
    if (words[i] == "mode") {
      bond.set("mode", std::string{meaning_or_same(kVppModes, next)}, of);
    } else if (words[i] == "load-balance") {
      bond.set("hash", std::string{meaning_or_same(kPolicies, next)}, of);
    } else if (words[i] == "hw-addr") {
      bond.set("mac", std::string{next}, of);
    } else if (words[i] != "id") {
      of.words = words[i];
      leave_out(bond, of, kNoCounterpart);
      continue;
    }
    ++i;
  }
  bond.set_default("hash", "l2");
}

void add_vpp_member(Bonds& into, std::span<const std::string_view> words, const Said& said) {
  if (words.size() < 2) return into.remarks.push_back({said, "it names no bond and interface"});
  Bond& bond = into.bond(words[0]);
  const std::string_view name = words[1];
  if (const std::string device = device_of_vpp(name); !device.empty()) {
    bond.member(name).device = device;
  } else {
    // ("host-eth0": its af_packet over eth0)
    const bool is_kernels = name.starts_with("host-");
    join(bond, is_kernels ? name.substr(5) : name, said);
    if (!is_kernels) leave_out(bond, said, "a name of VPP's own: put its device into 'dev'");
  }
  for (const std::string_view word : words.subspan(2)) {
    if (word == "passive")
      bond.set("lacp.activity", "passive", said);
    else if (word == "long-timeout")
      bond.set("lacp.rate", "slow", said);
    else
      leave_out(bond, said, "'" + std::string{word} + "': " + std::string{kNoCounterpart});
    if (word == "passive" || word == "long-timeout")
      leave_out(bond, said, "'" + std::string{word} + "' is of one member there, and of all here");
  }
}

}  // namespace

void read_net_bonding(Bonds& into, const Source& source) {
  const auto vdevs = vdevs_of(source.text);
  Vdevs others;
  for (const auto& [line, devargs] : vdevs)
    if (!is_bonding(devargs)) others[devargs.substr(0, devargs.find(','))] = devargs;
  for (const auto& [line, devargs] : vdevs) {
    if (!is_bonding(devargs)) continue;
    const auto arguments = words_of(devargs, ",");
    Bond& bond = into.bond(arguments.front());
    for (const std::string_view argument : std::span{arguments}.subspan(1)) {
      const Said said = said_at(source, line, argument);
      if (const auto pair = split(argument, '='))
        take_bonding_argument(bond, pair->first, pair->second, others, said);
      else
        leave_out(bond, said, "it has no value");
    }
    bond.set_default("hash", "l2");
    bond.set_default("lacp.rate", "slow");
    bond.set_default("lacp.system-priority", "65535");
  }
}

void read_vpp(Bonds& into, const Source& source) {
  for (const Line& line : lines_of(source.text)) {
    const auto all = words_of(line.text);
    std::span<const std::string_view> words{all};
    if (!words.empty() && words.front() == "vppctl") words = words.subspan(1);
    const Said said = said_at(source, line.number, line.text);
    const auto begins = [&](std::string_view first, std::string_view second) {
      return words.size() >= 2 && words[0] == first && words[1] == second;
    };
    const auto mentioned = std::ranges::find_if(
        into.bonds, [&](const Bond& bond) { return std::ranges::find(words, bond.name) != words.end(); });
    if (begins("create", "bond"))
      create_vpp_bond(into, words.subspan(2), said);
    else if (begins("bond", "add") || begins("bond", "slave"))
      add_vpp_member(into, words.subspan(2), said);
    else if (mentioned != into.bonds.end())
      leave_out(*mentioned, said, kOfTheHost);
    else
      into.remarks.push_back({said, std::string{kNoCounterpart}});
  }
}

}  // namespace lagoon::imports
