// The views of fixed status values are those of tests/golden/views/texts/STATUS/VIEW.txt.
#include "control/views/views.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "golden_text.hpp"
#include "statuses.hpp"
#include "support/catch.hpp"

namespace views_test {

using namespace lagoon;
using namespace lagoon::control;

namespace {

std::filesystem::path views_folder() {
  const char* const folder = std::getenv("LAGOON_GOLDEN_VIEWS");
  if (folder == nullptr) throw std::runtime_error{"LAGOON_GOLDEN_VIEWS: the folder of the golden views"};
  return folder;
}

using Json = nlohmann::ordered_json;

// What is in `shown` as in `usual` goes.
void drop_usual(Json& shown, const Json& usual) {
  for (auto each = shown.begin(); each != shown.end();) {
    const Json& other = usual.at(each.key());
    if (each->is_object() && *each != other) drop_usual(*each, other);
    each = *each == other || (each->is_object() && each->empty()) ? shown.erase(each) : std::next(each);
  }
}

Json usual_options() {
  return Json::parse(render(View::json, LagStatus{})).at("options");
}

// As a golden file has it: of JSON's options those that are not as by default, so that a new one changes no
// file but options/json.txt, which has all of them.
std::string golden_text(View view, const LagStatus& lag) {
  std::string text = render(view, lag);
  if (view != View::json) return text;
  Json json = Json::parse(text);
  drop_usual(json.at("options"), usual_options());
  return json.dump(2) + "\n";
}

std::string line_with(const std::string& text, std::string_view label) {
  const std::size_t from = text.find(label);
  return from == std::string::npos ? std::string{} : text.substr(from, text.find('\n', from) - from);
}

}  // namespace

TEST_CASE("A status looks in every view as its golden file says", "[golden][views]") {
  std::set<std::filesystem::path> expected;
  for (const test::NamedStatus& each : test::fixed_statuses()) {
    for (const std::string_view view : kViewNames) {
      // (the odd names are for JSON, which may not break: lines of text are as good as the names in them)
      if (each.name == "odd-names" && view != "json") continue;
      const std::string text = golden_text(*view_from(view), each.lag);
      const auto file = views_folder() / each.name / (std::string{view} + ".txt");
      expected.insert(file);
      if (test::update_golden()) std::filesystem::create_directories(file.parent_path());
      if (test::update_golden()) std::ofstream{file} << text;
      CAPTURE(file.string());
      CHECK(test::read_text(file) == text);
    }
  }
  const auto all_options = views_folder() / "options" / "json.txt";
  expected.insert(all_options);
  if (test::update_golden()) std::filesystem::create_directories(all_options.parent_path());
  if (test::update_golden()) std::ofstream{all_options} << usual_options().dump(2) << '\n';
  CHECK(test::read_text(all_options) == usual_options().dump(2) + "\n");
  for (const auto& entry : std::filesystem::recursive_directory_iterator{views_folder()}) {
    if (!entry.is_regular_file()) continue;
    CAPTURE(entry.path().string());
    CHECK(expected.contains(entry.path()));
  }
}

TEST_CASE("Hash policies have Linux's word and number where it has them", "[golden][views]") {
  struct Row {
    dist::HashPolicy policy;
    std::string line;
  };
  for (const Row& row :
       {Row{dist::HashPolicy::l2, "layer2 (0)"}, Row{dist::HashPolicy::l23, "layer2+3 (2)"},
        Row{dist::HashPolicy::l34, "layer3+4 (1)"}, Row{dist::HashPolicy::encap23, "encap2+3 (3)"},
        Row{dist::HashPolicy::encap34, "encap3+4 (4)"},
        Row{dist::HashPolicy::vlan_src_mac, "vlan+srcmac (5)"}, Row{dist::HashPolicy::src_ip, "src-ip (255)"},
        Row{dist::HashPolicy::l3, "l3 (255)"}, Row{dist::HashPolicy::l234, "l2+3+4 (255)"}}) {
    LagStatus lag = *test::fixed_status("balance-xor");
    lag.options.fast.hash.policy = row.policy;
    CHECK(line_with(render(View::bonding, lag), "Transmit Hash Policy") ==
          "Transmit Hash Policy: " + row.line);
  }
}

// telegraf's input `bond` takes for the interface what stands between the first two ':' of its line.
TEST_CASE("Names with a colon have none in the linux view", "[golden][views]") {
  LagStatus lag = *test::fixed_status("active-backup");
  lag.members[0].name = "0000:3b:00.0";
  lag.members[1].name = "0000:3b:00.1";
  const std::string text = render(View::bonding, lag);
  CHECK(line_with(text, "Currently Active Slave") == "Currently Active Slave: 0000-3b-00.0");
  CHECK(line_with(text, "Primary Slave") == "Primary Slave: 0000-3b-00.1 (primary_reselect failure)");
  CHECK(line_with(text, "Slave Interface: 0") == "Slave Interface: 0000-3b-00.0");
  CHECK(text.find("0000:3b") == std::string::npos);
  CHECK(render(View::table, lag).find("0000:3b:00.0") != std::string::npos);
}

TEST_CASE("The table says why a member is out", "[golden][views]") {
  LagStatus lag = *test::fixed_status("lacp");
  const auto says = [&lag](const std::string& words) {
    return render(View::table, lag).find(words) != std::string::npos;
  };
  MemberStatus& m = lag.members[0];
  m.distributing = false;
  m.lacp.mux = lacp::MuxState::attached;
  CHECK(says("negotiating"));
  m.standing = {.why = "silence", .evidence = "no LACPDU for 3.0 s; in the last one ..."};
  CHECK(says("partner silent"));
  CHECK(says("\n  why " + m.name + ": no LACPDU for 3.0 s; in the last one ...\n"));
  m.standing.why = "partner_expired";
  CHECK(says("partner does not hear us"));
  m.lacp.mux = lacp::MuxState::collecting;
  m.lacp.returning = true;
  CHECK(says("waits for aggregate-wait"));
  m.lacp.selected = lacp::Selected::standby;
  m.lacp.reason = lacp::UnselectedReason::above_max_links;
  CHECK(says("standby"));
  m.administration = Administration::drained;
  CHECK(says("drained"));
  m.health = monitor::MemberHealth{.alive = false, .why = monitor::Why::nothing_heard};
  CHECK(says("nothing heard"));
  m.mii = failover::DebouncedLink::going_back;
  CHECK(says("up delay"));
  m.held_down_for = 1ms;
  CHECK(says("held down for 1 s"));
  m.administration = Administration::disabled;
  CHECK(says("disabled"));
}

TEST_CASE("Another key of the Partner is told apart from another Partner", "[golden][views]") {
  LagStatus lag = *test::fixed_status("lacp-unlike-keys");
  const auto says = [&lag](std::string_view words) {
    return render(View::table, lag).find(words) != std::string::npos;
  };
  CHECK(says("the Partner tells its ports apart by speed (key 327, in use is 326)"));
  lag.members[2].lacp.partner.system.octets[5] ^= 1U;
  CHECK(says("other partner"));
  lag.members[2].lacp.partner.system.octets[5] ^= 1U;
  lag.options.unequal_speed = false;  // then it is no surprise
  CHECK(says("other key"));
}

TEST_CASE("Every view has its name back", "[golden][views]") {
  for (const std::string_view name : kViewNames) CHECK(name_of(*view_from(name)) == name);
  CHECK_FALSE(view_from("Linux").has_value());
  CHECK_FALSE(view_from("").has_value());
}

}  // namespace views_test
