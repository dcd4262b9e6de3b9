// Explorer: runs a few threads in every order in which their steps on atomics can be seen, with every value
// that a load may give under C++'s memory model, and checks what is shared without atomics for races.
//
// A thread is a coroutine that stops before each step; a run is a list of choices (who goes next, which store
// a load sees); runs are repeated until all lists were tried. Orders that differ in nothing but steps that do
// not concern each other count as one (sleep sets, Godefroid 1996).
//
// Loads see any store that is not older than what their thread knows: by its own steps, by what it acquired,
// and by fences. Stores of one location have one order, in which they were made. seq_cst fences and steps
// know of all before them. A store carries on what the same thread released there before (C11's release
// sequences: rte_rcu_qsbr counts on them). Not covered: loads that see stores to come, and spurious failures
// of weak exchanges.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lagoon::interleave {

inline constexpr std::size_t kThreadsMax = 4;

struct Scenario {
  std::function<void()> begin{};                 // makes what is shared; no other thread runs yet
  std::vector<std::function<void()>> threads{};  // at most kThreadsMax
  std::function<void()> end{};                   // looks at what came of it, and takes it away
};

struct Outcome {
  std::uint64_t runs = 0;
  bool complete = false;  // every run there is was made
  std::string found{};    // the first thing that was wrong, with the steps that led there; empty: nothing
};

/// `runs_most`: where it gives up.
[[nodiscard]] Outcome explore(const Scenario& scenario, std::uint64_t runs_most);

/// Of a thread or of end(): something must hold.
void require(bool holds, const char* sentence);
/// What is shared without an atomic. Writes, and the end of its life, must be ordered with all else.
void read_plain(const void* at);
void write_plain(const void* at);

// What the macros in instrumented.hpp lead to. Outside of a thread of a scenario they are plain accesses.
enum class Order : std::uint8_t { relaxed, acquire, release, acq_rel, seq_cst };
[[nodiscard]] bool in_thread() noexcept;
/// The value that is seen. `initial`: what is there, if nobody has stored yet.
[[nodiscard]] std::uint64_t load(const void* at, std::uint64_t initial, Order order);
void store(void* at, std::uint64_t initial, std::uint64_t value, Order order);
/// Gives what was there.
std::uint64_t exchange(void* at, std::uint64_t initial,
                       const std::function<std::uint64_t(std::uint64_t)>& next, Order order);
void fence(Order order);

}  // namespace lagoon::interleave
