// What stands in etcd below a domain's prefix: keys, and their values as structs.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "cluster/types.hpp"

namespace lagoon::cluster {

enum class KeyKind : std::uint8_t { identity, node, active, want };

/// lags/NAME/identity, nodes/NAME, lags/NAME/active, lags/NAME/want.
struct Key {
  KeyKind kind{};
  std::string name{};
  friend auto operator<=>(const Key&, const Key&) = default;
};

/// lags/LAG/active: who may carry. Its create revision is the epoch.
struct ActiveRecord {
  std::string node{};
  Incarnation incarnation{};
  SystemId id{};  // the LAG's from this epoch on
  friend bool operator==(const ActiveRecord&, const ActiveRecord&) = default;
};

/// What a box says of one LAG.
struct LagReport {
  std::string lag{};
  Role role = Role::standby;
  bool fit = false;
  bool carries = false;
  SystemId using_id{};
  PartnerSeen partner{};
  friend bool operator==(const LagReport&, const LagReport&) = default;
};

/// nodes/NODE.
struct NodeRecord {
  Incarnation incarnation{};
  std::uint8_t number = 0;
  std::vector<LagReport> lags{};  // at most kLagsMax
  friend bool operator==(const NodeRecord&, const NodeRecord&) = default;
};

/// lags/LAG/want.
struct WantRecord {
  std::string node{};
  friend bool operator==(const WantRecord&, const WantRecord&) = default;
};

using Value = std::variant<LagIdentity, NodeRecord, ActiveRecord, WantRecord>;

struct Entry {
  Key key{};
  Value value{};
  Revision created{};
  Revision modified{};
  LeaseId lease{};
  friend bool operator==(const Entry&, const Entry&) = default;
};

}  // namespace lagoon::cluster
