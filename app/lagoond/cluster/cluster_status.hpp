// What an operator can see of the cluster, as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cluster/lag_order.hpp"
#include "control/views/health.hpp"
#include "lagoond/cluster/peer_channel.hpp"

namespace lagoon::lagoond {

struct ClusterLagStatus {
  std::string name{};
  cluster::LagOrder order{};
  std::optional<Duration> valid_for{};  // nothing: the table has no end, or there is none
  std::string sentence{};               // who carries and why
  std::string fault{};                  // of its cables; empty: none that is known
  std::size_t stations = 0;             // behind it, as the other box has told
  std::uint64_t announced = 0;          // of those, at this box's last takeover
};

struct ClusterStatus {
  std::string domain{};
  std::string node{};
  std::string other{};
  bool etcd = false;         // it answers
  bool denied = false;       // it does not let this box in
  std::string etcd_words{};  // what went wrong last; empty: nothing did since it answered
  bool peer_asked_for = false;
  bool peer = false;  // it is heard, and hears us
  bool peer_heard = false;
  std::string peer_fault{};  // why it is not; empty: it is, or nothing comes
  PeerCounters peer_counters{};
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;  // of those
  std::vector<ClusterLagStatus> lags{};
};

/// What is wrong, and of each LAG who carries.
void add_health(control::Health& health, const ClusterStatus& status);
/// For the console.
[[nodiscard]] std::string to_text(const ClusterStatus& status);
/// One object.
[[nodiscard]] std::string to_json(const ClusterStatus& status);

}  // namespace lagoon::lagoond
