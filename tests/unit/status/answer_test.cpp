// Answers of DPDK's telemetry: nothing of what is long is left out.
#include "dpdk/telemetry/answer.hpp"

#include <map>
#include <string>

#include "dpdk/telemetry/page_keeper.hpp"
#include "dpdk/telemetry/telemetry_data.hpp"
#include "statuses.hpp"
#include "support/catch.hpp"

namespace answer_test {

using namespace lagoon;
using namespace lagoon::dpdk;

namespace {

// What a client makes of pages: objects of one name become one.
void join(const Answer& page, std::map<std::string, std::string>& all, const std::string& path = {}) {
  for (const AnswerItem& item : page.items()) {
    const std::string name = path + "." + item.name;
    if (const auto* inner = std::get_if<Answer>(&item.value)) {
      join(*inner, all, name);
      continue;
    }
    std::string value = "words";
    if (const auto* text = std::get_if<std::string>(&item.value)) value = *text;
    if (const auto* number = std::get_if<std::uint64_t>(&item.value)) value = std::to_string(*number);
    CAPTURE(name);
    CHECK(all.emplace(name, value).second);
  }
}

control::LagStatus wide_lag(std::size_t members) {
  control::LagStatus lag = *test::fixed_status("lacp");
  const control::MemberStatus one = lag.members.front();
  lag.members.assign(members, one);
  for (std::size_t i = 0; i < members; ++i) lag.members[i].name = "0000:3b:00." + std::to_string(i);
  return lag;
}

}  // namespace

TEST_CASE("A LAG of 32 members comes whole, each member in one page", "[telemetry][status]") {
  const Answer whole = lag_answer(wide_lag(32));
  CHECK_FALSE(whole.fits());
  const auto pages = cut(whole, Answer::kOctetsMax - 256);
  CHECK(pages.size() > 2);
  std::map<std::string, std::string> expected;
  join(whole, expected);
  std::map<std::string, std::string> joined;
  std::map<std::string, std::size_t> seen_in;
  for (std::size_t p = 0; p < pages.size(); ++p) {
    CHECK(pages[p].fits());
    CHECK(pages[p].octets() <= Answer::kOctetsMax - 256);
    join(pages[p], joined);
    for (const AnswerItem& item : pages[p].items())
      if (item.name == "members")
        for (const AnswerItem& member : std::get<Answer>(item.value).items())
          CHECK(seen_in.emplace(member.name, p).second);
  }
  CHECK(joined == expected);
  CHECK(seen_in.size() == 32);
  CHECK(expected.contains(".buckets.0000_3b_00_31"));
  CHECK(expected.contains(".members.0000_3b_00_31.lacp.counters.lacpdu_rx"));
  CHECK(expected.contains(".drops.not_collecting"));
}

TEST_CASE("A short answer is one page", "[telemetry][status]") {
  const Answer whole = lag_answer(*test::fixed_status("lacp"));
  CHECK(whole.fits());
  CHECK(cut(whole, Answer::kOctetsMax).size() == 1);
}

TEST_CASE("More entries than DPDK takes in an object come in pages", "[telemetry][status]") {
  control::LagStatus lag = *test::fixed_status("balance-alb");
  const balance::Client client = lag.clients.front();
  lag.clients.assign(4096, client);
  const Answer whole = lag_answer(lag);
  CHECK_FALSE(whole.fits());
  std::map<std::string, std::string> expected;
  join(whole, expected);
  std::map<std::string, std::string> joined;
  for (const Answer& page : cut(whole, Answer::kOctetsMax - 256)) {
    CHECK(page.fits());
    join(page, joined);
  }
  CHECK(joined == expected);
}

TEST_CASE("A long text goes on in further entries, and is not cut within a character",
          "[telemetry][status]") {
  for (const std::string& text : {std::string(1000, 'x'), [] {
                                    std::string fish;
                                    while (fish.size() < 600) fish += "\xf0\x9f\x90\x9f";
                                    return fish;
                                  }()}) {
    Answer answer;
    answer.text("error", text);
    CHECK(answer.fits());
    std::string all;
    for (const AnswerItem& item : answer.items()) {
      const std::string& part = std::get<std::string>(item.value);
      CHECK(part.size() <= Answer::kTextMax);
      CHECK((static_cast<unsigned char>(part.front()) & 0xc0U) != 0x80U);
      all += part;
    }
    CHECK(all == text);
    CHECK(answer.items().at(1).name == "error_2");
  }
}

TEST_CASE("A page belongs to its question", "[telemetry][status]") {
  PageKeeper<int> keeper;
  const auto first = keeper.keep({10, 20, 30}, "/lagoon/lag,a");
  CHECK(*first.page == 10);
  CHECK(first.next == "/lagoon/lag,a,2.1");
  CHECK(*keeper.find("3.1", "/lagoon/lag,a")->page == 30);
  CHECK(keeper.find("3.1", "/lagoon/lag,a")->next.empty());
  CHECK_FALSE(keeper.find("2.1", "/lagoon/lag,b").has_value());
  CHECK_FALSE(keeper.find("4.1", "/lagoon/lag,a").has_value());
}

}  // namespace answer_test
