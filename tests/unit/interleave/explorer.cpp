#include "explorer.hpp"

#include <ucontext.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace lagoon::interleave {

namespace {

constexpr std::size_t kStackOctets = 256 << 10;

// How far a thread knows each location, and how many steps of each thread have happened before.
struct View {
  std::vector<std::uint32_t> seen{};
  std::array<std::uint32_t, kThreadsMax + 1> steps{};
  [[nodiscard]] std::uint32_t of(std::size_t location) const {
    return location < seen.size() ? seen[location] : 0;
  }
  void see(std::size_t location, std::uint32_t index) {
    if (location >= seen.size()) seen.resize(location + 1);
    seen[location] = std::max(seen[location], index);
  }
  void join(const View& other) {
    for (std::size_t i = 0; i < other.seen.size(); ++i) see(i, other.seen[i]);
    for (std::size_t t = 0; t < steps.size(); ++t) steps[t] = std::max(steps[t], other.steps[t]);
  }
};

struct Store {
  std::uint64_t value = 0;
  std::size_t by = kThreadsMax;
  View released{};  // what who acquires it comes to know
};

// What a thread is about to do.
struct Step {
  const void* at = nullptr;
  bool writes = false;
  bool sequential = false;
};

[[nodiscard]] bool independent(const Step& a, const Step& b) {
  if (a.sequential && b.sequential) return false;
  return a.at != b.at || a.at == nullptr || (!a.writes && !b.writes);
}

struct Choice {
  std::size_t options = 0;
  std::size_t taken = 0;
  // Of a choice of threads: who they are, who sleeps, and what they were about to do.
  std::vector<std::size_t> threads{};
  std::vector<std::pair<std::size_t, Step>> sleeping{};
  std::vector<Step> steps{};
};

struct Plain {
  std::array<std::uint32_t, kThreadsMax + 1> read{};
  std::array<std::uint32_t, kThreadsMax + 1> written{};
};

struct Fiber {
  ucontext_t context{};
  std::unique_ptr<char[]> stack{};
  const std::function<void()>* work = nullptr;
  Step next{};
  bool done = false;
  View view{};
  View acquired{};  // by relaxed loads, for a fence to come
  View fenced{};    // what a relaxed store releases
};

class World {
 public:
  explicit World(const Scenario& scenario) : scenario_{scenario} {}

  Outcome explore(std::uint64_t runs_most);

  void stop_before(const Step& step);
  [[nodiscard]] std::uint64_t load(const void* at, std::uint64_t initial, Order order);
  void store(const void* at, std::uint64_t initial, std::uint64_t value, Order order);
  std::uint64_t exchange(const void* at, std::uint64_t initial,
                         const std::function<std::uint64_t(std::uint64_t)>& next, Order order);
  void fence(Order order);
  void plain(const void* at, bool writes);
  void fail(std::string sentence);
  [[nodiscard]] bool in_thread() const { return running_ < fibers_.size(); }
  void run_fiber();

 private:
  void run();
  [[nodiscard]] bool next_list();
  [[nodiscard]] std::optional<std::size_t> choose_thread();
  [[nodiscard]] std::size_t choose_value(std::size_t options);
  [[nodiscard]] std::vector<Store>& stores(const void* at, std::uint64_t initial);
  [[nodiscard]] std::size_t location(const void* at);
  void note(const char* what, const void* at, std::uint64_t value);
  Fiber& self() { return fibers_[running_]; }
  void enter(Order order);
  void acquire(const Store& from, Order order);

