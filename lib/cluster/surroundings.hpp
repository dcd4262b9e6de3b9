// Surroundings: what one LAG's election has to know of the box, of etcd and of the other box.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "cluster/lag_order.hpp"
#include "cluster/lease.hpp"
#include "cluster/record.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

/// Who we are.
struct Self {
  std::string node{};
  std::string other{};
  std::uint8_t number = 0;
  std::uint8_t other_number = 0;
  Incarnation incarnation{};
  MacAddress own{};
};

/// What is known of the same LAG at the other box: by its messages, else by its key in etcd.
struct OtherSide {
  bool known = false;
  bool in_etcd = false;  // its key stands there: it can claim
  bool authority = false;
  bool etcd = false;
  bool promoted = false;  // `lag_id` is said by who has authority
  SystemId lag_id{};
  LagReport report{};
};

struct Surroundings {
  Instant now{};
  bool joined = false;  // our key stands in etcd, the identity is agreed: claims may be made
  bool etcd = false;    // it has answered lately
  bool leaving = false;
  bool two_way = false;                  // the peer hears us and is heard
  Instant alone_since = Instant::max();  // neither etcd nor the peer; max: not alone
  Lease lease{};
  bool active_known = false;
  const Entry* active = nullptr;  // of the LAG
  std::string want{};             // empty: none
  OtherSide other{};
  std::optional<Why> refused{};
};

}  // namespace lagoon::cluster
