// What comes back from etcd's gateway, as etcd 3.4 says it, and as nobody should.
#include "lagoond/etcd/replies.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "lagoond/etcd/base64.hpp"
#include "lagoond/etcd/record_text.hpp"
#include "support/catch.hpp"

namespace etcd_replies_test {

using namespace lagoon;
using namespace lagoon::cluster;
using namespace lagoon::lagoond::etcd;

namespace {

constexpr int kOk = 200;
const std::string kHeader = R"("header":{"cluster_id":"1","member_id":"2","revision":"42","raft_term":"2"})";
const Key kWantKey{KeyKind::want, "lag0"};
const std::string kNoLease =
    R"({"error":"etcdserver: requested lease not found","message":"etcdserver: requested lease not found","code":5})";

std::string pair_of(const std::string& key, const std::string& value) {
  return R"({"key":")" + to_base64(key) +
         R"(","create_revision":"40","mod_revision":"41","version":"2","value":")" + to_base64(value) +
         R"(","lease":"7587895732679992069"})";
}

const std::string kWantPair = pair_of("/lagoon/d/lags/lag0/want", R"({"node":"b"})");
const Entry kWantEntry{.key = kWantKey,
                       .value = WantRecord{.node = "b"},
                       .created = Revision{40},
                       .modified = Revision{41},
                       .lease = LeaseId{7'587'895'732'679'992'069}};

Reply reply_to(const Order& order, const std::string& body, int status = kOk) {
  return reply_in("d", order, status, body);
}

template <typename T>
T answer_to(const Order& order, const std::string& body, int status = kOk) {
  const Reply reply = reply_to(order, body, status);
  INFO(body);
  const auto* const answer = std::get_if<Answer>(&reply.what);
  REQUIRE(answer);
  CHECK(answer->revision == (status == kOk ? Revision{42} : Revision{}));
  REQUIRE(std::holds_alternative<T>(answer->what));
  return std::get<T>(answer->what);
}

Refusal refusal_to(const Order& order, const std::string& body, int status = kOk) {
  const Reply reply = reply_to(order, body, status);
  INFO(body);
  REQUIRE(std::holds_alternative<Refusal>(reply.what));
  return std::get<Refusal>(reply.what);
}

}  // namespace

TEST_CASE("Leases are granted, kept and revoked", "[etcd]") {
  const auto granted =
      answer_to<Granted>(GrantLease{2s}, "{" + kHeader + R"(,"ID":"7587895732679992069","TTL":"2"})");
  CHECK(granted.lease == LeaseId{7'587'895'732'679'992'069});
  CHECK(granted.ttl == 2s);
  const KeepAlive keep{.lease = LeaseId{7}};
  CHECK(answer_to<Kept>(keep, R"({"result":{)" + kHeader + R"(,"ID":"7","TTL":"2"}})" + "\n").alive);
  CHECK_FALSE(answer_to<Kept>(keep, R"({"result":{)" + kHeader + R"(,"ID":"7"}})").alive);
  CHECK_FALSE(answer_to<Kept>(keep, kNoLease, 404).alive);
  answer_to<Revoked>(Revoke{LeaseId{7}}, "{" + kHeader + "}");
  answer_to<Revoked>(Revoke{LeaseId{7}}, kNoLease, 404);
}

TEST_CASE("All is read, and what is odd is passed over in words", "[etcd]") {
  CHECK(answer_to<AllRead>(ReadAll{}, "{" + kHeader + "}").entries.empty());
  const std::string body = "{" + kHeader + R"(,"kvs":[)" + kWantPair + "," +
                           pair_of("/lagoon/d/lags/lag1/want", "b") + "," + pair_of("/lagoon/d/x\n", "") +
                           R"(],"count":"3"})";
  CHECK(answer_to<AllRead>(ReadAll{}, body).entries == std::vector{kWantEntry});
  const auto skipped = reply_to(ReadAll{}, body).skipped;
  REQUIRE(skipped.size() == 2);
  CHECK(skipped[0].key == "/lagoon/d/lags/lag1/want");
  CHECK(skipped[0].modified == Revision{41});
  CHECK(skipped[0].words == "it is no JSON object");
  CHECK(skipped[1].key == "/lagoon/d/x");
  std::string many;
  for (std::size_t i = 0; i < 2 * Skipped::kMost; ++i)
    many += (i == 0 ? "" : ",") + pair_of("/lagoon/d/x", "");
  CHECK(reply_to(ReadAll{}, "{" + kHeader + R"(,"kvs":[)" + many + "]}").skipped.size() == Skipped::kMost);
}

