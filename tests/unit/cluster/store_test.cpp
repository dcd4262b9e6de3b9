// What is known of etcd, and which requests go out when.
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "cluster/request_book.hpp"
#include "cluster/store_view.hpp"
#include "support/catch.hpp"

namespace cluster_store_test {

using namespace lagoon;
using namespace lagoon::cluster;

namespace {

constexpr Instant kStart = Instant{1000s};
const Key kActive{KeyKind::active, "lag0"};

Entry active(std::string node, std::int64_t created) {
  return {.key = kActive,
          .value = ActiveRecord{.node = std::move(node)},
          .created = Revision{created},
          .modified = Revision{created},
          .lease = LeaseId{created}};
}

}  // namespace

TEST_CASE("What is older than what is known of a key changes nothing", "[cluster]") {
  StoreView store;
  CHECK_FALSE(store.known());
  CHECK(store.read({active("a", 5)}, Revision{10}));
  CHECK(store.known());
  REQUIRE(store.find(kActive));
  // a deletion that a transaction told of; then a watch and a read that were overtaken
  store.told(kActive, std::nullopt, Revision{12});
  store.change({.key = kActive, .at = Revision{5}, .entry = active("a", 5)});
  CHECK_FALSE(store.read({active("a", 5)}, Revision{11}));
  CHECK_FALSE(store.find(kActive));
  store.change({.key = kActive, .at = Revision{13}, .entry = active("b", 13)});
  REQUIRE(store.find(kActive));
  CHECK(store.find(kActive)->created == Revision{13});
}

TEST_CASE("A read takes away what is not there any more, and says whether it told something", "[cluster]") {
  StoreView store;
  store.read({active("a", 5)}, Revision{10});
  CHECK_FALSE(store.read({active("a", 5)}, Revision{11}));
  CHECK(store.read({}, Revision{12}));
  CHECK_FALSE(store.find(kActive));
  CHECK_FALSE(store.read({}, Revision{13}));
  store.forget();
  CHECK_FALSE(store.known());
}

TEST_CASE("A store that somebody fills takes no more than its limit", "[cluster]") {
  StoreView store;
  std::vector<Entry> many;
  for (int i = 0; i < 2000; ++i) {
    Entry entry = active("a", i + 1);
    entry.key.name = "lag" + std::to_string(i);
    many.push_back(entry);
  }
  store.read(many, Revision{3000});
  std::size_t kept = 0;
  for (const Entry& entry : many) kept += store.find(entry.key) != nullptr;
  CHECK(kept == StoreView::kKeysMax);
}

TEST_CASE("One request of a kind at a time; an answer after its deadline is not known any more",
          "[cluster]") {
  RequestBook book{3, 3, 400ms};
  REQUIRE(book.may_send(1, kStart));
  const auto sent = book.send(1, Revision{4}, kStart);
  CHECK(sent.deadline == kStart + 400ms);
  CHECK_FALSE(book.may_send(1, kStart + 1s));
  CHECK(book.may_send(2, kStart));
  CHECK(book.slot_of(sent.id) == 1);
  CHECK_FALSE(book.overdue(kStart + 399ms));
  REQUIRE(book.overdue(kStart + 400ms) == 1);
  book.failed(1, false, kStart + 400ms);
  CHECK_FALSE(book.slot_of(sent.id));
  CHECK_FALSE(book.may_send(1, kStart + 499ms));
  CHECK(book.may_send(1, kStart + 500ms));
}

TEST_CASE("An endpoint that fails makes room for the next, once, however many requests it had", "[cluster]") {
  RequestBook book{3, 3, 400ms};
  book.send(0, {}, kStart);
  book.send(1, {}, kStart);
  book.failed(0, false, kStart + 400ms);
  CHECK(book.endpoint() == 1);
  book.failed(1, false, kStart + 400ms);
  CHECK(book.endpoint() == 1);
  for (const int expected : {2, 0, 1}) {
    book.rotate(book.endpoint());
    CHECK(book.endpoint() == expected);
  }
}

TEST_CASE("What fails again and again is asked ever more rarely, up to a limit; an answer ends that",
          "[cluster]") {
  RequestBook book{1, 1, 400ms};
  Instant now = kStart;
  for (const Duration pause : {100ms, 200ms, 400ms, 800ms, 1600ms, 2000ms, 2000ms}) {
    REQUIRE(book.may_send(0, now));
    book.send(0, {}, now);
    book.failed(0, false, now);
    CHECK_FALSE(book.may_send(0, now + pause - 1ms));
    now += pause;
  }
  book.send(0, {}, now);
  book.answered(0, now + 500ms);
  CHECK_FALSE(book.may_send(0, now + 499ms));
  book.hurry(0, now + 10ms);
  REQUIRE(book.may_send(0, now + 10ms));
  book.send(0, {}, now + 10ms);
  book.failed(0, true, now + 10ms);
  CHECK(book.may_send(0, now + 110ms));
  book.send(0, {}, now + 110ms);
  book.failed(0, true, now + 110ms);
  CHECK(book.may_send(0, now + 210ms));
}

}  // namespace cluster_store_test
