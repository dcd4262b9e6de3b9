// The rules of LAGs that two boxes have, and of uplinks (docs/cluster.md).
#include <algorithm>

#include "config/rules/validator.hpp"
#include "config/text/suggest.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::config {
namespace {

// Own System IDs of boxes that are alone begin here: the shared one has to be better.
constexpr std::uint16_t kOwnPriorities = 0xE000;
constexpr std::uint16_t kPositionMost = 4095;

// Whether `from` is up only where `to` is, by what they name as uplinks.
bool leads_to(const Config& config, const std::string& from, const std::string& to, std::size_t steps) {
  const auto lag = std::ranges::find(config.lags, from, &Lag::name);
  if (lag == config.lags.end() || steps == 0) return false;
  return std::ranges::any_of(lag->options.uplinks, [&](const std::string& next) {
    return next == to || leads_to(config, next, to, steps - 1);
  });
}
constexpr std::size_t kUplinkSteps = 4;

}  // namespace

void Validator::cluster() {
  if (!config_.cluster) return;
  const Cluster& cluster = *config_.cluster;
  const std::string nodes = "cluster.nodes";
  if (!source_.broken(nodes)) {
    if (cluster.nodes.size() != 2)
      report(nodes, "nodes names " + std::to_string(cluster.nodes.size()) +
                        (cluster.nodes.size() == 1 ? " box" : " boxes") +
                        "; expected the two that have the LAGs: { a: 1, b: 2 }");
    else if (cluster.nodes[0].name == cluster.nodes[1].name)
      report(nodes, "both nodes are named " + in_quotes(cluster.nodes[0].name) + "; expected two names");
    else if (cluster.nodes[0].number == cluster.nodes[1].number)
      report(nodes, "both nodes have the number " + std::to_string(cluster.nodes[0].number) +
                        ": their ports would have the same numbers; expected two numbers");
    const bool known =
        std::ranges::find(cluster.nodes, cluster.node, &ClusterNode::name) != cluster.nodes.end();
    if (!known && !source_.broken("cluster.node"))
      report("cluster.node",
             "node is " + in_quotes(cluster.node) + ", which is none of nodes; expected one of them");
  }
  if (cluster.etcd.endpoints.empty() && !source_.broken("cluster.etcd.endpoints"))
    report("cluster.etcd.endpoints",
           "endpoints is empty; expected etcd's members: [\"http://10.0.0.11:2379\"]");
  if (cluster.etcd.lease % 1s != Duration::zero())
    report("cluster.etcd.lease", "a lease of etcd's is of whole seconds; expected 1s, 2s, ..");
  const auto together = [&](bool one, bool other, std::string_view first, std::string_view second) {
    if (one && !other)
      report("cluster.etcd." + std::string{first},
             std::string{first} + " goes with " + std::string{second} + "; expected both, or none");
  };
  together(cluster.etcd.user.has_value(), cluster.etcd.password_file.has_value(), "user", "password-file");
  together(cluster.etcd.certificate.has_value(), cluster.etcd.key.has_value(), "certificate", "key");
  together(cluster.etcd.key.has_value(), cluster.etcd.certificate.has_value(), "key", "certificate");
  const bool any =
      std::ranges::any_of(config_.lags, [](const Lag& lag) { return lag.options.multichassis.shared(); });
  if (!any && said_ == Said::at_once)
    report("cluster", "no LAG is of two boxes: give one multichassis: { mode: standby }", Severity::warning);
}

void Validator::beyond(std::size_t index) {
  const std::string path = item_path("lags", index);
  multichassis(config_.lags[index], path);
  uplinks(config_.lags[index], path);
}

