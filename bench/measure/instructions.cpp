// With the trap flag set, the processor traps behind each instruction (Intel SDM vol. 3, 18.3.1.4; AMD APM
// vol. 2, 13.1.4), and the kernel turns that into SIGTRAP.
#include "measure/instructions.hpp"

#include <atomic>
#include <csignal>
#include <functional>
#include <optional>

namespace lagoon::bench {

#ifdef __x86_64__
namespace {

// (the handler runs on the thread that it interrupts)
std::atomic<std::uint64_t> steps = 0;

void count_step(int) {
  steps.store(steps.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

// (the red zone below the stack pointer may be in use)
[[gnu::always_inline]] inline void step_from_here() {
  asm("lea -128(%%rsp), %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\tlea 128(%%rsp), %%rsp" ::
          : "memory", "cc");
}
[[gnu::always_inline]] inline void no_more_steps() {
  asm("lea -128(%%rsp), %%rsp\n\tpushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq\n\tlea 128(%%rsp), %%rsp" ::
          : "memory", "cc");
}

std::uint64_t stepped(const std::function<void()>& code) {
  steps.store(0, std::memory_order_relaxed);
  step_from_here();
  code();
  no_more_steps();
  return steps.load(std::memory_order_relaxed);
}

}  // namespace

std::optional<std::uint64_t> instructions_of(const std::function<void()>& code) {
  struct sigaction action{}, before{};
  action.sa_handler = count_step;
  if (sigaction(SIGTRAP, &action, &before) != 0) return std::nullopt;
  const std::uint64_t of_nothing = stepped([] {});
  const std::uint64_t count = stepped(code);
  sigaction(SIGTRAP, &before, nullptr);
  return count - of_nothing;
}
#else
std::optional<std::uint64_t> instructions_of(const std::function<void()>&) {
  return std::nullopt;
}
#endif

}  // namespace lagoon::bench
