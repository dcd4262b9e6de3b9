#include "lagoond/cluster/cluster_options.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "base/ip_address.hpp"

namespace lagoon::lagoond {

namespace {

constexpr std::size_t kSecretMost = 4096;
constexpr std::size_t kPeerKeyLeast = 16;

// Without the end of its line. `option`: of the configuration.
Result<std::string> secret_of(const std::string& option, const std::optional<std::string>& path) {
  if (!path) return std::string{};
  std::ifstream file{*path, std::ios::binary};
  if (!file) return fail(Errc::permission, option + ": " + *path + " can't be read: " + std::strerror(errno));
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty())
    return fail(Errc::invalid_argument, option + ": " + *path + " is empty; expected a secret in it");
  if (text.size() > kSecretMost)
    return fail(Errc::invalid_argument,
                option + ": " + *path + " has more than 4096 octets; expected a secret in it");
  return text;
}

cluster::LagOptions lag_of(const config::Lag& lag) {
  const control::MultichassisOptions& shared = lag.options.multichassis;
  const auto& lacp = lag.options.lacp;
  return {
      .name = lag.name,
      .identity = {.system = {.priority = lacp.system_priority, .mac = lacp.system},
                   .key = lacp.key.value_or(0),
                   .mode = shared.mode == control::Multichassis::independent ? cluster::Mode::independent
                                                                             : cluster::Mode::standby},
      .prefer = shared.prefer,
      .revert = shared.revert == control::RevertTo::prefer ? cluster::Revert::prefer : cluster::Revert::never,
      .isolated = shared.isolated == control::IsolatedBox::stand_by ? cluster::WhenIsolated::stand_by
                                                                    : cluster::WhenIsolated::ask_partner};
}

}  // namespace

Result<ClusterOptions> cluster_options_of(const config::Config& config, const MacAddress& own) {
  const config::Cluster& from = *config.cluster;
  ClusterOptions options;
  cluster::Options& node = options.node;
  node.domain = from.domain;
  node.node = from.node;
  for (const config::ClusterNode& box : from.nodes) {
    (box.name == from.node ? node.number : node.other_number) = box.number;
    if (box.name != from.node) node.other = box.name;
  }
  node.own = own;
  node.endpoints = static_cast<std::uint8_t>(from.etcd.endpoints.size());
  node.lease = from.etcd.lease;
  node.peer = from.peer.has_value();
  for (const config::Lag& lag : config.lags)
    if (lag.options.multichassis.shared()) node.lags.push_back(lag_of(lag));

  auto password = secret_of("etcd: password-file", from.etcd.password_file);
  if (!password) return std::unexpected{std::move(password).error()};
  options.etcd = {.endpoints = from.etcd.endpoints,
                  .domain = from.domain,
                  .user = from.etcd.user.value_or(""),
                  .password = *std::move(password),
                  .ca_file = from.etcd.ca.value_or(""),
                  .cert_file = from.etcd.certificate.value_or(""),
                  .key_file = from.etcd.key.value_or("")};
  if (!from.peer) return options;
  auto key = secret_of("peer: key-file", from.peer->key_file);
  if (!key) return std::unexpected{std::move(key).error()};
  if (from.peer->key_file && key->size() < kPeerKeyLeast)
    return fail(Errc::invalid_argument,
                "peer: key-file: " + *from.peer->key_file + " has " + std::to_string(key->size()) +
                    " octets; expected 16 at the least, " + "like those of: openssl rand -hex 32");
  node.peer_interval = from.peer->interval;
  options.peer = PeerOptions{.address = to_string(from.peer->address),
                             .bind = from.peer->bind ? to_string(*from.peer->bind) : std::string{},
                             .port = from.peer->port,
                             .key = *std::move(key)};
  return options;
}

}  // namespace lagoon::lagoond
