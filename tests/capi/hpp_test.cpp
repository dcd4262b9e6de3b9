// lagoon.hpp, every call of it, as a C++17 program without exceptions and RTTI has it: two LAGs that are
// cabled to each other, one with a control thread of its own, one that is polled.
#include <lagoon.hpp>

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "bench.h"
#include "capi_tests.h"
#include "check.h"

using lagoon::Errc;
using lagoon::Event;
using lagoon::Lag;
using lagoon::LagRef;
using lagoon::Link;

static_assert(std::is_nothrow_move_constructible_v<Lag> && std::is_nothrow_move_assignable_v<Lag>);
static_assert(!std::is_copy_constructible_v<Lag> && !std::is_copy_assignable_v<Lag>);
static_assert(!std::is_copy_constructible_v<lagoon::Status>);
static_assert(std::is_trivially_copyable_v<LagRef> && std::is_trivially_copyable_v<lagoon::span<rte_mbuf*>>);
static_assert(std::is_convertible_v<lagoon::span<int>, lagoon::span<const int>>);
static_assert(!std::is_convertible_v<lagoon::span<const int>, lagoon::span<int>>);
#if __cplusplus >= 202002L
static_assert(std::is_convertible_v<lagoon::span<int>, std::span<int>>);
static_assert(std::is_convertible_v<std::span<int>, lagoon::span<const int>>);
#endif

