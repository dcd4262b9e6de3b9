// The command line of lagoon-simulate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "network.hpp"
#include "options/move_options.hpp"
#include "table/weights.hpp"

namespace lagoon::simulate {

/// How conversations are dealt out: two ways of ours, and the one to compare them with.
enum class Dealing : std::uint8_t { flow_hash, weighted, modulo };
inline constexpr std::array<std::string_view, 3> kDealingNames{"flow-hash", "weighted", "modulo"};

enum class EventKind : std::uint8_t { down, up, drain, enable, weight };
inline constexpr std::array<std::string_view, 5> kEventNames{"down", "up", "drain", "enable", "weight"};

struct Event {
  Duration at{};
  EventKind kind = EventKind::down;
  std::size_t link = 0;
  std::uint32_t weight = 0;  // of EventKind::weight
};

struct Options {
  bool help = false;
  std::vector<Cable> links{2};
  Dealing dealing = Dealing::flow_hash;
  table::PlaceBy by = table::PlaceBy::share;
  control::MoveOptions move{};
  std::optional<bool> rebalances{};  // nothing: as the LAG does without being told
  Duration window = control::WeightedOptions{}.window;
  std::string workload = "equal";
  double exponent = 0;  // of workload zipf
  std::uint32_t conversations = 10'000;
  double load = 0.8;  // of the sum of all links
  BitsPerSecond peak = mbps(100);
  std::uint32_t frame = 1500;
  std::uint64_t workers = 1;
  Duration time = 10s;
  Duration interval = 100ms;
  std::uint64_t seed = 1;
  std::vector<Event> events;  // in the order of their times
  std::string csv = "-";      // a file; "-": standard output
};

[[nodiscard]] Result<Options> parse_options(int argc, char** argv);
[[nodiscard]] const char* usage() noexcept;

}  // namespace lagoon::simulate
