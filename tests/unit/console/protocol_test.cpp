// Whatever a client sends is answered, and what is not understood changes nothing.
#include "console/socket/protocol.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/fake_running.hpp"

namespace lagoon::console::protocol_test {
namespace {

using Json = nlohmann::json;

Json asked(Protocol& protocol, const std::string& request) {
  const Json reply = Json::parse(protocol.answer(request));
  CHECK(reply.at("version") == 1);
  CHECK(reply.contains("id"));
  CHECK(reply.at("status") == (reply.at("ok") == true ? 0 : 1));
  CHECK(reply.contains(reply.at("ok") == true ? "result" : "error"));
  return reply;
}

TEST_CASE("A line is run, and its id comes back", "[console][protocol]") {
  test::FakeRunning running;
  Protocol protocol{running};
  for (const char* id : {"7", "-1", "\"a\"", "null", "18446744073709551615"}) {
    const Json reply = asked(protocol, R"({"version":1,"id":)" + std::string{id} +
                                           R"(,"command":"run","line":"set lag0 hash l2"})");
    CHECK(reply.at("id") == Json::parse(id));
    CHECK(reply.at("result").at("text") == "done\n");
  }
  CHECK(running.changes == 5);
  CHECK(running.last.lag == "lag0");
}

TEST_CASE("What is JSON comes as JSON too, and as it was", "[console][protocol]") {
  test::FakeRunning running;
  Protocol protocol{running};
  const Json one = asked(protocol, R"({"version":1,"command":"run","line":"show lag lag0 as json"})");
  CHECK(one.at("result").at("json").at("name") == "lag0");
  CHECK(Json::parse(one.at("result").at("text").get<std::string>()) == one.at("result").at("json"));
  const Json all = asked(protocol, R"({"version":1,"command":"run","line":"show lag as json"})");
  CHECK(all.at("result").at("json").size() == 2);
  for (const char* line : {"show events as json", "show port as json"}) {
    const Json reply =
        asked(protocol, R"({"version":1,"command":"run","line":")" + std::string{line} + "\"}");
    CHECK(reply.at("result").at("json").is_array());
  }
  CHECK_FALSE(
      asked(protocol, R"({"version":1,"command":"run","line":"show lag"})").at("result").contains("json"));
}

TEST_CASE("A message that is not understood is refused and changes nothing", "[console][protocol]") {
  struct Row {
    std::string request;
    const char* code;
  };
  const std::string set = R"("command":"run","line":"set lag0 hash l2")";
  const std::string nested(4000, '[');
  std::string objects;
  for (int i = 0; i < 1000; ++i) objects += R"({"a":)";
  const std::vector<Row> rows{
      {"", "bad_message"},
      {"set lag0 hash l2", "bad_message"},
      {"null", "bad_message"},
      {"[]", "bad_message"},
      {"{}", "bad_version"},
      {"{" + set + "}", "bad_version"},
      {R"({"version":2,)" + set + "}", "bad_version"},
      {R"({"version":"1",)" + set + "}", "bad_version"},
      {R"({"version":true,)" + set + "}", "bad_version"},
      {R"({"version":1})", "bad_message"},
      {R"({"version":1,"command":"run"})", "bad_message"},
      {R"({"version":1,"command":"run","line":5})", "bad_message"},
      {R"({"version":1,"command":["run"],"line":"set lag0 hash l2"})", "bad_message"},
      {R"({"version":1,"command":"stop","line":"set lag0 hash l2"})", "bad_message"},
      {R"({"version":1,"line":"set lag0 hash l2"})", "bad_message"},
      {R"({"version":1,"also":1,)" + set + "}", "bad_message"},
      {R"({"version":1,"id":{},)" + set + "}", "bad_message"},
      {R"({"version":1,"id":1.5,)" + set + "}", "bad_message"},
      {R"({"version":1,"id":")" + std::string(65, 'x') + "\"," + set + "}", "bad_message"},
      {R"({"version":1,"command":"run","line":"show version",)" + set + "}", "bad_message"},
      {R"({"version":1,)" + set + "} ", ""},
      {R"({"version":1,)" + set + "} {}", "bad_message"},
      {R"({"version":1,)" + set, "bad_message"},
      {"{\"version\":1,\"command\":\"run\",\"line\":\"set lag0 hash l2\xff\"}", "bad_message"},
      {R"({"version":1,"id":)" + nested, "bad_message"},
      {objects, "bad_message"},
      {R"({"version":1,"command":"run","line":")" + std::string(kRequestMax, ' ') + "\"}", "bad_message"},
      {R"({"version":1,"command":"run","line":"set lag0 hash )" + std::string(kLineMax, 'x') + "\"}",
       "invalid_argument"},
      {R"({"version":1,"command":"run","line":"set lag0 hash l2\nset lag0 hash l3"})", "invalid_argument"},
      {R"({"version":1,"command":"run","line":"set lag0 hash l2\u0000"})", "invalid_argument"},
      {R"({"version":1,"command":"run","line":"set lag9 hash l2"})", "no_such_thing"},
      {R"({"version":1,"command":"run","line":"set lag0 hash"})", "invalid_argument"},
      {R"({"version":1,"command":"complete","line":"set lag0 hash l2"})", ""},
  };
  for (const Row& row : rows) {
    test::FakeRunning running;
    Protocol protocol{running};
    CAPTURE(row.request.substr(0, 100));
    const Json reply = asked(protocol, row.request);
    const std::string code = row.code;
    CHECK((reply.at("ok") == true) == code.empty());
    if (!code.empty()) {
      CHECK(reply.at("error").at("code") == code);
      CHECK_FALSE(reply.at("error").at("detail").get<std::string>().empty());
      CHECK(running.changes == 0);
    }
  }
}

