// What is asked of etcd's JSON gateway (/v3/, from 3.4 on), as text. Nothing here sends or waits.
#pragma once

#include <string>
#include <string_view>

#include "cluster/request.hpp"
#include "cluster/types.hpp"

namespace lagoon::lagoond::etcd {

/// HTTP's status of an answer.
inline constexpr int kHttpOk = 200;

/// One POST.
struct Call {
  std::string path{};  // behind the endpoint
  std::string body{};
};
/// Linearizable, whatever it is.
[[nodiscard]] Call call_of(std::string_view domain, const cluster::Order& order);
/// Changes below the prefix from revision `from` on. Its answer is a line for each message, without an end.
[[nodiscard]] Call watch_call(std::string_view domain, cluster::Revision from);
[[nodiscard]] Call token_call(std::string_view user, std::string_view password);

}  // namespace lagoon::lagoond::etcd
