// The rules that a LAG's mode makes, and those between its addresses, monitors and members.
#include <algorithm>
#include <optional>
#include <span>

#include "config/member_rows.hpp"
#include "config/rules/validator.hpp"
#include "config/text/suggest.hpp"
#include "config/values/value.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::config {

namespace {

// What is wrong with the key in the LAG, or nothing.
std::optional<std::string> no_effect(const options::Effect& effect, std::string_view key, const Lag& lag) {
  const control::Mode mode = lag.options.mode;
  if (options::has_effect(effect, control::row_of(mode))) {
    const bool has_weights =
        std::ranges::any_of(lag.listed(), [](const Member& member) { return member.weight.has_value(); });
    if (effect.in_use == nullptr || effect.in_use(lag.options, has_weights)) return std::nullopt;
    return std::string{key} + " has no effect without " + std::string{effect.needs};
  }
  std::vector<std::string_view> modes;
  for (const control::ModeRow& row : control::kModes)
    if (options::has_effect(effect, row)) modes.push_back(row.name);
  return std::string{key} + " has no effect in mode " + std::string{control::name_of(mode)} +
         "; it is for mode " + alternatives(modes);
}

// A map as a whole has the effect of its first row.
template <typename S, typename Check>
void each_key(std::span<const options::Row<S>> rows, const Check& check) {
  std::string_view before;
  for (const options::Row<S>& row : rows) {
    const std::string_view key = row.section().empty() ? row.key : row.section();
    if (key != before) check(key, row.effect);
    before = key;
    if (!row.other_name.empty()) check(row.other_name, row.effect);
  }
}

}  // namespace

void Validator::effects(const Lag& lag, const std::string& path) {
  if (source_.broken(key_path(path, "mode"))) return;
  const auto check_in = [&](const std::string& map) {
    return [&, map](std::string_view key, const options::Effect& effect) {
      const std::string at = key_path(map, key);
      if (!source_.places().contains(at)) return;
      if (auto wrong = no_effect(effect, key, lag)) report(at, *std::move(wrong), Severity::warning);
    };
  };
  each_key(options::lag_rows(), check_in(path));
  const std::string list = list_path(lag, path);
  for (std::size_t i = 0; i < lag.listed().size(); ++i) each_key(member_rows(), check_in(item_path(list, i)));
}

void Validator::names_member(const Lag& lag, const std::string& path, std::string_view key,
                             const std::string& name) {
  if (name.empty() || lag.listed().empty() || said_ == Said::unfinished) return;
  const std::string list = list_path(lag, path);
  if (source_.unread(list)) return;
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < lag.listed().size(); ++i) {
    // One whose name or device could not be read may be the one that is meant.
    const std::string member = item_path(list, i);
    if (source_.unread(member) || source_.broken(key_path(member, "name")) ||
        source_.broken(key_path(member, "source")))
      return;
    if (lag.listed()[i].name == name) return;
    known.push_back(lag.listed()[i].name);
  }
  std::string message =
      std::string{key} + " is " + in_quotes(name) + ", but no member of the LAG has that name";
  if (const auto meant = nearest(name, known))
    message += "; did you mean " + in_quotes(*meant) + "?";
  else
    message += "; expected one of: " + listed(known);
  report(key_path(path, key), std::move(message));
}

void Validator::monitor(const Lag& lag, const std::string& path) {
  const auto& targets = lag.options.targets;
  const std::string interval = key_path(path, "arp-interval");
  const std::string arp = key_path(path, "arp-ip-target");
  const std::string ns = key_path(path, "ns-ip6-target");
  const bool all_read = !source_.broken(interval) && !source_.broken(arp) && !source_.broken(ns);
  if (all_read && targets.interval != Duration{} && targets.targets.empty())
    report(source_.places().contains(interval) ? interval
           : source_.places().contains(arp)    ? arp
                                               : ns,
           "arp-interval asks nobody; give at least one target, arp-ip-target: [10.0.0.1] or ns-ip6-target, "
           "or arp-interval: 0");
  // (An interval of 0 that was written is a monitor switched off.)
  const bool off_unsaid = targets.interval == Duration{} && !source_.places().contains(interval);
  const bool all_said = said_ == Said::at_once || said_ == Said::together;
  if (all_read && all_said && off_unsaid && !targets.targets.empty())
    report(source_.places().contains(arp) ? arp : ns,
           "targets are never asked without arp-interval; give one, like arp-interval: 100ms");

  bfd_rules(lag, path);
  const auto& damping = lag.options.damping;
  const std::string section = key_path(path, "flap-damping");
  if (damping.hold_first > damping.hold_max && !source_.broken(section)) {
    const std::string hold = key_path(section, "hold");
    report(source_.places().contains(hold) ? hold : key_path(section, "hold-max"),
           "hold is longer than hold-max; expected at most that");
  }
}

void Validator::bfd_rules(const Lag& lag, const std::string& path) {
  const std::string section = key_path(path, "bfd");
  const bfd::Options& session = lag.options.bfd.session;
  const lldp::Options& lldp = lag.options.lldp;
  if (source_.broken(section)) return;
  if (lag.options.bfd.enabled && lag.options.bfd.automatic() && !(lldp.transmit && lldp.receive))
    report(section,
           "bfd without local agrees on addresses by LLDP, which is off; give local and peer, or turn "
           "lldp.transmit and lldp.receive on");
  if (!session.peer) return;
  if (lag.options.bfd.automatic())
    report(key_path(section, "peer"),
           "peer stands without local; give our own address as well, like local: 169.254.7.1");
  else if (session.peer->index() != session.local.index())
    report(key_path(section, "peer"),
           "peer and local are an IPv4 and an IPv6 address; expected two of one family");
  else if (*session.peer == session.local)
    report(key_path(section, "peer"), "peer and local are one address; expected the other end's and ours");
}

void Validator::address_rules(const Lag& lag, const std::string& path) {
  const std::string mac = key_path(path, "mac");
  const std::string from = key_path(path, "mac-from");
  const std::string fail_over = key_path(path, "fail-over-mac");
  const bool has_from = !lag.options.mac_from.empty();
  if (lag.options.mac && has_from)
    report(from, "mac-from stands beside mac" + line_of(mac) +
                     "; both say what address all members get, expected one of them");
  // Members keep their own addresses then, and the LAG's is the active one's.
  if (lag.options.active.fail_over_mac != failover::FailOverMac::active || (!lag.options.mac && !has_from))
    return;
  if (control::row_of(lag.options.mode).addresses != control::Addresses::fail_over_mac) return;
  report(fail_over, std::string{"fail-over-mac active gives the LAG the active member's address, but "} +
                        (lag.options.mac ? "mac" + line_of(mac) : "mac-from" + line_of(from)) +
                        " gives it another; leave that out, or take fail-over-mac none or follow");
}

}  // namespace lagoon::config