void Validator::multichassis(const Lag& lag, const std::string& path) {
  const control::MultichassisOptions& shared = lag.options.multichassis;
  if (!shared.shared()) return;
  const std::string at = key_path(path, "multichassis");
  const std::string name = "LAG " + in_quotes(lag.name) + " is of two boxes";
  if (!config_.cluster)
    return report(at, name + ", and the file says nothing of the other one; expected a section cluster");
  const Cluster& cluster = *config_.cluster;
  if (!shared.prefer.empty() &&
      std::ranges::find(cluster.nodes, shared.prefer, &ClusterNode::name) == cluster.nodes.end())
    report(at, "prefer is " + in_quotes(shared.prefer) +
                   ", which is none of cluster.nodes; expected one of them");
  if (shared.revert == control::RevertTo::prefer && shared.prefer.empty())
    report(at, "revert: prefer needs a preferred node; expected prefer: " +
                   (cluster.node.empty() ? std::string{"a"} : cluster.node));
  // (without LACP a Partner takes both)
  if (control::row_of(lag.options.mode).choice != control::Choice::lacp)
    return report(at, name + ", and mode " + std::string{control::name_of(lag.options.mode)} +
                          " lets no Partner choose between them; expected mode lacp");
  const auto wrong = [&](std::string_view key, std::string_view why) {
    report(key_path(path, key), name + ", and " + std::string{why});
  };
  const lacp::AggregatorConfig& lacp = lag.options.lacp;
  if (lacp.system.is_zero())
    wrong("lacp.system-id",
          "both need one System; expected the same lacp.system-id at both, like 02:4c:00:00:00:01");
  if (!lacp.key) wrong("lacp.key", "both need one key; expected the same lacp.key at both");
  if (lacp.system_priority >= kOwnPriorities)
    wrong("lacp.system-priority",
          "from 57344 on priorities are those of boxes that are alone; expected a lower one");
  if (!lag.options.lacp_extras.strict)
    wrong("lacp.strict", "strict: false would forward without the Partner's word; expected strict: true");
  if (lag.options.lacp_extras.fallback)
    wrong("lacp.fallback", "fallback would forward without the Partner's word; expected fallback: off");
  if (lag.options.automatic)
    wrong("members", "it can't find its members by itself; expected a list of members");
  for (std::size_t i = 0; i < lag.members.size(); ++i)
    if (lag.members[i].port_number && *lag.members[i].port_number > kPositionMost)
      report(key_path(item_path(list_path(lag, path), i), "lacp.port-number"),
             "the node's number has the high four bits of a port's number; expected 1 to 4095");
  if (shared.mode == control::Multichassis::independent) no_loop(lag, at);
}

// Where both carry, a network that both boxes reach behind the LAG makes a loop with the Partner.
void Validator::no_loop(const Lag& lag, const std::string& path) {
  for (const Forward& forward : config_.forward) {
    const std::string& other = forward.a == lag.name ? forward.b : forward.a;
    if (forward.a != lag.name && forward.b != lag.name) continue;
    for (const Port& port : config_.ports)
      if (port.name == other && std::holds_alternative<DevicePort>(port.source) && !port.independent)
        report(path, "LAG " + in_quotes(lag.name) + " is forwarded to " + in_quotes(other) +
                         ", and both boxes carry: if the same network is behind it at both, frames go round; "
                         "expected mode: standby, or independent: true at that port, where it is not");
    for (const Lag& lag_behind : config_.lags)
      if (lag_behind.name == other &&
          lag_behind.options.multichassis.mode != control::Multichassis::independent)
        report(path, "LAG " + in_quotes(lag.name) + " is forwarded to LAG " + in_quotes(other) +
                         ", and both boxes carry: if the same network is behind it at both, frames go round; "
                         "expected mode: standby");
  }
}

void Validator::uplinks(const Lag& lag, const std::string& path) {
  for (std::size_t i = 0; i < lag.options.uplinks.size(); ++i) {
    const std::string& name = lag.options.uplinks[i];
    const std::string at = item_path(key_path(path, "uplinks"), i);
    if (name == lag.name) {
      report(at, "LAG " + in_quotes(name) + " is its own uplink; expected a port or another LAG");
      continue;
    }
    if (leads_to(config_, name, lag.name, kUplinkSteps)) {
      report(at, "LAG " + in_quotes(name) + " waits for LAG " + in_quotes(lag.name) +
                     ", its own uplink: neither would ever begin; expected one of the two without the other");
      continue;
    }
    std::vector<std::string_view> known;
    for (const Port& port : config_.ports) known.push_back(port.name);
    for (const Lag& other : config_.lags)
      if (other.name != lag.name) known.push_back(other.name);
    if (std::ranges::find(known, name) != known.end() || source_.unread("ports") || source_.unread("lags"))
      continue;
    const auto meant = nearest(name, known);
    report(at, "no port or LAG is named " + in_quotes(name) +
                   (meant ? "; did you mean " + in_quotes(*meant) + "?"
                          : std::string{"; expected one that is there"}));
  }
}

}  // namespace lagoon::config