TEST_CASE("A transaction tells what stands under its key", "[etcd]") {
  const Transaction put{.key = kWantKey, .value = WantRecord{.node = "b"}};
  const std::string range =
      R"({"response_range":{"header":{"revision":"42"},"kvs":[)" + kWantPair + R"(],"count":"1"}})";
  const std::string nothing = R"({"response_range":{"header":{"revision":"42"}}})";
  const auto won = answer_to<Done>(
      put,
      "{" + kHeader + R"(,"succeeded":true,"responses":[{"response_put":{"header":{}}},)" + range + "]}");
  CHECK(won.succeeded);
  CHECK(won.there == kWantEntry);
  const auto lost = answer_to<Done>(put, "{" + kHeader + R"(,"responses":[)" + range + "]}");
  CHECK_FALSE(lost.succeeded);
  CHECK(lost.there == kWantEntry);
  const auto gone = answer_to<Done>(put, "{" + kHeader + R"(,"responses":[)" + nothing + "]}");
  CHECK_FALSE(gone.succeeded);
  CHECK_FALSE(gone.there);
  const auto deleted = answer_to<Done>(
      Transaction{.key = kWantKey, .created = Revision{40}},
      "{" + kHeader + R"(,"succeeded":true,"responses":[{"response_delete_range":{"deleted":"1"}}]})");
  CHECK(deleted.succeeded);
  CHECK_FALSE(deleted.there);
  answer_to<NoLease>(put, kNoLease, 404);
}

TEST_CASE("A value in the way that is not understood is no empty place", "[etcd]") {
  const Transaction put{.key = kWantKey, .value = WantRecord{.node = "b"}};
  const std::string body = "{" + kHeader + R"(,"responses":[{"response_range":{"kvs":[)" +
                           pair_of("/lagoon/d/lags/lag0/want", "b") + "]}}]}";
  CHECK(refusal_to(put, body).kind == Refusal::Kind::failed);
  CHECK(reply_to(put, body).skipped.size() == 1);
}

TEST_CASE("What is no answer is taken for none", "[etcd]") {
  const KeepAlive keep{.lease = LeaseId{7}};
  const Transaction put{.key = kWantKey, .value = WantRecord{.node = "b"}};
  const Transaction remove{.key = kWantKey};
  const std::vector<std::pair<Order, std::string>> rows{
      {keep, ""},
      {keep, "{}"},
      {keep, "<html>"},
      {keep, "{" + kHeader + R"(,"ID":"7","TTL":"2"})"},  // without "result"
      {keep, R"({"result":{"ID":"7","TTL":"2"}})"},
      {keep, R"({"result":{)" + kHeader + R"(,"ID":"8","TTL":"2"}})"},
      {keep, R"({"result":{)" + kHeader + R"(,"ID":"7","TTL":"two"}})"},
      {keep, R"({"result":{)" + kHeader + R"(,"ID":"7","TTL":"9223372036854775808"}})"},
      {GrantLease{2s}, "{" + kHeader + "}"},
      {GrantLease{2s}, "{" + kHeader + R"(,"ID":"7","TTL":"-1"})"},
      {Revoke{LeaseId{7}}, "{}"},
      {ReadAll{}, R"({"header":{},"kvs":[]})"},
      {ReadAll{}, R"({"header":{"revision":"-1"}})"},
      {ReadAll{}, "{" + kHeader + R"(,"kvs":7})"},
      {ReadAll{}, "{" + kHeader + R"(,"kvs":[{}]})"},
      {ReadAll{}, "{" + kHeader + R"(,"kvs":[{"key":"?"}]})"},
      {put, "{" + kHeader + R"(,"succeeded":true})"},
      {put, "{" + kHeader + R"(,"succeeded":"true","responses":[]})"},
      {put, "{" + kHeader + R"(,"succeeded":true,"responses":[]})"},
      {put, "{" + kHeader + R"(,"succeeded":true,"responses":[{"response_range":{}}]})"},
      {put, "{" + kHeader + R"(,"responses":[{"response_range":{"kvs":[)" +
                pair_of("/lagoon/d/lags/lag1/want", R"({"node":"b"})") + "]}}]}"},
      {remove, "{" + kHeader + R"(,"responses":[]})"},
  };
  for (const auto& [order, body] : rows) {
    CHECK(refusal_to(order, body).kind == Refusal::Kind::failed);
    CHECK_FALSE(refusal_to(order, body).words.empty());
  }
}