  const Scenario& scenario_;
  std::vector<Choice> list_;
  std::size_t position_ = 0;
  std::vector<Fiber> fibers_;
  std::size_t running_ = kThreadsMax;
  ucontext_t home_{};
  std::map<const void*, std::size_t> locations_;
  std::vector<std::vector<Store>> stores_;
  std::map<const void*, Plain> plain_;
  std::vector<std::pair<std::size_t, Step>> sleeping_;
  View sequential_;
  std::string found_;
  std::string history_;
};

World* world = nullptr;

void fiber_main() {
  world->run_fiber();
}

[[nodiscard]] bool acquires(Order order) {
  return order == Order::acquire || order == Order::acq_rel || order == Order::seq_cst;
}
[[nodiscard]] bool releases(Order order) {
  return order == Order::release || order == Order::acq_rel || order == Order::seq_cst;
}

void World::run_fiber() {
  (*self().work)();
  self().done = true;
  swapcontext(&self().context, &home_);
}

// Every other thread may go first.
void World::stop_before(const Step& step) {
  Fiber& fiber = self();
  fiber.next = step;
  swapcontext(&fiber.context, &home_);
  ++fiber.view.steps[running_];
}

std::size_t World::location(const void* at) {
  return locations_.try_emplace(at, locations_.size()).first->second;
}

std::vector<Store>& World::stores(const void* at, std::uint64_t initial) {
  const std::size_t number = location(at);
  if (number >= stores_.size()) stores_.resize(number + 1);
  if (stores_[number].empty()) stores_[number].push_back({.value = initial});
  return stores_[number];
}

void World::note(const char* what, const void* at, std::uint64_t value) {
  history_ += "  " + std::to_string(running_) + " " + what;
  if (at != nullptr) history_ += " " + std::to_string(location(at)) + " = " + std::to_string(value);
  history_ += "\n";
}

void World::enter(Order order) {
  if (order == Order::seq_cst) self().view.join(sequential_);
}

void World::acquire(const Store& from, Order order) {
  if (acquires(order)) self().view.join(from.released);
  self().acquired.join(from.released);
}

std::uint64_t World::load(const void* at, std::uint64_t initial, Order order) {
  stop_before({.at = at, .writes = false, .sequential = order == Order::seq_cst});
  enter(order);
  const std::vector<Store>& all = stores(at, initial);
  const std::size_t first = self().view.of(location(at));
  // (the newest first: what happens most)
  const std::size_t index = all.size() - 1 - choose_value(all.size() - first);
  self().view.see(location(at), static_cast<std::uint32_t>(index));
  acquire(all[index], order);
  note("loads", at, all[index].value);
  return all[index].value;
}

void World::store(const void* at, std::uint64_t initial, std::uint64_t value, Order order) {
  stop_before({.at = at, .writes = true, .sequential = order == Order::seq_cst});
  enter(order);
  std::vector<Store>& all = stores(at, initial);
  self().view.see(location(at), static_cast<std::uint32_t>(all.size()));
  Store made{.value = value, .by = running_, .released = releases(order) ? self().view : self().fenced};
  if (all.back().by == running_) made.released.join(all.back().released);
  all.push_back(std::move(made));
  if (order == Order::seq_cst) sequential_.join(self().view);
  note("stores", at, value);
}

std::uint64_t World::exchange(const void* at, std::uint64_t initial,
                              const std::function<std::uint64_t(std::uint64_t)>& next, Order order) {
  stop_before({.at = at, .writes = true, .sequential = order == Order::seq_cst});
  enter(order);
  std::vector<Store>& all = stores(at, initial);
  const Store before = all.back();
  self().view.see(location(at), static_cast<std::uint32_t>(all.size()));
  acquire(before, order);
  Store made{
      .value = next(before.value), .by = running_, .released = releases(order) ? self().view : self().fenced};
  made.released.join(before.released);  // (a release sequence goes on)
  all.push_back(std::move(made));
  if (order == Order::seq_cst) sequential_.join(self().view);
  note("exchanges", at, all.back().value);
  return before.value;
}

void World::fence(Order order) {
  stop_before({.at = nullptr, .writes = false, .sequential = order == Order::seq_cst});
  if (acquires(order)) self().view.join(self().acquired);
  enter(order);
  if (order == Order::seq_cst) sequential_.join(self().view);
  if (releases(order)) self().fenced = self().view;
  note("fences", nullptr, 0);
}

void World::plain(const void* at, bool writes) {
  if (!in_thread()) return;
  const auto& known = self().view.steps;
  Plain& data = plain_[at];
  for (std::size_t t = 0; t < fibers_.size(); ++t) {
    if (t == running_) continue;
    if (data.written[t] > known[t] || (writes && data.read[t] > known[t]))
      fail("a race on plain data with thread " + std::to_string(t));
  }
  (writes ? data.written : data.read)[running_] = known[running_] + 1;
}

void World::fail(std::string sentence) {
  if (found_.empty()) found_ = std::move(sentence) + "\n" + history_;
}

std::optional<std::size_t> World::choose_thread() {
  if (position_ == list_.size()) {
    Choice choice{.sleeping = sleeping_};
    const auto sleeps = [&](std::size_t t) {
      return std::ranges::any_of(sleeping_, [&](const auto& pair) { return pair.first == t; });
    };
    for (std::size_t t = 0; t < fibers_.size(); ++t) {
      if (fibers_[t].done || sleeps(t)) continue;
      choice.threads.push_back(t);
      choice.steps.push_back(fibers_[t].next);
    }
    choice.options = choice.threads.size();
    if (choice.options == 0) return std::nullopt;  // all that is left was tried in another order
    list_.push_back(std::move(choice));
  }
  const Choice& choice = list_[position_++];
  // Those that were tried before sleep, until a step comes that concerns theirs.
  std::vector<std::pair<std::size_t, Step>> asleep = choice.sleeping;
  for (std::size_t i = 0; i < choice.taken; ++i) asleep.emplace_back(choice.threads[i], choice.steps[i]);
  std::erase_if(asleep,
                [&](const auto& pair) { return !independent(pair.second, choice.steps[choice.taken]); });
  sleeping_ = std::move(asleep);
  return choice.threads[choice.taken];
}

std::size_t World::choose_value(std::size_t options) {
  if (options == 1) return 0;
  if (position_ == list_.size()) list_.push_back({.options = options});
  return list_[position_++].taken;
}

void World::run() {
  position_ = 0;
  locations_.clear();
  stores_.clear();
  plain_.clear();
  sleeping_.clear();
  history_.clear();
  sequential_ = {};
  scenario_.begin();
  for (std::size_t t = 0; t < fibers_.size(); ++t) {
    Fiber& fiber = fibers_[t];
    fiber.view = fiber.acquired = fiber.fenced = {};
    fiber.next = {};
    fiber.done = false;
    getcontext(&fiber.context);
    fiber.context.uc_stack = {.ss_sp = fiber.stack.get(), .ss_flags = 0, .ss_size = kStackOctets};
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, &fiber_main, 0);
    // (to its first step: what comes before it concerns nobody)
    running_ = t;
    swapcontext(&home_, &fiber.context);
  }
  const auto all_done = [&] { return std::ranges::all_of(fibers_, &Fiber::done); };
  bool whole = true;
  while (!all_done()) {
    const auto next = choose_thread();
    whole = next.has_value();
    if (!whole) break;
    running_ = *next;
    swapcontext(&home_, &self().context);
  }
  running_ = kThreadsMax;
  if (whole) scenario_.end();
}

