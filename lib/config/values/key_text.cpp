#include "config/values/key_text.hpp"

#include <span>
#include <type_traits>
#include <utility>

#include "config/member_rows.hpp"
#include "config/values/device_name.hpp"
#include "config/values/observability_value.hpp"
#include "config/values/option_value.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::config {
namespace {

KeyText of_source(const PortSource& source) {
  struct Visitor {
    KeyText operator()(const DevicePort& port) const { return {"dev", yaml_of(port.devargs)}; }
    KeyText operator()(const TapPort& port) const { return {"tap", yaml_of(port.interface)}; }
    KeyText operator()(const WirePort& port) const { return {"wire", yaml_of(port.wire)}; }
  };
  return std::visit(Visitor{}, source);
}

using options::Row;
using options::Value;

template <typename S>
std::string word_of(const Row<S>& row, const S& from) {
  return yaml_of(row.kind, row.unset, row.field.get(from));
}

// A map when one of its keys is not as by default, else its word. Off, the other keys of one without
// "enabled" mean nothing.
template <typename S>
std::string map_or_word(std::span<const Row<S>> rows, const Row<S>& of, const S& from) {
  const S usual{};
  const std::string word = word_of(of, from);
  std::vector<KeyText> keys;
  bool has_enabled = false;
  bool differs = false;
  for (const Row<S>& row : rows) {
    if (row.section() != of.key) continue;
    const bool is_word = row.name() == "enabled";
    has_enabled = has_enabled || is_word;
    differs = differs || (!is_word && row.field.get(from) != row.field.get(usual));
    keys.push_back({std::string{row.name()}, word_of(row, from)});
  }
  const bool on = of.field.get(from) == Value{true};
  return differs && (has_enabled || on) ? flow_map(keys) : word;
}

template <typename S>
void add_keys(std::vector<KeyText>& keys, std::span<const Row<S>> rows, const S& from) {
  std::string_view map;
  for (const Row<S>& row : rows) {
    if (!map.empty() && row.section() == map) continue;
    map = {};
    if (std::holds_alternative<options::Traffic>(row.kind)) {
      if constexpr (std::is_same_v<S, control::LagOptions>)
        keys.push_back({std::string{row.key}, yaml_of(from.traffic)});
    } else if (std::holds_alternative<options::Switch>(row.kind)) {
      map = row.key;
      keys.push_back({std::string{row.key}, map_or_word(rows, row, from)});
    } else {
      keys.push_back({std::string{row.key}, word_of(row, from)});
    }
  }
}

}  // namespace

std::vector<KeyText> keys_of(const Lag& lag) {
  std::vector<KeyText> keys{{"name", yaml_of(lag.name)}};
  add_keys(keys, options::lag_rows(), lag.options);
  return keys;
}

std::vector<KeyText> keys_of(const Eal& eal) {
  return {{"lcores", yaml_list(eal.lcores)},
          {"huge", yaml_of(eal.huge)},
          {"prefix", yaml_of(eal.prefix)},
          {"memory", eal.memory_mb == 0 ? "auto" : yaml_of(eal.memory_mb) + "M"},
          {"idle", eal.idle == Idle::busy ? "busy" : "relax"},
          {"args", yaml_list(eal.extra)}};
}

std::vector<KeyText> keys_of(const Cluster& cluster) {
  const auto or_word = [](const std::optional<std::string>& value, std::string_view word) {
    return value ? yaml_of(*value) : std::string{word};
  };
  std::vector<KeyText> nodes;
  for (const ClusterNode& node : cluster.nodes)
    nodes.push_back({yaml_of(node.name), std::to_string(node.number)});
  std::vector<KeyText> keys{{"domain", yaml_of(cluster.domain)},
                            {"node", yaml_of(cluster.node)},
                            {"nodes", flow_map(nodes)},
                            {"etcd", flow_map({{"endpoints", yaml_list(cluster.etcd.endpoints)},
                                               {"lease", yaml_of(cluster.etcd.lease)},
                                               {"user", or_word(cluster.etcd.user, "none")},
                                               {"password-file", or_word(cluster.etcd.password_file, "none")},
                                               {"ca", or_word(cluster.etcd.ca, "none")},
                                               {"certificate", or_word(cluster.etcd.certificate, "none")},
                                               {"key", or_word(cluster.etcd.key, "none")}})}};
  if (!cluster.peer) return keys;
  const PeerAccess& peer = *cluster.peer;
  keys.push_back({"peer", flow_map({{"address", yaml_of(lagoon::to_string(peer.address))},
                                    {"bind", peer.bind ? yaml_of(lagoon::to_string(*peer.bind)) : "any"},
                                    {"port", std::to_string(peer.port)},
                                    {"interval", yaml_of(peer.interval)},
                                    {"key-file", or_word(peer.key_file, "none")}})});
  return keys;
}

std::vector<KeyText> process_keys_of(const Config& config) {
  std::vector<std::string_view> kept;
  for (const Capability capability : config.keep_capabilities) kept.push_back(name_of(capability));
  std::string journal = "off";
  if (std::holds_alternative<SystemLog>(config.journal)) journal = "syslog";
  if (const auto* const file = std::get_if<JournalFile>(&config.journal)) journal = yaml_of(file->path);
  return {{"metrics", config.metrics ? yaml_of(to_string(*config.metrics)) : "off"},
          {"journal", journal},
          {"shutdown-timeout", yaml_of(config.shutdown_timeout)},
          {"stall-after", yaml_of(config.stall_after)},
          {"stall-fatal", config.stall_fatal ? yaml_of(*config.stall_fatal) : "off"},
          {"user", config.user ? yaml_of(*config.user) : "same"},
          {"keep-capabilities", yaml_list(kept)},
          {"cluster", config.cluster ? flow_map(keys_of(*config.cluster)) : "none"}};
}

std::vector<KeyText> keys_of(const Member& member) {
  std::vector<KeyText> keys;
  add_keys(keys, member_rows(), member);
  return keys;
}

std::vector<KeyText> in_maps(const std::vector<KeyText>& keys) {
  std::vector<KeyText> out;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::size_t dot = keys[i].key.find('.');
    if (dot == std::string::npos) {
      out.push_back(keys[i]);
      continue;
    }
    const std::string map = keys[i].key.substr(0, dot + 1);
    if (i > 0 && keys[i - 1].key.starts_with(map)) continue;
    std::vector<KeyText> inner;
    for (const KeyText& key : keys)
      if (key.key.starts_with(map)) inner.push_back({key.key.substr(map.size()), key.value});
    out.push_back({map.substr(0, dot), flow_map(inner)});
  }
  return out;
}

std::string yaml_of(const Port& port) {
  std::vector<KeyText> keys{{"name", yaml_of(port.name)}, of_source(port.source)};
  if (port.independent) keys.push_back({"independent", "true"});
  return flow_map(keys);
}

std::string yaml_of(const Member& member) {
  std::vector<KeyText> all{{"name", yaml_of(member.name)}, of_source(member.source)};
  if (member.name == default_name(member.source)) all.erase(all.begin());
  const std::vector<KeyText> usual = keys_of(Member{});
  const std::vector<KeyText> own = keys_of(member);
  std::vector<KeyText> unusual;
  for (std::size_t i = 0; i < own.size(); ++i)
    if (own[i] != usual[i]) unusual.push_back(own[i]);
  for (KeyText& key : in_maps(unusual)) all.push_back(std::move(key));
  return flow_map(all);
}

}  // namespace lagoon::config
