#include "lagoond/etcd/calls.hpp"

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "base/time.hpp"
#include "lagoond/etcd/base64.hpp"
#include "lagoond/etcd/record_text.hpp"

namespace lagoon::lagoond::etcd {

namespace {

using Body = nlohmann::json;

std::string text(std::int64_t number) {
  return std::to_string(number);
}

std::string key_range(std::string_view domain) {
  std::string end = prefix_of(domain);
  ++end.back();  // (the character behind '/': the first key behind all of the prefix)
  return end;
}

Body ranged(std::string_view domain) {
  return {{"key", to_base64(prefix_of(domain))}, {"range_end", to_base64(key_range(domain))}};
}

Body json_of(std::string_view domain, const cluster::Transaction& t) {
  const std::string key = to_base64(text_of(domain, t.key));
  const Body read{{"request_range", {{"key", key}}}};
  Body success = Body::array();
  if (t.value) {
    success.push_back(
        {{"request_put",
          {{"key", key}, {"value", to_base64(text_of(*t.value))}, {"lease", text(t.lease.value())}}}});
    success.push_back(read);
  } else {
    success.push_back({{"request_delete_range", {{"key", key}}}});
  }
  return {{"compare", Body::array({{{"key", key},
                                    {"target", "CREATE"},
                                    {"result", "EQUAL"},
                                    {"create_revision", text(t.created.value())}}})},
          {"success", std::move(success)},
          {"failure", Body::array({read})}};
}

}  // namespace

Call call_of(std::string_view domain, const cluster::Order& order) {
  if (const auto* const grant = std::get_if<cluster::GrantLease>(&order))
    return {"/v3/lease/grant",
            Body{{"TTL", text(std::chrono::ceil<std::chrono::seconds>(grant->ttl).count())}}.dump()};
  if (const auto* const keep = std::get_if<cluster::KeepAlive>(&order))
    return {"/v3/lease/keepalive", Body{{"ID", text(keep->lease.value())}}.dump()};
  if (const auto* const revoke = std::get_if<cluster::Revoke>(&order))
    return {"/v3/lease/revoke", Body{{"ID", text(revoke->lease.value())}}.dump()};
  if (const auto* const t = std::get_if<cluster::Transaction>(&order))
    return {"/v3/kv/txn", json_of(domain, *t).dump()};
  return {"/v3/kv/range", ranged(domain).dump()};
}

Call watch_call(std::string_view domain, cluster::Revision from) {
  Body create = ranged(domain);
  create["start_revision"] = text(from.value());
  return {"/v3/watch", Body{{"create_request", std::move(create)}}.dump()};
}

Call token_call(std::string_view user, std::string_view password) {
  // (what is no UTF-8 is the wrong password)
  return {"/v3/auth/authenticate",
          Body{{"name", user}, {"password", password}}.dump(-1, ' ', false, Body::error_handler_t::replace)};
}

}  // namespace lagoon::lagoond::etcd
