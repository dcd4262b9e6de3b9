// What the configuration says of the cluster, in the words of those who carry it out.
#pragma once

#include <optional>

#include "base/error.hpp"
#include "base/mac_address.hpp"
#include "cluster/options.hpp"
#include "config/model.hpp"
#include "lagoond/cluster/peer_channel.hpp"
#include "lagoond/etcd/client.hpp"

namespace lagoon::lagoond {

struct ClusterOptions {
  cluster::Options node{};
  etcd::Options etcd{};
  std::optional<PeerOptions> peer{};
};

/// Reads the files with secrets. `own`: of this box alone. Precondition: config.cluster. Errors: permission,
/// invalid_argument (an empty file).
[[nodiscard]] Result<ClusterOptions> cluster_options_of(const config::Config& config, const MacAddress& own);

}  // namespace lagoon::lagoond
