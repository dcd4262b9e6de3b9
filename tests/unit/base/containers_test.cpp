#include "base/fixed_vector.hpp"
#include "base/ring_queue.hpp"
#include "support/catch.hpp"

namespace containers_test {

using namespace lagoon;

TEST_CASE("A RingQueue is first in first out, also around its end", "[base]") {
  RingQueue<int, 3> queue;
  int next_in = 0;
  int next_out = 0;
  for (int round = 0; round < 10; ++round) {
    while (queue.push(next_in)) ++next_in;
    CHECK(queue.size() == 3);
    CHECK(queue[0] == next_out);
    CHECK(queue.pop() == next_out++);
    CHECK(queue.pop() == next_out++);
  }
  while (auto value = queue.pop()) CHECK(*value == next_out++);
  CHECK(next_in == next_out);
}

TEST_CASE("A RingQueue that overwrites keeps the newest", "[base]") {
  RingQueue<int, 2> queue;
  for (int i = 0; i < 5; ++i) queue.push_overwriting(i);
  CHECK(queue.pop() == 3);
  CHECK(queue.pop() == 4);
  CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("A FixedVector holds what was pushed, in order", "[base]") {
  FixedVector<int, 4> vector;
  CHECK(vector.empty());
  for (int i = 0; i < 4; ++i) vector.push_back(i * i);
  CHECK(vector.full());
  CHECK(vector[3] == 9);
  int sum = 0;
  for (const int value : vector) sum += value;
  CHECK(sum == 14);
}

}  // namespace containers_test