namespace {

constexpr unsigned kFrames = 64;

// What callbacks of a LAG have said, and what they were answered.
struct Heard {
  std::atomic<bool> up{false};
  std::atomic<std::uint64_t> speed_mbps{0};
  std::atomic<std::uint64_t> events{0};
};

bool has(const std::string& text, std::string_view words) {
  return text.find(words) != std::string::npos;
}

// A callback may look at its LAG, and is told that it may not change it.
void look(LagRef lag, const Link& link) {
  CHECK(lag.get() != nullptr && link.struct_size == sizeof(lagoon_link));
  CHECK(lag.link().up == link.up && lag.link().speed_mbps == link.speed_mbps);
  const auto status = lag.status();
  CHECK(status && status->lag().up == link.up && !status->members().empty());
  CHECK(lag.events() && lag.explain("udp 10.0.0.1:1 10.0.0.2:2"));
  const auto refused = lag.command("set", "hash: l2");
  CHECK(!refused && refused.error().code == Errc::busy && has(refused.error().message, "callback"));
  CHECK(!lag.control_poll());
}

lagoon::Config config_of(const std::shared_ptr<Heard>& heard, std::string options) {
  lagoon::Config config;
  config.options = std::move(options);
  config.pools = {pool};
  config.on_link = [heard](LagRef lag, const Link& link) {
    look(lag, link);
    heard->speed_mbps = link.speed_mbps;
    heard->up = link.up;
  };
  config.on_event = [heard](LagRef lag, const Event& event) {
    CHECK(lag.get() != nullptr && event.sequence == heard->events + 1 && event.kind[0] != '\0');
    ++heard->events;
  };
  return config;
}

void test_errors(std::uint16_t port) {
  const auto nothing = Lag::create({});
  CHECK(!nothing && nothing.error().code == Errc::invalid_argument);
  CHECK(has(nothing.error().message, "pools is empty"));
  lagoon::Config wrong;
  wrong.options = "mode: lacpp\nhash: l9";
  wrong.ports = {port};
  wrong.pools = {pool};
  const auto refused = Lag::create(wrong);
  CHECK(!refused && has(refused.error().message, "options:1:7") &&
        has(refused.error().message, "options:2:7"));
  wrong.options.clear();
  wrong.options_file = "nowhere/lag.yaml";
  const auto missing = Lag::create(wrong);
  CHECK(!missing && missing.error().code == Errc::no_such_thing);
  CHECK(std::strcmp(lagoon::name_of(Errc::busy), "busy") == 0);
  CHECK(std::strcmp(lagoon::version(), LAGOON_VERSION) == 0);
  const lagoon::Result<int> five{5};
  lagoon::Result<int> none{lagoon::Error{Errc::busy, "no"}};
  CHECK(five && *five == 5 && none.error().message == "no" && std::move(none).value_or(7) == 7);
}

void test_spans() {
  std::array<int, 4> four{1, 2, 3, 4};
  std::vector<int> three{1, 2, 3};
  int two[] = {1, 2};
  CHECK(lagoon::span<int>{four}.size() == 4 && lagoon::span<const int>{three}.data() == three.data());
  CHECK(lagoon::span<int>{two}.subspan(1)[0] == 2 && lagoon::span<int>{two}.first(1).size() == 1);
  CHECK(lagoon::span<int>{}.empty());
  int sum = 0;
  for (const int each : lagoon::span<const int>{four}) sum += each;
  CHECK(sum == 10);
}

// The first callback finds its LAG, though it may come before create() has returned.
void test_early_callbacks(std::uint16_t port) {
  for (int i = 0; i < 10; ++i) {
    auto heard = std::make_shared<Heard>();
    auto config = config_of(heard, "{ name: early, mode: balance-xor, mac: 02:00:00:00:00:0e }");
    config.ports = {port};
    auto made = Lag::create(std::move(config));
    if (!CHECK(made.has_value())) return;
    Lag lag = *std::move(made);
    while (!heard->up) std::this_thread::yield();
    CHECK(heard.use_count() > 1);
    // (moved from and to; then gone, with all that its callbacks hold)
    Lag other{std::move(lag)};
    lag = std::move(other);
    CHECK(lag.link().up);
    {
      const Lag gone{std::move(lag)};
    }
    CHECK(heard.use_count() == 1);
  }
}

struct Pair {
  Lag& left;
  Lag& right;
  struct end a;
  struct end b;
  const Heard& left_heard;
  const Heard& right_heard;
};

bool is_up(void* of) {
  const Pair& pair = *static_cast<const Pair*>(of);
  return pair.left_heard.speed_mbps == 20000 && pair.right_heard.speed_mbps == 20000;
}

bool has_all(void* of) {
  return static_cast<const Pair*>(of)->b.received >= kFrames;
}

void test_frames(Pair& pair) {
  std::array<rte_mbuf*, kFrames> frames{};
  for (unsigned i = 0; i < kFrames; ++i) frames[i] = frame_of(i);
  CHECK(pair.left.tx_burst(0, frames).empty());
  pair.b.received = 0;
  CHECK(served_until(&pair.a, &pair.b, has_all, &pair));
  // Those that are received stand at the begin of the room.
  for (unsigned i = 0; i < kFrames; ++i) frames[i] = frame_of(i);
  CHECK(pair.left.tx_burst(0, frames).empty());
  unsigned received = 0;
  std::array<rte_mbuf*, kFrames> room{};
  for (int tries = 0; received < kFrames && tries < 100000; ++tries) {
    const lagoon::span<rte_mbuf*> some = pair.right.rx_burst(0, room);
    CHECK(some.data() == room.data());
    free_frames(some.data(), static_cast<unsigned>(some.size()));
    received += static_cast<unsigned>(some.size());
  }
  CHECK(received == kFrames);
}

void test_status(const Pair& pair) {
  auto status = pair.left.status();
  if (!CHECK(status.has_value())) return;
  CHECK(std::string_view{status->lag().name} == "hpp" && status->lag().members == CABLES);
  const auto members = status->members();
  CHECK(members.size() == CABLES && std::string_view{members[1].name} == "net_ring_d1" &&
        members[1].distributing);
  CHECK(!status->drops().empty() && status->drops()[0].name[0] != '\0');
  const auto json = status->text("json");
  CHECK(json && json->front() == '{' && json->back() != '\0' && has(*json, "\"hpp\""));
  const auto xml = status->text("xml");
  CHECK(!xml && xml.error().code == Errc::no_such_thing && has(xml.error().message, "no such view"));
  const lagoon::Status moved{*std::move(status)};
  CHECK(moved.members().size() == CABLES && status->members().empty());
}

void test_events_and_commands(const Pair& pair) {
  const auto events = pair.left.events();
  CHECK(events && events->size() > 4 && events->front().sequence == 1);
  const auto later = pair.left.events(events->back().sequence);
  CHECK(later && later->empty());
  const auto way = pair.left.explain("udp 10.0.0.1:5003 10.0.0.2:53");
  CHECK(way && std::string_view{way->way.distribution} == "flow_hash" && has(way->json, way->way.member));
  const auto none = pair.left.explain("udp here there");
  CHECK(!none && none.error().code == Errc::invalid_argument && !none.error().message.empty());
  const auto done = pair.left.command("set", "hash: l2+3");
  CHECK(done && !done->empty());
  const auto unknown = pair.left.command("drain", "a7");
  CHECK(!unknown && unknown.error().code == Errc::no_such_thing && has(unknown.error().message, "a7"));
  CHECK(pair.left.control_run().error().code == Errc::not_supported);
  // The thread that polls may change its LAG between turns.
  CHECK(pair.right.command("set", "hash: l2+3").has_value());
  const auto wait = pair.right.control_poll();
  CHECK(wait && *wait <= std::chrono::seconds{1});
  pair.right.control_stop();
  CHECK(pair.right.control_run().has_value());  // (ends at once)
}

void test_console() {
  const auto wrong = lagoon::Console::open("here.sock");
  CHECK(!wrong && wrong.error().code == Errc::invalid_argument && has(wrong.error().message, "root"));
  const std::string path = "/tmp/lagoon-hpp-" + std::to_string(getpid()) + ".sock";
  {
    auto console = lagoon::Console::open(path);
    CHECK(console && access(path.c_str(), F_OK) == 0);
    const lagoon::Console moved = *std::move(console);
    CHECK(!lagoon::Console::open(path + "2"));
  }
  CHECK(access(path.c_str(), F_OK) != 0);
}

void test_pair(const struct cable* cables) {
  const auto left_heard = std::make_shared<Heard>(), right_heard = std::make_shared<Heard>();
  auto left =
      config_of(left_heard, "{ mac: 02:00:00:00:00:1a, lacp: { aggregate-wait: 0s, partner-settle: 0s } }");
  left.name = "hpp";
  auto right =
      config_of(right_heard, "mac: 02:00:00:00:00:1b\nlacp: { aggregate-wait: 0s, partner-settle: 0s }");
  right.control = lagoon::Control::caller;
  right.members = lagoon::Members::keep;
  right.busy = true;
  for (int i = 0; i < CABLES; ++i) {
    left.ports.push_back(cables[i].near);
    right.ports.push_back(cables[i].far);
    CHECK(configure(cables[i].far));
  }
  auto a = Lag::create(std::move(left));
  auto b = Lag::create(std::move(right));
  if (!CHECK(a && b)) return;
  Pair pair{*a, *b, {}, {}, *left_heard, *right_heard};
  pair.a.lag = a->get();
  pair.b.lag = b->get();
  pair.b.polled = true;
  CHECK(served_until(&pair.a, &pair.b, is_up, &pair));
  test_frames(pair);
  test_status(pair);
  test_events_and_commands(pair);
}

}  // namespace

void test_hpp(const struct cable* cables) {
  test_spans();
  test_errors(cables[0].near);
  test_early_callbacks(cables[0].near);
  test_console();
  test_pair(cables);
}
