// Of LAGs that two boxes have.
#include <array>

#include "lagoond/metrics/families.hpp"
#include "lagoond/metrics/rows.hpp"

namespace lagoon::lagoond {

namespace {

using cluster::Role;

constexpr std::array kRoles{Role::standby,  Role::holder,      Role::releasing,
                            Role::isolated, Role::independent, Role::refused};

void add_messages(Families& out, const std::optional<ClusterStatus>& status) {
  auto& messages =
      add_family(out, "lagoon_cluster_peer_messages_total",
                 "Messages of the channel to the other box, by what became of them.", MetricType::Counter);
  if (!status || !status->peer_asked_for) return;
  const auto add = [&](const char* what, std::uint64_t count) {
    add_sample(messages, {{"what", what}}, static_cast<double>(count));
  };
  const PeerCounters& counters = status->peer_counters;
  add("sent", counters.sent);
  add("send_failed", counters.send_failed);
  add("received", counters.received);
  add("other_sender", counters.other_sender);
  add("malformed", counters.malformed);
  add("bad_key", counters.bad_key);
  add("truncated", counters.truncated);
}

}  // namespace

void add_cluster_families(Families& out, const Snapshot& snapshot) {
  const std::optional<ClusterStatus>& status = snapshot.cluster;
  const auto add = [&](const char* name, const char* help, MetricType type, auto value) {
    auto& family = add_family(out, name, help, type);
    if (status) add_sample(family, {}, static_cast<double>(value(*status)));
  };
  add("lagoon_cluster_etcd_answers", "1: etcd has answered lately.", MetricType::Gauge,
      [](const ClusterStatus& s) { return s.etcd ? 1 : 0; });
  add("lagoon_cluster_peer_heard", "1: the other box is heard by the channel, and hears us.",
      MetricType::Gauge, [](const ClusterStatus& s) { return s.peer ? 1 : 0; });
  add("lagoon_cluster_requests_total", "Requests of etcd.", MetricType::Counter,
      [](const ClusterStatus& s) { return s.requests; });
  add("lagoon_cluster_failed_requests_total", "Of those, the ones that were not answered well.",
      MetricType::Counter, [](const ClusterStatus& s) { return s.failures; });
  add_messages(out, status);
  auto& roles = add_family(out, "lagoon_cluster_lag_role",
                           "What the LAG is at this box: 1 for the role that it has.", MetricType::Gauge);
  if (!status) return;
  for (const ClusterLagStatus& lag : status->lags)
    for (const Role role : kRoles)
      add_sample(roles, {{"lag", lag.name}, {"role", std::string{name_of(role)}}},
                 lag.order.role == role ? 1 : 0);
}

}  // namespace lagoon::lagoond
