// Station: what stands at the ends of links. Sans-IO like the thing it wraps: the simulator carries its
// frames and tells it the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>

#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/time.hpp"
#include "invariants.hpp"
#include "wire/slow_frame.hpp"

namespace lagoon::sim {

struct Departure {
  MemberIndex port{};
  wire::SlowFrame frame{};
};

class Station {
 public:
  virtual ~Station() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  virtual void frame_received(MemberIndex port, std::span<const std::byte> frame, Instant now) = 0;
  virtual void link_changed(MemberIndex port, const LinkState& link, Instant now) = 0;
  virtual void expire(Instant now) = 0;
  [[nodiscard]] virtual std::optional<Instant> deadline() const = 0;
  [[nodiscard]] virtual std::optional<Departure> transmit(Instant now) = 0;
  [[nodiscard]] virtual std::uint32_t collecting() const = 0;
  [[nodiscard]] virtual std::uint32_t distributing() const = 0;
  /// For the invariants; nothing: this station is held to none.
  [[nodiscard]] virtual std::optional<Observation> observe() { return std::nullopt; }
  /// One line for each transition since the last call.
  virtual void trace(std::ostream*) {}
};

[[nodiscard]] constexpr bool contains(std::uint32_t set, std::size_t member) noexcept {
  return (set >> member & 1U) != 0;
}
/// The first `count` members.
[[nodiscard]] constexpr std::uint32_t first_members(std::size_t count) noexcept {
  return count >= kMembersMax ? ~std::uint32_t{0} : (std::uint32_t{1} << count) - 1;
}

}  // namespace lagoon::sim
