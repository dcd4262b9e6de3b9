// The section traffic of a LAG, as text.
#include <array>

#include "config/values/value_text.hpp"

namespace lagoon::config {
namespace {

std::string yaml_of_action(const qos::ColourAction& action) {
  switch (action.kind) {
    case qos::ColourAction::Kind::pass:
      return "pass";
    case qos::ColourAction::Kind::drop:
      return "drop";
    case qos::ColourAction::Kind::mark:
      return std::to_string(action.dscp);
  }
  return {};
}

std::string yaml_of_ports(const qos::PortRange& range) {
  const std::string first = std::to_string(range.first);
  return range.first == range.last ? first : first + "-" + std::to_string(range.last);
}

std::string yaml_of_prefix(const qos::Prefix& prefix) {
  return "\"" + to_string(prefix.address) + "/" + std::to_string(prefix.length) + "\"";
}

std::string yaml_of_rate(const qos::RateLimit& rate) {
  const qos::RateLimit usual{};
  std::vector<KeyText> keys{{"cir", yaml_of(rate.cir)}};
  if (rate.cbs != usual.cbs) keys.push_back({"cbs", std::to_string(rate.cbs)});
  if (rate.ebs != usual.ebs) keys.push_back({"ebs", std::to_string(rate.ebs)});
  if (rate.pir) keys.push_back({"pir", yaml_of(*rate.pir)});
  if (rate.pbs) keys.push_back({"pbs", std::to_string(*rate.pbs)});
  constexpr std::array<const char*, qos::kColours> kColourKeys{"green", "yellow", "red"};
  for (std::size_t i = 0; i < qos::kColours; ++i)
    if (rate.action[i] != usual.action[i]) keys.push_back({kColourKeys[i], yaml_of_action(rate.action[i])});
  return flow_map(keys);
}

std::string yaml_of_class(const qos::ClassOptions& one) {
  const qos::ClassOptions usual{};
  std::vector<KeyText> keys{{"name", yaml_of(one.name)}};
  if (one.priority != usual.priority) keys.push_back({"priority", std::to_string(one.priority)});
  if (one.weight != usual.weight) keys.push_back({"weight", std::to_string(one.weight)});
  if (one.limit != usual.limit) keys.push_back({"limit", std::to_string(one.limit)});
  if (one.limit_octets) keys.push_back({"limit-octets", std::to_string(*one.limit_octets)});
  if (!one.pcp.empty()) keys.push_back({"pcp", yaml_list(one.pcp)});
  if (!one.dscp.empty()) keys.push_back({"dscp", yaml_list(one.dscp)});
  if (one.rate) keys.push_back({"rate", yaml_of_rate(*one.rate)});
  return flow_map(keys);
}

std::string yaml_of_match(const qos::MatchOptions& match) {
  std::vector<KeyText> keys;
  if (match.ether_type) keys.push_back({"ether-type", std::to_string(*match.ether_type)});
  if (match.vlan) keys.push_back({"vlan", std::to_string(*match.vlan)});
  if (match.protocol) keys.push_back({"proto", std::to_string(*match.protocol)});
  if (match.source) keys.push_back({"src", yaml_of_prefix(*match.source)});
  if (match.destination) keys.push_back({"dst", yaml_of_prefix(*match.destination)});
  if (match.source_port) keys.push_back({"src-port", yaml_of_ports(*match.source_port)});
  if (match.destination_port) keys.push_back({"dst-port", yaml_of_ports(*match.destination_port)});
  keys.push_back({"class", yaml_of(match.class_name)});
  return flow_map(keys);
}

}  // namespace

std::string yaml_of(const qos::TrafficOptions& traffic) {
  if (traffic == qos::TrafficOptions{}) return "off";
  std::vector<KeyText> keys;
  std::vector<std::string> classes;
  for (const qos::ClassOptions& one : traffic.classes) classes.push_back(yaml_of_class(one));
  if (!classes.empty()) keys.push_back({"classes", flow_list(classes)});
  if (!traffic.default_class.empty()) keys.push_back({"default", yaml_of(traffic.default_class)});
  std::vector<std::string> matches;
  for (const qos::MatchOptions& match : traffic.match) matches.push_back(yaml_of_match(match));
  if (!matches.empty()) keys.push_back({"match", flow_list(matches)});
  if (traffic.shape) keys.push_back({"shape", "true"});
  if (traffic.burst) keys.push_back({"burst", std::to_string(*traffic.burst)});
  return flow_map(keys);
}

}  // namespace lagoon::config
