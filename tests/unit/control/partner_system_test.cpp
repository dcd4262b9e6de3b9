// lacp.partner-system changed while two LAGs exchange LACPDUs: what members do, and what is told of it.
#include <nlohmann/json.hpp>

#include "control/views/views.hpp"
#include "pair.hpp"
#include "support/catch.hpp"

namespace partner_system_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

const MacAddress kFar{{2, 0, 0, 0, 0, 2}};  // as Pair has it
const MacAddress kNobody{{2, 9, 9, 9, 9, 9}};

void allow(Pair& pair, std::optional<lacp::PartnerSystem> partner) {
  LagOptions options = pair.ends[0]->options();
  options.lacp.partner_system = partner;
  REQUIRE(pair.ends[0]->change(options, pair.now));
  pair.advance(5s);
}

bool carries(const Pair& pair) {
  return pair.tables[0]->distributing == 0b11 && pair.tables[1]->distributing == 0b11;
}

}  // namespace

TEST_CASE("Members leave a Partner that is not allowed any more, and return when it is",
          "[control][partner_system]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(5s);
  REQUIRE(carries(pair));
  allow(pair, lacp::PartnerSystem{kFar, std::nullopt});
  CHECK(carries(pair));
  allow(pair, lacp::PartnerSystem{kNobody, std::nullopt});
  CHECK(pair.tables[0]->distributing == 0);
  CHECK(pair.tables[1]->distributing == 0);
  allow(pair, lacp::PartnerSystem{kFar, 32768});
  CHECK(carries(pair));
  allow(pair, lacp::PartnerSystem{kFar, 1});
  CHECK(pair.tables[0]->distributing == 0);
  allow(pair, std::nullopt);
  CHECK(carries(pair));
}

TEST_CASE("JSON, the table and the journal say that a Partner is not allowed", "[control][partner_system]") {
  Pair pair{1};
  pair.all_links(true);
  pair.advance(5s);
  allow(pair, lacp::PartnerSystem{kNobody, 100});
  const LagStatus status = pair.ends[0]->status(pair.now);
  const auto json = nlohmann::json::parse(render(View::json, status));
  CHECK(json["options"]["lacp"]["partner_system"] == "100/02:09:09:09:09:09");
  CHECK(json["members"][0]["lacp"]["selected"] == "UNSELECTED");
  CHECK(json["members"][0]["lacp"]["unselected_reason"] == "partner_not_allowed");
  CHECK(json["members"][0]["why_out"] == "partner not allowed");
  CHECK(render(View::table, status).find("partner not allowed") != std::string::npos);
  bool told = false;
  const Journal& journal = pair.ends[0]->journal();
  for (std::size_t i = 0; i < journal.size(); ++i)
    if (const JournalEntry& e = journal[i]; e.kind == "selected" && e.why == "partner_not_allowed") {
      told = true;
      CHECK(e.to == "UNSELECTED");
      CHECK(e.evidence ==
            "this link leads to System 32768,02:00:00:00:00:02, and partner-system allows another");
    }
  CHECK(told);
}

}  // namespace partner_system_test
