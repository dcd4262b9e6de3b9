// What is asked of etcd's gateway.
#include "lagoond/etcd/calls.hpp"

#include <string>

#include <nlohmann/json.hpp>

#include "base/time.hpp"
#include "lagoond/etcd/base64.hpp"
#include "support/catch.hpp"

namespace etcd_calls_test {

using namespace lagoon;
using namespace lagoon::cluster;
using namespace lagoon::lagoond::etcd;
using Json = nlohmann::json;

namespace {

const std::string kWant = to_base64("/lagoon/d/lags/lag0/want");

Json body_of(const Order& order) {
  return Json::parse(call_of("d", order).body);
}

}  // namespace

TEST_CASE("Leases are asked for in whole seconds, rounded up, and named in decimal", "[etcd]") {
  CHECK(call_of("d", GrantLease{.ttl = 2s}).path == "/v3/lease/grant");
  CHECK(body_of(GrantLease{.ttl = 2s}) == Json{{"TTL", "2"}});
  CHECK(body_of(GrantLease{.ttl = 2001ms}) == Json{{"TTL", "3"}});
  constexpr LeaseId kLarge{7'587'895'732'679'992'069};
  CHECK(call_of("d", KeepAlive{.lease = kLarge}).path == "/v3/lease/keepalive");
  CHECK(body_of(KeepAlive{.lease = kLarge}) == Json{{"ID", "7587895732679992069"}});
  CHECK(call_of("d", Revoke{.lease = kLarge}).path == "/v3/lease/revoke");
  CHECK(body_of(Revoke{.lease = kLarge}) == Json{{"ID", "7587895732679992069"}});
}

TEST_CASE("A read is of all that is below the prefix, and linearizable", "[etcd]") {
  CHECK(call_of("d", ReadAll{}).path == "/v3/kv/range");
  CHECK(body_of(ReadAll{}) == Json{{"key", to_base64("/lagoon/d/")}, {"range_end", to_base64("/lagoon/d0")}});
}

TEST_CASE("A transaction compares, then puts and reads, or deletes; else it reads", "[etcd]") {
  const Json put = body_of(Transaction{.key = {KeyKind::want, "lag0"},
                                       .created = Revision{7},
                                       .value = WantRecord{.node = "b"},
                                       .lease = LeaseId{5}});
  CHECK(put["compare"] ==
        Json::array({{{"key", kWant}, {"target", "CREATE"}, {"result", "EQUAL"}, {"create_revision", "7"}}}));
  const Json read{{"request_range", {{"key", kWant}}}};
  CHECK(put["success"] ==
        Json::array(
            {{{"request_put", {{"key", kWant}, {"value", to_base64(R"({"node":"b"})")}, {"lease", "5"}}}},
             read}));
  CHECK(put["failure"] == Json::array({read}));
  const Json gone = body_of(Transaction{.key = {KeyKind::want, "lag0"}});
  CHECK(gone["compare"][0]["create_revision"] == "0");
  CHECK(gone["success"] == Json::array({{{"request_delete_range", {{"key", kWant}}}}}));
  CHECK(gone["failure"] == Json::array({read}));
}

TEST_CASE("A watch begins where it is told to, and a password may be anything", "[etcd]") {
  const Call watch = watch_call("d", Revision{42});
  CHECK(watch.path == "/v3/watch");
  CHECK(Json::parse(watch.body)["create_request"] == Json{{"key", to_base64("/lagoon/d/")},
                                                          {"range_end", to_base64("/lagoon/d0")},
                                                          {"start_revision", "42"}});
  const Call token = token_call("box", "\"}\n");
  CHECK(token.path == "/v3/auth/authenticate");
  CHECK(Json::parse(token.body) == Json{{"name", "box"}, {"password", "\"}\n"}});
  CHECK(Json::accept(token_call("box", "\xff").body));
}

}  // namespace etcd_calls_test
