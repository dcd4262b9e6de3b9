// What Prometheus gets, made of what an Engine says of itself: a value in, metric families out. No socket, no
// thread, no Engine.
//
// Names follow Prometheus' conventions: base units (seconds, bytes), counters end in _total. Families are
// always all there, so that a dashboard finds their names; samples only where a LAG has what they tell of.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/status/status.hpp"
#include "dpdk/base/mempools.hpp"
#include "dpdk/engine/engine.hpp"
#include "lagoond/cluster/cluster_status.hpp"

namespace lagoon::lagoond {

/// Of the journal's writer.
struct JournalCounts {
  std::uint64_t written = 0;
  std::uint64_t lost = 0;
};

struct Snapshot {
  bool answered = false;  // by the control lcore; the rest is empty where it was not
  std::vector<control::LagStatus> lags{};
  std::vector<dpdk::PortStatus> ports{};
  std::vector<dpdk::MempoolStatus> mempools{};
  control::Health health{};  // there also where nobody answered
  std::optional<JournalCounts> journal{};
  std::optional<ClusterStatus> cluster{};  // nothing: no LAG is of two boxes
  std::string version{};
  double taken_s = 0;                    // Unix time
  std::uint64_t lost_output_lines = 0;   // that nobody read
  std::uint64_t closed_connections = 0;  // of this endpoint, for being slow
};

using Families = std::vector<prometheus::MetricFamily>;

[[nodiscard]] Families families_of(const Snapshot& snapshot);

// Its parts.
void add_lag_families(Families& out, const Snapshot& snapshot);
void add_member_families(Families& out, const Snapshot& snapshot);
void add_class_families(Families& out, const Snapshot& snapshot);
void add_neighbor_families(Families& out, const Snapshot& snapshot);
void add_port_families(Families& out, const Snapshot& snapshot);
void add_mempool_families(Families& out, const Snapshot& snapshot);
void add_cluster_families(Families& out, const Snapshot& snapshot);

}  // namespace lagoon::lagoond