TEST_CASE("Refusals are told apart", "[etcd]") {
  using enum Refusal::Kind;
  struct Row {
    int status;
    std::string body;
    Refusal::Kind kind;
    std::string words;
  };
  const std::vector<Row> rows{
      {401,
       R"({"error":"etcdserver: invalid auth token","message":"etcdserver: invalid auth token","code":16})",
       token, "etcdserver: invalid auth token"},
      {400,
       R"({"error":"etcdserver: user name is empty","message":"etcdserver: user name is empty","code":3})",
       token, "etcdserver: user name is empty"},
      {403, R"({"error":"etcdserver: permission denied","message":"etcdserver: permission denied","code":7})",
       denied, "etcdserver: permission denied"},
      {503,
       R"({"error":"etcdserver: request timed out","message":"etcdserver: request timed out","code":14})",
       failed, "etcdserver: request timed out"},
      {200, R"({"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: no leader"}})", failed,
       "etcdserver: no leader"},
      {503, R"({"code":14,"message":"etcdserver: no leader","details":[]})", failed, "etcdserver: no leader"},
      {404, "Not Found\n", failed, "HTTP says 404 Not Found"},
      {401, "", token, "HTTP says 401"},
      {403, "<html>\x01\xff", denied, "HTTP says 403 <html>"}};
  for (const Row& row : rows) {
    CHECK(refusal_to(ReadAll{}, row.body, row.status).kind == row.kind);
    CHECK_THAT(refusal_to(ReadAll{}, row.body, row.status).words, test::ContainsSubstring(row.words));
    CHECK(refusal_in(row.status, row.body).kind == row.kind);
  }
}

TEST_CASE("A watch tells changes", "[etcd]") {
  const std::string put = R"({"kv":)" + kWantPair + "}";
  const std::string gone = R"({"type":"DELETE","kv":{"key":")" + to_base64("/lagoon/d/lags/lag0/want") +
                           R"(","mod_revision":"42"}})";
  const std::string odd = R"({"kv":)" + pair_of("/lagoon/d/nodes/a", "7") + "}";
  const std::string others = R"({"kv":)" + pair_of("/lagoon/d/x", "7") + "}";
  const WatchLine line = watch_line_in("d", R"({"result":{)" + kHeader + R"(,"events":[)" + put + "," + gone +
                                                "," + odd + "," + others + "]}}");
  CHECK_FALSE(line.end);
  REQUIRE(line.changes.size() == 3);
  CHECK(line.changes[0].key == kWantKey);
  CHECK(line.changes[0].at == Revision{41});
  CHECK(line.changes[0].entry == kWantEntry);
  CHECK(line.changes[1].at == Revision{42});
  CHECK_FALSE(line.changes[1].entry);
  CHECK(line.changes[2].key == Key{KeyKind::node, "a"});
  CHECK_FALSE(line.changes[2].entry);
  CHECK(line.skipped.size() == 2);
  CHECK_FALSE(watch_line_in("d", R"({"result":{)" + kHeader + R"(,"created":true}})").end);
}

TEST_CASE("A watch ends in words", "[etcd]") {
  for (const auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
           {R"({"result":{"header":{"raft_term":"2"},"canceled":true,"compact_revision":"3"}})",
            "up to revision 3"},
           {R"({"result":{)" + kHeader +
                R"(,"created":true,"canceled":true,"cancel_reason":"rpc error: code = PermissionDenied"}})",
            "PermissionDenied"},
           {R"({"result":{"canceled":true}})", "does not say why"},
           {R"({"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: no leader"}})", "no leader"},
           {R"({"result":{"events":[{}]}})", "without a key"},
           {R"({"result":{"events":7}})", "no message"},
           {"7", "no message"},
           {"", "no message"}}) {
    const WatchLine line = watch_line_in("d", text);
    INFO(text);
    REQUIRE(line.end);
    CHECK_THAT(line.end->words, test::ContainsSubstring(words));
  }
}

TEST_CASE("A token is a word, or not needed", "[etcd]") {
  const auto token = [](int status, const std::string& body) { return token_in(status, body); };
  CHECK(std::get<std::string>(token(200, "{" + kHeader + R"(,"token":"MnDXkyozRRRkehrS.12"})")) ==
        "MnDXkyozRRRkehrS.12");
  CHECK(std::get<std::string>(token(412, R"({"error":"etcdserver: authentication is not enabled","code":9})"))
            .empty());
  const auto refused = [&](int status, const std::string& body) {
    return std::get<Refusal>(token(status, body)).kind;
  };
  CHECK(refused(400,
                R"({"error":"etcdserver: authentication failed, invalid user ID or password","code":3})") ==
        Refusal::Kind::denied);
  CHECK(refused(200, "{}") == Refusal::Kind::failed);
  CHECK(refused(200, R"({"token":"a\r\nHost: b"})") == Refusal::Kind::failed);
  CHECK(refused(503, "") == Refusal::Kind::failed);
}

}  // namespace etcd_replies_test
