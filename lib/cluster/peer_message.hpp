// PeerMessage: what the boxes of a domain say to each other, past etcd (docs/cluster.md has a table). Lost,
// late, doubled or forged-old messages only make validity shorter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cluster/record.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

struct PeerLag {
  LagReport report{};
  SystemId lag_id{};                  // the LAG's ID as far as is known
  Revision epoch{};                   // of the claim that it is known from
  bool has_authority = false;         // the sender holds the LAG now
  bool asks = false;                  // stand by for me, counted from `stamp` on
  std::optional<Instant> promised{};  // the stamp of the question that is granted: the hearer's own clock
  friend bool operator==(const PeerLag&, const PeerLag&) = default;
};

struct PeerMessage {
  std::string domain{};
  std::string node{};
  std::uint8_t number = 0;
  Incarnation incarnation{};
  Instant stamp{};                // the sender's clock, before it was sent
  Incarnation echo_of{};          // whose stamps are echoed below
  std::optional<Instant> echo{};  // the newest stamp heard: the hearer's own clock
  LeaseId lease{};
  bool renew = false;  // keep `lease` alive on the sender's behalf
  LeaseId renewed_lease{};
  std::optional<Instant> renewed{};  // the stamp of the question whose renewal has succeeded
  bool etcd = false;                 // the sender has etcd
  std::vector<PeerLag> lags{};       // at most kLagsMax
  friend bool operator==(const PeerMessage&, const PeerMessage&) = default;
};

}  // namespace lagoon::cluster
