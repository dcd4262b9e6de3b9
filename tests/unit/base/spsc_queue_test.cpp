#include "base/spsc_queue.hpp"

#include <cstdint>
#include <string>
#include <thread>

#include "support/catch.hpp"

namespace spsc_queue_test {

using namespace lagoon;

TEST_CASE("An SpscQueue is first in first out, also around its end, and refuses what has no room", "[base]") {
  SpscQueue<std::string, 3> queue;
  int next_in = 0;
  int next_out = 0;
  for (int round = 0; round < 10; ++round) {
    while (queue.push(std::to_string(next_in))) ++next_in;
    CHECK(next_in - next_out == 3);
    CHECK(queue.pop() == std::to_string(next_out++));
    CHECK(queue.pop() == std::to_string(next_out++));
  }
  while (const auto value = queue.pop()) CHECK(*value == std::to_string(next_out++));
  CHECK(next_in == next_out);
}

TEST_CASE("Two threads lose nothing and see everything in order through an SpscQueue", "[base]") {
  constexpr std::uint64_t kCount = 40'000;
  SpscQueue<std::string, 16> queue;
  std::uint64_t wrong = 0;
  std::thread reader{[&] {
    for (std::uint64_t next = 0; next < kCount;) {
      const auto value = queue.pop();
      if (!value)
        std::this_thread::yield();
      else if (*value != std::to_string(next++))
        ++wrong;
    }
  }};
  for (std::uint64_t i = 0; i < kCount;)
    if (queue.push(std::to_string(i)))
      ++i;
    else
      std::this_thread::yield();
  reader.join();
  CHECK(wrong == 0);
}

}  // namespace spsc_queue_test
