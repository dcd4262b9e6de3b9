// A process that ends inside a queue's gate, as a secondary process does that is killed.
#include <rte_rcu_qsbr.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <thread>

#include "dpdk/base/frame_inbox.hpp"
#include "dpdk/base/thread_life.hpp"
#include "dpdk/worker/queue_gate.hpp"
#include "support/catch.hpp"

namespace lagoon::dpdk::dead_user_test {
namespace {

// Memory that a child shares.
struct Unmap {
  std::size_t size;
  void operator()(void* at) const { munmap(at, size); }
};
std::unique_ptr<void, Unmap> shared_memory(std::size_t size) {
  void* const at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(at != MAP_FAILED);
  return {at, Unmap{size}};
}

class SharedGate {
 public:
  SharedGate() {
    REQUIRE(rte_rcu_qsbr_init(qsbr(), 1) == 0);
    gate_ = new (gate_memory_.get()) QueueGate{qsbr(), 0};
  }
  [[nodiscard]] rte_rcu_qsbr* qsbr() const { return static_cast<rte_rcu_qsbr*>(qsbr_memory_.get()); }
  QueueGate* operator->() const { return gate_; }

 private:
  std::unique_ptr<void, Unmap> qsbr_memory_ = shared_memory(rte_rcu_qsbr_get_memsize(1));
  std::unique_ptr<void, Unmap> gate_memory_ = shared_memory(sizeof(QueueGate));
  QueueGate* gate_ = nullptr;
};

// A process that enters, and stays inside till it is killed.
class Child {
 public:
  explicit Child(const SharedGate& gate) : pid_{fork()} {
    if (pid_ == 0) {
      own_number = kNoThread;  // (it was the parent's)
      if (!gate->enter()) _exit(1);
      for (;;) pause();
    }
    while (!gate->inside()) std::this_thread::yield();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { reap(); }
  void kill_it() const { kill(pid_, SIGKILL); }
  void reap() {
    if (pid_ <= 0) return;
    kill_it();
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

}  // namespace

TEST_CASE("A user that was killed inside is let go, one that stands there is not", "[gate]") {
  const SharedGate gate;
  Child child{gate};
  const KernelThread user = gate->user();
  REQUIRE(user == child.pid());
  CHECK_FALSE(has_ended(user));
  CHECK_FALSE(gate->claim());
  const std::uint64_t token = rte_rcu_qsbr_start(gate.qsbr());
  CHECK(rte_rcu_qsbr_check(gate.qsbr(), token, false) == 0);

  SECTION("and its parent has asked how it ended") {
    child.reap();
  }
  SECTION("and its parent has not asked") {
    child.kill_it();
    siginfo_t how{};
    REQUIRE(waitid(P_PID, static_cast<id_t>(child.pid()), &how, WEXITED | WNOWAIT) == 0);
  }
  REQUIRE(has_ended(user));
  CHECK_FALSE(gate->claim());
  CHECK_FALSE(gate->claim_after(user + 1));
  REQUIRE(gate->claim_after(user));
  CHECK_FALSE(gate->enter());  // control has it
  gate->release_claim();
  CHECK(rte_rcu_qsbr_check(gate.qsbr(), token, false) == 1);
  CHECK(gate->enter());
  gate->leave();
  CHECK(gate->claim());
}

TEST_CASE("A process that is killed while it hands frames over stops no other", "[gate]") {
  constexpr std::uint32_t kRoom = 16;
  constexpr std::size_t kWriters = 3;
  const auto memory = shared_memory(FrameInbox::octets_for(kRoom));
  FrameInbox& inbox = FrameInbox::make_in(memory.get(), kRoom);
  // (a "frame" is its writer and a number; nobody looks into it)
  const auto writer = [&](std::uint64_t who, std::uint64_t next) {
    const pid_t pid = fork();
    if (pid == 0)
      for (;;)
        if (inbox.push(reinterpret_cast<rte_mbuf*>(next << 8U | who << 4U))) ++next;
    return pid;
  };
  std::array<pid_t, kWriters> pids{};
  std::array<std::uint64_t, kWriters> last{};
  for (std::size_t w = 0; w < kWriters; ++w) pids[w] = writer(w, 1);
  std::uint64_t taken = 0;
  std::uint64_t faults = 0;
  const auto take = [&] {
    const auto word = reinterpret_cast<std::uintptr_t>(inbox.pop());
    if (word == 0) return;
    ++taken;
    const std::size_t who = word >> 4U & 0xfU;
    if (who >= kWriters || word >> 8U != last[who] + 1) ++faults;
    last[who < kWriters ? who : 0] = word >> 8U;
  };
  for (int kills = 0; kills < 60; ++kills) {
    const std::uint64_t enough = taken + 2000;
    while (taken < enough) take();
    const std::size_t who = static_cast<std::size_t>(kills) % kWriters;
    kill(pids[who], SIGKILL);
    REQUIRE(waitpid(pids[who], nullptr, 0) == pids[who]);
    // The others go on, and with as many frames as there is room for, all of the dead one's have come.
    for (const std::uint64_t all = taken + kRoom + 1; taken < all;) take();
    pids[who] = writer(who, last[who] + 1);
  }
  for (const pid_t pid : pids) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  CHECK(faults == 0);
  CHECK(taken > 120'000);
}

TEST_CASE("A thread of the same process that ended inside is let go, too", "[gate]") {
  const SharedGate gate;
  KernelThread user = kNoThread;
  std::thread{[&] {
    if (gate->enter()) user = gate->user();
  }}.join();
  REQUIRE(user != kNoThread);
  CHECK(user != gettid());
  REQUIRE(has_ended(user));
  REQUIRE(gate->claim_after(user));
  gate->release_claim();
  CHECK(gate->enter());
  gate->leave();
}

TEST_CASE("Who is of another pid namespace, or nobody, has not ended", "[gate]") {
  CHECK_FALSE(has_ended(kNoThread));
  CHECK_FALSE(has_ended(kForeignThread));
  CHECK_FALSE(has_ended(gettid()));
  CHECK(this_thread(kPidNamespace) == gettid());
  CHECK(this_thread(kPidNamespace + 1) == kForeignThread);
}

}  // namespace lagoon::dpdk::dead_user_test
