#include "dpdk/telemetry/text_pages.hpp"

#include <string>

#include "support/catch.hpp"

namespace text_pages_test {

using namespace lagoon::dpdk;

namespace {

constexpr std::string_view kQuestion = "/lagoon/view,lag0,json";

// Follows the notes from page to page, as a client does. Gives the pages, without their notes.
std::string joined(TextPages& pages, const std::string& text, std::size_t& count) {
  std::string page = pages.first(text, kQuestion);
  std::string all;
  for (count = 1;; ++count) {
    REQUIRE(page.size() < 8192);
    const std::size_t note = page.rfind("--- page ");
    if (note == std::string::npos || count > 100) return all + page;
    REQUIRE(page.ends_with('\n'));
    std::string body = page.substr(0, note);
    if (body.ends_with("\\\n")) body.resize(body.size() - 2);
    all += body;
    const std::size_t from = page.find(kQuestion, note) + kQuestion.size() + 1;
    const auto next = pages.next(page.substr(from, page.size() - 1 - from), kQuestion);
    REQUIRE(next.has_value());
    page = *next;
  }
}

std::size_t in_json(std::string_view text) {
  std::size_t size = 0;
  for (const char c : text) size += c == '"' || c == '\n' || c == '\\' ? 2 : 1;
  return size;
}

}  // namespace

TEST_CASE("A text that fits is one page, as it is", "[dpdk][pages]") {
  TextPages pages;
  for (const std::string& text :
       {std::string{}, std::string{"a\nb\n"}, std::string(TextPages::kOctetsMax, 'x')})
    CHECK(pages.first(text, kQuestion) == text);
}

TEST_CASE("A long text comes whole in pages that fit", "[dpdk][pages]") {
  struct Row {
    std::string text;
    std::size_t pages;
  };
  std::string lines;
  while (lines.size() < 30'000) lines += "\"key\": \"value " + std::to_string(lines.size()) + "\",\n";
  std::string fish;
  while (fish.size() < 20'000) fish += "\xf0\x9f\x90\x9f";
  for (const Row& row : {Row{lines, 4}, Row{std::string(20'000, 'x'), 3}, Row{fish, 3},
                         Row{std::string(10'000, '\x01'), 4}, Row{std::string(20'000, '\n'), 3}}) {
    TextPages pages;
    std::size_t count = 0;
    CHECK(joined(pages, row.text, count) == row.text);
    CHECK(count == row.pages);
    CHECK(in_json(pages.first(row.text, kQuestion)) < 16'100);
  }
}

TEST_CASE("Pages of one text are of one moment", "[dpdk][pages]") {
  TextPages pages;
  CHECK(pages.first(std::string(10'000, 'a'), kQuestion).ends_with(",2.1\n"));
  CHECK(pages.first(std::string(10'000, 'b'), kQuestion).ends_with(",2.2\n"));
  CHECK(pages.next("2.1", kQuestion) == std::string(10'000 - TextPages::kOctetsMax, 'a'));
  CHECK(pages.next("2.2", kQuestion) == std::string(10'000 - TextPages::kOctetsMax, 'b'));
}

TEST_CASE("A page that is not there is not made up", "[dpdk][pages]") {
  TextPages pages;
  CHECK_FALSE(pages.next("2.1", kQuestion).has_value());
  (void)pages.first(std::string(10'000, 'a'), kQuestion);
  for (const std::string_view page :
       {"", "2", "3.1", "0.1", "2.9", "2.", ".1", "2.1x", "-1.1", "2.0", "2.1.1"})
    CHECK_FALSE(pages.next(page, kQuestion).has_value());
  for (std::size_t i = 0; i < TextPages::kKept; ++i) (void)pages.first(std::string(10'000, 'b'), kQuestion);
  CHECK_FALSE(pages.next("2.1", kQuestion).has_value());
}

}  // namespace text_pages_test
