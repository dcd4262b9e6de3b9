// Station: what sends the workload's frames over the links: a LAG of ours, or what it is compared with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "base/time.hpp"
#include "frame.hpp"
#include "options.hpp"
#include "sim_link.hpp"

namespace lagoon::simulate {

/// Since the start, where somebody counts it.
struct MoveFacts {
  std::uint64_t begun = 0;
  std::uint64_t released = 0;  // of those for which frames waited
  Duration last_pause{};       // of these
};

class Station {
 public:
  virtual ~Station() = default;
  /// All links are in use, and nothing moves.
  [[nodiscard]] virtual bool ready() const = 0;
  virtual void offer(SimFrame* frame, Instant now) = 0;
  /// Lets everything go on until `now`.
  virtual void run(Instant now) = 0;
  virtual Result<void> apply(const Event& event, Instant now) = 0;
  [[nodiscard]] virtual const SimLink& link(std::size_t link) const = 0;
  [[nodiscard]] virtual bool is_up(std::size_t link) const = 0;
  /// Where a conversation goes by its hash alone. Precondition: ready().
  [[nodiscard]] virtual std::size_t link_of(std::span<const std::byte> headers) const = 0;
  [[nodiscard]] virtual MoveFacts moves(Instant now) const = 0;
};

}  // namespace lagoon::simulate