// The next list of choices in the order of a dictionary.
bool World::next_list() {
  list_.resize(position_);
  while (!list_.empty() && list_.back().taken + 1 == list_.back().options) list_.pop_back();
  if (list_.empty()) return false;
  ++list_.back().taken;
  return true;
}

Outcome World::explore(std::uint64_t runs_most) {
  Outcome outcome;
  fibers_.resize(scenario_.threads.size());
  for (std::size_t t = 0; t < fibers_.size(); ++t) {
    fibers_[t].stack = std::make_unique<char[]>(kStackOctets);
    fibers_[t].work = &scenario_.threads[t];
  }
  do {
    run();
    ++outcome.runs;
    outcome.found = found_;
    if (!found_.empty()) return outcome;
    outcome.complete = !next_list();
  } while (!outcome.complete && outcome.runs < runs_most);
  return outcome;
}

}  // namespace

Outcome explore(const Scenario& scenario, std::uint64_t runs_most) {
  World made{scenario};
  world = &made;
  Outcome outcome = made.explore(runs_most);
  world = nullptr;
  return outcome;
}

bool in_thread() noexcept {
  return world != nullptr && world->in_thread();
}
void require(bool holds, const char* sentence) {
  if (!holds) world->fail(sentence);
}
void read_plain(const void* at) {
  if (world != nullptr) world->plain(at, false);
}
void write_plain(const void* at) {
  if (world != nullptr) world->plain(at, true);
}
std::uint64_t load(const void* at, std::uint64_t initial, Order order) {
  return world->load(at, initial, order);
}
void store(void* at, std::uint64_t initial, std::uint64_t value, Order order) {
  world->store(at, initial, value, order);
}
std::uint64_t exchange(void* at, std::uint64_t initial,
                       const std::function<std::uint64_t(std::uint64_t)>& next, Order order) {
  return world->exchange(at, initial, next, order);
}
void fence(Order order) {
  world->fence(order);
}

}  // namespace lagoon::interleave
