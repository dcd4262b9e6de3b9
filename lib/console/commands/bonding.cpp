// The commands that testpmd has for net_bonding, in the words of DPDK 22.11 (slave, bonded) and of 24.11
// (member, bonding). Where testpmd has a port id for the bonding device, here is a LAG's name, or its
// position from 0; members are known by DPDK's port id or by name.
#include <array>

#include "config/text/suggest.hpp"
#include "console/session.hpp"
#include "console/text/bonding_text.hpp"

namespace lagoon::console {

namespace {

Result<Outcome> execute(Session& session, const std::string& lag, config::Action action) {
  auto done = session.running.execute({.lag = lag, .action = std::move(action)});
  if (!done) return std::unexpected{done.error()};
  return Outcome{.text = *std::move(done) + "\n"};
}

Result<Outcome> set_option(Session& session, std::string_view lag, std::string key, std::string value) {
  const auto known = lag_of(session, lag);
  if (!known) return std::unexpected{known.error()};
  return execute(session, known->name, config::SetOption{std::move(key), std::move(value)});
}

Result<std::vector<dpdk::EthdevStatus>> members_of(Session& session, const control::LagStatus& lag) {
  auto ports = session.running.ports();
  if (ports) std::erase_if(*ports, [&lag](const dpdk::EthdevStatus& port) { return port.lag != lag.name; });
  return ports;
}

Result<std::string> member_of(Session& session, const control::LagStatus& lag, std::string_view wanted) {
  const auto members = members_of(session, lag);
  if (!members) return std::unexpected{members.error()};
  for (const dpdk::EthdevStatus& port : *members)
    if (std::to_string(port.id) == wanted || port.name == wanted || port.ethdev == wanted) return port.name;
  return fail(Errc::no_such_thing, "LAG '" + lag.name + "' has no member " + config::in_quotes(wanted) +
                                       "; show bonding config " + lag.name + " lists their port ids");
}

// Words that both generations have are answered in those of the one whose word came last.
void note_words(Session& session, std::string_view word) {
  if (word == "slave" || word == "bonded" || word == "22.11")
    session.bonding_words = BondingWords::dpdk_22_11;
  if (word == "member" || word == "bonding" || word == "24.11")
    session.bonding_words = BondingWords::dpdk_24_11;
}

Result<Outcome> create(Session& session, const Arguments& arguments) {
  note_words(session, arguments.choice());
  return fail(Errc::not_supported,
              "a LAG can't be created here; write it under lags: in the configuration file, or have the "
              "program make it");
}

Result<Outcome> add(Session& session, const Arguments& arguments) {
  note_words(session, arguments.choice());
  const auto lag = lag_of(session, arguments["LAG"]);
  if (!lag) return std::unexpected{lag.error()};
  const auto ports = session.running.ports();
  if (!ports) return std::unexpected{ports.error()};
  const std::string_view wanted = arguments["MEMBER"];
  for (const dpdk::EthdevStatus& port : *ports)
    if (std::to_string(port.id) == wanted)
      return fail(Errc::busy, "port " + std::string{wanted} + " is " +
                                  (port.lag.empty() ? "the access port '" + port.name + "'"
                                                    : "a member of LAG '" + port.lag + "' already"));
  if (wanted.find_first_not_of("0123456789") == std::string_view::npos)
    return fail(Errc::no_such_thing,
                "no port " + std::string{wanted} +
                    "; name a device instead, like net_ring1 or 0000:3b:00.0: it is probed");
  auto action = config::parse_action("add", wanted);
  if (!action) return std::unexpected{action.error()};
  return execute(session, lag->name, *std::move(action));
}

Result<Outcome> remove(Session& session, const Arguments& arguments) {
  note_words(session, arguments.choice());
  const auto lag = lag_of(session, arguments["LAG"]);
  if (!lag) return std::unexpected{lag.error()};
  auto member = member_of(session, *lag, arguments["MEMBER"]);
  if (!member) return std::unexpected{member.error()};
  return execute(session, lag->name, config::RemoveMember{*std::move(member)});
}

Result<Outcome> set_primary(Session& session, const Arguments& arguments) {
  const auto lag = lag_of(session, arguments["LAG"]);
  if (!lag) return std::unexpected{lag.error()};
  auto member = member_of(session, *lag, arguments["MEMBER"]);
  if (!member) return std::unexpected{member.error()};
  return execute(session, lag->name, config::SetOption{"primary", *std::move(member)});
}

Result<Outcome> set_mode(Session& session, const Arguments& arguments) {
  const auto lag = lag_of(session, arguments["LAG"]);
  if (!lag) return std::unexpected{lag.error()};
  const std::string_view has = control::row_of(lag->options.mode).number;
  if (has == arguments["MODE"])
    return Outcome{.text = "LAG '" + lag->name + "' has mode " + std::string{has} + "\n"};
  return fail(Errc::not_supported, "the mode of LAG '" + lag->name + "' is " + lag->mode +
                                       " and can't be changed while it runs; change the file and start anew");
}

Result<Outcome> set_address(Session& session, const Arguments& arguments) {
  return set_option(session, arguments["LAG"], "mac", std::string{arguments["MAC"]});
}

Result<Outcome> set_policy(Session& session, const Arguments& arguments) {
  const std::string_view policy = arguments.choice();
  return set_option(session, arguments["LAG"], "hash",
                    policy == "l23"   ? "l2+3"
                    : policy == "l34" ? "l3+4"
                                      : "l2");
}

Result<Outcome> set_period(Session& session, const Arguments& arguments) {
  constexpr std::uint32_t kMost = 60'000;
  const auto period = number_of(arguments["MS"], "the period in milliseconds", 1, kMost);
  if (!period) return std::unexpected{period.error()};
  return set_option(session, arguments["LAG"], "miimon", std::to_string(*period) + "ms");
}

Result<Outcome> set_queues(Session& session, const Arguments& arguments) {
  const auto lag = lag_of(session, arguments["LAG"]);
  if (!lag) return std::unexpected{lag.error()};
  if (arguments.choice() == "disable")
    return fail(Errc::not_supported,
                "LACP has queues of its own wherever a member can steer to them; that can't "
                "be turned off");
  return Outcome{.text = "LACP of LAG '" + lag->name +
                         "' has queues of its own where its members can steer to them\n"};
}

Result<Outcome> set_aggregation(Session& session, const Arguments& arguments) {
  return set_option(session, arguments["LAG"], "lacp.select", std::string{arguments.choice()});
}

Result<Outcome> show_bonding_config(Session& session, const Arguments& arguments) {
  note_words(session, arguments.choice());
  const auto lag = lag_of(session, arguments["LAG"]);
  if (!lag) return std::unexpected{lag.error()};
  const auto members = members_of(session, *lag);
  if (!members) return std::unexpected{members.error()};
  const BondingWords words = session.bonding_words;
  std::string text = bonding_config_text(*lag, *members, words);
  const bool has_lacp = control::row_of(lag->options.mode).choice == control::Choice::lacp;
  if (words == BondingWords::dpdk_24_11 && has_lacp) text += bonding_lacp_text(*lag, *members, words);
  return Outcome{.text = std::move(text)};
}

// (a command of 22.11 alone)
Result<Outcome> show_bonding_lacp(Session& session, const Arguments& arguments) {
  const auto lag = lag_of(session, arguments["LAG"]);
  if (!lag) return std::unexpected{lag.error()};
  if (control::row_of(lag->options.mode).choice != control::Choice::lacp)
    return fail(Errc::not_supported, "LAG '" + lag->name + "' has mode " + lag->mode + ", not LACP");
  const auto members = members_of(session, *lag);
  if (!members) return std::unexpected{members.error()};
  return Outcome{.text = bonding_lacp_text(*lag, *members, BondingWords::dpdk_22_11)};
}

constexpr std::string_view kTestpmd = "As in testpmd";

constexpr std::array<CommandRow, 12> kBondingCommands{{
    {"create bonded|bonding device MODE SOCKET", kTestpmd, create},
    {"add bonding slave|member MEMBER LAG", kTestpmd, add},
    {"remove bonding slave|member MEMBER LAG", kTestpmd, remove},
    {"set bonding mode MODE LAG", kTestpmd, set_mode},
    {"set bonding primary MEMBER LAG", kTestpmd, set_primary},
    {"set bonding mac_addr LAG MAC", kTestpmd, set_address},
    {"set bonding balance_xmit_policy LAG l2|l23|l34", kTestpmd, set_policy},
    {"set bonding mon_period LAG MS", kTestpmd, set_period},
    {"set bonding lacp dedicated_queues LAG enable|disable", kTestpmd, set_queues},
    {"set bonding agg_mode LAG stable|bandwidth|count", kTestpmd, set_aggregation},
    {"show bonding config LAG [as 22.11|24.11]", "As in testpmd; as that of the words used last, or said",
     show_bonding_config},
    {"show bonding lacp info LAG", kTestpmd, show_bonding_lacp},
}};

}  // namespace

std::span<const CommandRow> bonding_commands() noexcept {
  return kBondingCommands;
}

}  // namespace lagoon::console
