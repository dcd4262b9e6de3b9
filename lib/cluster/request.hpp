// What the machine asks of etcd, and what it is answered. All of it is linearizable: who carries these out
// asks for nothing that a member in the minority could answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/strong.hpp"
#include "base/time.hpp"
#include "cluster/record.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

using RequestId = Strong<struct RequestIdTag, std::uint64_t>;
using WatchId = Strong<struct WatchIdTag, std::uint64_t>;

struct GrantLease {
  Duration ttl{};
};
struct KeepAlive {
  LeaseId lease{};
};
/// Takes all keys that hang on it along.
struct Revoke {
  LeaseId lease{};
};
/// All that stands below the domain's prefix.
struct ReadAll {};
/// If `key` has the create revision `created` (0: is not there), put `value` on `lease` (0: none) or, without
/// a value, delete. Else read it.
struct Transaction {
  Key key{};
  Revision created{};
  std::optional<Value> value{};
  LeaseId lease{};
};
using Order = std::variant<GrantLease, KeepAlive, Revoke, ReadAll, Transaction>;

/// To be sent at once to endpoint number `endpoint`; failed(RequestId) at `deadline` if no answer came.
struct Request {
  RequestId id{};
  std::uint8_t endpoint = 0;
  Instant deadline{};
  Order order{};
};

struct Granted {
  LeaseId lease{};
  Duration ttl{};
};
/// To KeepAlive. `alive`: etcd knows the lease (it answers a TTL > 0).
struct Kept {
  bool alive = false;
};
struct Revoked {};
struct AllRead {
  std::vector<Entry> entries{};
};
/// To Transaction. `there`: what stands under the key when the condition did not hold, or after it was put.
struct Done {
  bool succeeded = false;
  std::optional<Entry> there{};
};
/// etcd knows no such lease (to Transaction).
struct NoLease {};
/// The user, the password or the certificate are not accepted. `words`: what was said.
struct Denied {
  std::string words{};
};
struct Answer {
  Revision revision{};  // of the header: the store's at that time; 0 where there is none
  std::variant<Granted, Kept, Revoked, AllRead, Done, NoLease, Denied> what{};
};

/// To be opened at once, with `require-leader`: changes below the prefix from revision `from` on. Takes the
/// place of the one before.
struct Watch {
  WatchId id{};
  std::uint8_t endpoint = 0;
  Revision from{};
};
/// One change that a watch has seen. Without an entry: the key is gone.
struct Change {
  Key key{};
  Revision at{};
  std::optional<Entry> entry{};
};

}  // namespace lagoon::cluster
