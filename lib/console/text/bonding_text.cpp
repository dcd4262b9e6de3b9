#include "console/text/bonding_text.hpp"

#include <algorithm>
#include <array>

#include "control/views/words.hpp"
#include "lacp/constants.hpp"

namespace lagoon::console {

namespace {

using control::LagStatus;
using control::MemberStatus;
using Members = std::span<const dpdk::EthdevStatus>;

struct Labels {
  std::string_view basic;  // before all
  std::string_view lacp;   // before what LACP knows
  std::string_view members;
  std::string_view active_members;
  std::string_view member;
};

const Labels& labels_of(BondingWords words) {
  static constexpr Labels k2211{"", "", "Slaves", "Active Slaves", "Slave"};
  static constexpr Labels k2411{"  - Dev basic:\n", "  - Lacp info:\n", "Members", "Active Members",
                                "Member"};
  switch (words) {
    case BondingWords::dpdk_22_11:
      return k2211;
    case BondingWords::dpdk_24_11:
      return k2411;
  }
  return k2211;
}

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

// Nothing: its port is being closed.
std::string id_of(const MemberStatus& member, Members members) {
  const auto port = std::ranges::find(members, member.name, &dpdk::EthdevStatus::name);
  return port == members.end() ? "?" : number(port->id);
}

std::string ids(std::string_view label, const LagStatus& lag, Members members, bool active_only) {
  std::string text;
  std::size_t count = 0;
  for (const MemberStatus& m : lag.members) {
    if (active_only && !m.distributing) continue;
    text += (text.empty() ? "" : " ") + id_of(m, members);
    ++count;
  }
  return "\t" + std::string{label} + (count == 0 ? "" : " (" + number(count) + ")") + ": [" + text + "]\n";
}

// net_bonding's word: it has Linux's first three policies. The others have our name.
std::string policy_word(const LagStatus& lag) {
  const dist::HashPolicyRow& row = row_of(lag.options.fast.hash.policy);
  if (row.linux_number == "0") return "BALANCE_XMIT_POLICY_LAYER2";
  if (row.linux_number == "1") return "BALANCE_XMIT_POLICY_LAYER34";
  if (row.linux_number == "2") return "BALANCE_XMIT_POLICY_LAYER23";
  return std::string{row.name};
}

std::string state_words(std::uint8_t octet) {
  constexpr std::array<std::string_view, 8> kWords{"ACTIVE",          "TIMEOUT",    "AGGREGATION",
                                                   "SYNCHRONIZATION", "COLLECTING", "DISTRIBUTING",
                                                   "DEFAULTED",       "EXPIRED"};
  std::string text;
  for (std::size_t bit = 0; bit < kWords.size(); ++bit)
    if ((octet >> bit & 1) != 0) text += std::string{kWords[bit]} + " ";
  return text;
}

std::string info_text(std::string_view whose, const wire::LacpInfo& info) {
  return "\t" + std::string{whose} + " detail info:\n\t\tsystem priority: " + number(info.system_priority) +
         "\n\t\tsystem mac address: " + to_string(info.system) + "\n\t\tport key: " + number(info.key) +
         "\n\t\tport priority: " + number(info.port_priority) +
         "\n\t\tport number: " + number(info.port_number) + "\n\t\tport state: " + state_words(info.state) +
         "\n";
}

// Of modes that net_bonding lacks: our name. 24.11 names all of them.
std::string mode_text(const control::ModeRow& mode, BondingWords words) {
  switch (words) {
    case BondingWords::dpdk_22_11:
      return std::string{mode.number.empty() ? mode.name : mode.number};
    case BondingWords::dpdk_24_11:
      return std::string{mode.name} + (mode.number.empty() ? "" : "(" + std::string{mode.number} + ")");
  }
  return {};
}

// 22.11 tells one; 24.11 tells what was set apart from what it is.
std::string primary_text(const LagStatus& lag, Members members, BondingWords words) {
  const auto line = [&](std::string_view label, std::optional<std::size_t> member) {
    if (!member) return std::string{};
    return "\t" + std::string{label} + ": [" + id_of(lag.members[*member], members) + "]\n";
  };
  switch (words) {
    case BondingWords::dpdk_22_11:
      return line("Primary", lag.primary ? lag.primary : lag.active);
    case BondingWords::dpdk_24_11:
      return line("User Defined Primary", lag.primary) + line("Current Primary", lag.active);
  }
  return {};
}

std::string time_line(std::string_view label, Duration time) {
  return "\t" + std::string{label} + ": " + std::to_string(to_ms(time)) + " ms\n";
}

}  // namespace

std::string bonding_config_text(const LagStatus& lag, Members members, BondingWords words) {
  const Labels& labels = labels_of(words);
  const control::ModeRow& mode = control::row_of(lag.options.mode);
  std::string text = std::string{labels.basic} + "\tBonding mode: " + mode_text(mode, words) + "\n";
  const bool hashes = mode.distribution == table::Distribution::flow_hash && !mode.has_active;
  if (hashes) text += "\tBalance Xmit Policy: " + policy_word(lag) + "\n";
  if (mode.choice == control::Choice::lacp)
    text += "\tIEEE802.3AD Aggregator Mode: " + std::string{lacp::name_of(lag.options.lacp.select)} + "\n";
  text += ids(labels.members, lag, members, false) + ids(labels.active_members, lag, members, true);
  return text + primary_text(lag, members, words);
}

std::string bonding_lacp_text(const LagStatus& lag, Members members, BondingWords words) {
  const Labels& labels = labels_of(words);
  std::string text = std::string{labels.lacp} + "\tIEEE802.3 port: " + lag.name + "\n";
  text += time_line("fast period", lacp::kFastPeriodicTime) +
          time_line("slow period", lacp::kSlowPeriodicTime) +
          time_line("short timeout", lacp::kShortTimeoutTime) +
          time_line("long timeout", lacp::kLongTimeoutTime) +
          time_line("aggregate wait timeout", lag.options.lacp.aggregate_wait);
  text += "\taggregation mode: " + std::string{lacp::name_of(lag.options.lacp.select)} + "\n";
  const auto aggregator = control::first_selected(lag);
  for (const MemberStatus& m : lag.members) {
    const bool selected = m.lacp.selected == lacp::Selected::selected;
    text += "\n\t" + std::string{labels.member} + " Port: " + id_of(m, members) + "\n\tAggregator port id: " +
            id_of(selected && aggregator ? lag.members[*aggregator] : m, members) +
            "\n\tselection: " + std::string{name_of(m.lacp.selected)} + "\n";
    text += info_text("Actor", m.lacp.actor) + info_text("Partner", m.lacp.partner);
  }
  return text;
}

}  // namespace lagoon::console
