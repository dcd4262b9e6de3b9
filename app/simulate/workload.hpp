// Workloads: which conversation sends when. Rates and sizes are what the options ask for; everything else is
// drawn from one seed.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/units.hpp"
#include "conversations.hpp"
#include "random.hpp"

namespace lagoon::simulate {

class Workload {
 public:
  virtual ~Workload() = default;
  /// Makes the frames that are sent after the last call and until `now`; `offer(frame)` takes each.
  virtual void run(Instant now, const std::function<void(SimFrame*)>& offer) = 0;
};

/// Conversations that last, each with its part of the whole: frames come as a Poisson process has it.
class Steady final : public Workload {
 public:
  /// `parts`: of each conversation, in any unit. `rate`: of all together.
  Steady(Conversations& conversations, const std::vector<double>& parts, BitsPerSecond rate,
         std::uint32_t frame_length, std::uint64_t seed, Instant start);
  void run(Instant now, const std::function<void(SimFrame*)>& offer) override;

 private:
  Conversations& conversations_;
  std::uint32_t first_;
  Chances chances_;
  Random random_;
  double interval_;  // ns between frames, on average
  double next_;      // ns
  std::uint32_t length_;
};

/// Equal parts, or as Zipf's law has it: the n-th has 1 / n^exponent.
[[nodiscard]] std::vector<double> equal_parts(std::size_t count);
[[nodiscard]] std::vector<double> zipf_parts(std::size_t count, double exponent);

/// A distribution of sizes: octets, and the part of all conversations that are not larger.
struct SizePoint {
  double octets = 0;
  double part = 0;
};
using Sizes = std::vector<SizePoint>;
/// "websearch", "datamining", or the path of a file with two columns. Errors: no_such_thing,
/// invalid_argument.
[[nodiscard]] Result<Sizes> sizes_named(const std::string& name);
[[nodiscard]] double mean_of(const Sizes& sizes);

/// Conversations that begin as a Poisson process has it, send at `peak` until they have sent their size, and
/// end.
class Arrivals final : public Workload {
 public:
  Arrivals(Conversations& conversations, Sizes sizes, BitsPerSecond rate, BitsPerSecond peak,
           std::uint32_t frame_length, std::uint64_t seed, Instant start);
  void run(Instant now, const std::function<void(SimFrame*)>& offer) override;

 private:
  struct Active {
    double at = 0;  // ns, of its next frame
    std::uint32_t conversation = 0;
    double left = 0;  // octets
    [[nodiscard]] friend bool operator>(const Active& a, const Active& b) { return a.at > b.at; }
  };
  [[nodiscard]] double draw_size();

  Conversations& conversations_;
  Sizes sizes_;
  Random random_;
  double interval_;    // ns between beginnings, on average
  double next_begin_;  // ns
  double frame_time_;  // ns between frames of one conversation
  std::uint32_t length_;
  std::priority_queue<Active, std::vector<Active>, std::greater<>> active_;
};

}  // namespace lagoon::simulate