TEST_CASE("An answer that no message holds is an error, not a piece", "[console][protocol]") {
  test::FakeRunning running;
  Protocol protocol{running};
  running.at(0).name = std::string(kReplyMax, 'n');
  const std::string text = protocol.answer(R"({"version":1,"command":"run","line":"show lag"})");
  CHECK(text.size() <= kReplyMax);
  CHECK(Json::parse(text).at("error").at("code") == "no_resources");
}

TEST_CASE("What the client reads is what the line gave", "[console][protocol]") {
  test::FakeRunning running;
  Protocol protocol{running};
  const auto version = outcome_in(protocol.answer(run_request(1, "help quit")));
  REQUIRE(version);
  CHECK(version->text.starts_with("quit|exit"));
  CHECK(version->after == After::next);

  const auto watch = outcome_in(protocol.answer(run_request(2, "watch every 0.5 count 3")));
  REQUIRE(watch);
  CHECK(watch->after == After::repeat);
  CHECK(watch->interval == 500ms);
  CHECK(watch->count == 3);

  CHECK(outcome_in(protocol.answer(run_request(3, "quit")))->after == After::quit);
  const auto wrong = outcome_in(protocol.answer(run_request(4, "show lag nolag")));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error() == Error{Errc::no_such_thing, "no LAG 'nolag'; there are: lag0, lag1"});
  CHECK(choices_in(protocol.answer(complete_request(5, "drain member lag0 "))) ==
        std::vector<Completion>{{"m0", "MEMBER"}, {"m1", "MEMBER"}});
}

TEST_CASE("A reply that is none is an error to the client", "[console][protocol]") {
  for (const char* reply : {"", "x", "[]", "{}", R"({"ok":true})", R"({"ok":true,"result":5})",
                            R"({"ok":false})", R"({"ok":false,"error":"x"})"})
    CHECK_FALSE(outcome_in(reply));
  for (const char* reply : {"", "{}", R"({"result":{"choices":5}})", R"({"result":{"choices":[5]}})"})
    CHECK(choices_in(reply).empty());
}

}  // namespace
}  // namespace lagoon::console::protocol_test
