// A State as octets, and back: a head with the length and a checksum, so that a file that was cut off or
// damaged anywhere is refused as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "state/state.hpp"

namespace lagoon::state {

enum class DecodeFault : std::uint8_t {
  foreign,   // no state of Lagoon's
  version,   // of a Lagoon that writes it in another way
  torn,      // its end is missing, or something follows it
  damaged,   // the checksum is another
  nonsense,  // values that no Lagoon writes
};
[[nodiscard]] std::string_view name_of(DecodeFault fault) noexcept;

[[nodiscard]] std::vector<std::byte> encode(const State& state);
/// Takes any octets.
[[nodiscard]] std::expected<State, DecodeFault> decode(std::span<const std::byte> octets);

/// The largest that decode() takes: 64 LAGs of 32 members, each with all buckets placed.
inline constexpr std::size_t kOctetsMax = 4U << 20;

}  // namespace lagoon::state
