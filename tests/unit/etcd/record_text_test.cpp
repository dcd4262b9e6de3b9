// Keys and values of etcd as text.
#include "lagoond/etcd/record_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lagoond/etcd/base64.hpp"
#include "support/catch.hpp"

namespace etcd_record_text_test {

using namespace lagoon;
using namespace lagoon::cluster;
using namespace lagoon::lagoond::etcd;

namespace {

SystemId id_of(std::uint16_t priority, std::uint8_t last) {
  return {.priority = priority, .mac = {{0x02, 0x4c, 0, 0, 0, last}}};
}

const NodeRecord kNode{.incarnation = Incarnation{0xa7},
                       .number = 1,
                       .lags = {{.lag = "lag1",
                                 .role = Role::holder,
                                 .fit = true,
                                 .carries = true,
                                 .using_id = id_of(0x8000, 1),
                                 .partner = {.system = id_of(0x8000, 9), .key = 9}},
                                {.lag = "lag0", .role = Role::isolated, .using_id = id_of(0xe001, 2)}}};

}  // namespace

TEST_CASE("A key is read as it was written", "[etcd]") {
  const std::vector<std::pair<Key, std::string>> rows{
      {{KeyKind::identity, "lag0"}, "/lagoon/rack7/lags/lag0/identity"},
      {{KeyKind::active, "lag0"}, "/lagoon/rack7/lags/lag0/active"},
      {{KeyKind::want, "active"}, "/lagoon/rack7/lags/active/want"},
      {{KeyKind::node, "a"}, "/lagoon/rack7/nodes/a"}};
  for (const auto& [key, text] : rows) {
    CHECK(text_of("rack7", key) == text);
    CHECK(key_in("rack7", text) == key);
  }
}

TEST_CASE("What is no key of the domain's is none", "[etcd]") {
  for (const char* const text :
       {"", "/", "/lagoon/rack7/", "/lagoon/rack7/lags/", "/lagoon/rack7/lags/lag0",
        "/lagoon/rack7/lags/active", "/lagoon/rack7/lags//active", "/lagoon/rack7/lags/a/b/active",
        "/lagoon/rack7/lags/lag0/wnat", "/lagoon/rack7/nodes/", "/lagoon/rack7/nodes/a/b",
        "/lagoon/rack70/nodes/a", "/lagoon/rack/nodes/a", "lagoon/rack7/nodes/a"})
    CHECK_FALSE(key_in("rack7", text));
}

TEST_CASE("A value is read as it was written, in the order in which it was", "[etcd]") {
  const std::vector<std::pair<KeyKind, Value>> rows{
      {KeyKind::identity, LagIdentity{.system = id_of(0x8000, 1), .key = 100}},
      {KeyKind::identity, LagIdentity{.system = id_of(0, 255), .key = 65535, .mode = Mode::independent}},
      {KeyKind::node, kNode},
      {KeyKind::node, NodeRecord{}},
      {KeyKind::active,
       ActiveRecord{.node = "a", .incarnation = Incarnation{~std::uint64_t{0}}, .id = id_of(0x8000, 1)}},
      {KeyKind::want, WantRecord{.node = "b"}}};
  for (const auto& [kind, value] : rows) {
    const auto read = value_in(kind, text_of(value));
    REQUIRE(read);
    CHECK(*read == value);
  }
}

TEST_CASE("Values are what the page says", "[etcd]") {
  CHECK(text_of(Value{WantRecord{.node = "b"}}) == R"({"node":"b"})");
  CHECK(text_of(Value{LagIdentity{.system = id_of(0x8000, 1), .key = 100}}) ==
        R"({"system":"8000-02:4c:00:00:00:01","key":100,"mode":"standby"})");
  CHECK(text_of(Value{ActiveRecord{.node = "a", .incarnation = Incarnation{0xa7}, .id = id_of(0x8000, 1)}}) ==
        R"({"node":"a","incarnation":"00000000000000a7","id":"8000-02:4c:00:00:00:01"})");
  CHECK(text_of(
            Value{NodeRecord{.incarnation = Incarnation{0xa7}, .number = 1, .lags = {kNode.lags.back()}}}) ==
        R"({"incarnation":"00000000000000a7","number":1,"lags":[{"lag":"lag0","role":"isolated","fit":false,)"
        R"("carries":false,"using":"e001-02:4c:00:00:00:02"}]})");
}

TEST_CASE("What an operator writes may have members that are not known, and spaces", "[etcd]") {
  CHECK(value_in(KeyKind::want, "{ \"by\": \"me\", \"node\": \"b\" }\n") == Value{WantRecord{.node = "b"}});
}

TEST_CASE("A value that is odd is refused in words", "[etcd]") {
  struct Row {
    KeyKind kind;
    std::string text;
    std::string words;
  };
  const std::vector<Row> rows{
      {KeyKind::want, "", "no JSON object"},
      {KeyKind::want, "b", "no JSON object"},
      {KeyKind::want, "[\"b\"]", "no JSON object"},
      {KeyKind::want, "{}", "node is missing"},
      {KeyKind::want, R"({"node":7})", "node is not a text"},
      {KeyKind::want, R"({"node":""})", "node is not a name"},
      {KeyKind::want, R"({"node":"a/b"})", "node is not a name"},
      {KeyKind::identity, R"({"system":"02:4c:00:00:00:01","key":1,"mode":"standby"})",
       "system is not a System ID"},
      {KeyKind::identity, R"({"system":"8000-02:4c:00:00:00:01","key":65536,"mode":"standby"})",
       "key is not"},
      {KeyKind::identity, R"({"system":"8000-02:4c:00:00:00:01","key":-1,"mode":"standby"})", "key is not"},
      {KeyKind::identity, R"({"system":"8000-02:4c:00:00:00:01","key":1.5,"mode":"standby"})", "key is not"},
      {KeyKind::identity, R"({"system":"8000-02:4c:00:00:00:01","key":1,"mode":"both"})", "mode is neither"},
      {KeyKind::active, R"({"node":"a","incarnation":7,"id":"8000-02:4c:00:00:00:01"})",
       "incarnation is not"},
      {KeyKind::active, R"({"node":"a","incarnation":"0x7","id":"8000-02:4c:00:00:00:01"})",
       "incarnation is not"},
      {KeyKind::active, R"({"node":"a","incarnation":"7"})", "id is missing"},
      {KeyKind::node, R"({"incarnation":"7","number":15,"lags":[]})",
       "number is not a whole number from 0 to 14"},
      {KeyKind::node, R"({"incarnation":"7","number":1,"lags":{}})", "lags is not a list"},
      {KeyKind::node, R"({"incarnation":"7","number":1,"lags":[1]})", "no JSON object"},
      {KeyKind::node,
       R"({"incarnation":"7","number":1,"lags":[{"lag":"a","role":"king","fit":true,"carries":true,)"
       R"("using":"8000-02:4c:00:00:00:01"}]})",
       "role is not known"}};
  for (const Row& row : rows) {
    const auto read = value_in(row.kind, row.text);
    INFO(row.text);
    REQUIRE_FALSE(read);
    CHECK_THAT(read.error().detail, test::ContainsSubstring(row.words));
  }
  std::string many = R"({"incarnation":"7","number":1,"lags":[)";
  for (std::size_t i = 0; i <= kLagsMax; ++i) many += i == 0 ? "{}" : ",{}";
  CHECK_THAT(value_in(KeyKind::node, many + "]}").error().detail, test::ContainsSubstring("up to 64"));
}

TEST_CASE("Base64 is read as it was written", "[etcd]") {
  for (const auto& [octets, text] : std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                                                     {"f", "Zg=="},
                                                                                     {"fo", "Zm8="},
                                                                                     {"foo", "Zm9v"},
                                                                                     {"foob", "Zm9vYg=="},
                                                                                     {"\xff\xfe", "//4="}}) {
    CHECK(to_base64(octets) == text);
    CHECK(from_base64(text) == octets);
  }
  for (const char* const text : {"Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm9-"})
    CHECK_FALSE(from_base64(text));
}

}  // namespace etcd_record_text_test
