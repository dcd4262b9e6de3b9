// Every key of a configuration with its value as text. One list of a LAG's keys serves both who writes a
// configuration (yaml_writer.hpp) and who compares two (change_plan.hpp).
#pragma once

#include <string>
#include <vector>

#include "config/model.hpp"
#include "config/values/value_text.hpp"

namespace lagoon::config {

/// All keys of a LAG but members, in the order of the schema, nested ones as "lacp.rate". Words that are
/// other names for a key (lacp-strict, failover-rx-all) are not among them. flap-damping, rebalance and
/// traffic are one value each: a change of one of their keys says all of them.
[[nodiscard]] std::vector<KeyText> keys_of(const Lag& lag);
[[nodiscard]] std::vector<KeyText> keys_of(const Eal& eal);
[[nodiscard]] std::vector<KeyText> keys_of(const Cluster& cluster);
/// Keys of the whole process besides eal: metrics, journal, shutdown-timeout, stall-after, stall-fatal, user,
/// keep-capabilities, cluster (none: there is none).
[[nodiscard]] std::vector<KeyText> process_keys_of(const Config& config);
/// "{ name: va0, dev: \"net_af_packet1,iface=va0\" }": what differs from the defaults.
[[nodiscard]] std::string yaml_of(const Member& member);
[[nodiscard]] std::string yaml_of(const Port& port);
/// Keys of a member but name and source, nested ones as "lacp.port-priority".
[[nodiscard]] std::vector<KeyText> keys_of(const Member& member);
/// "lacp.rate" and "lacp.key" as one "lacp" with a map, in the place of the first one.
[[nodiscard]] std::vector<KeyText> in_maps(const std::vector<KeyText>& keys);

}  // namespace lagoon::config
