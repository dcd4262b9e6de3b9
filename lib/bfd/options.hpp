#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "wire/bfd/bfd_frame.hpp"

namespace lagoon::bfd {

/// When a member whose session is not Up carries nothing.
enum class Require : std::uint8_t {
  learned,  // once the session has been Up: a partner without BFD takes no member out
  always,   // RFC 7130's letter
};
inline constexpr std::array<std::string_view, 2> kRequireNames{"learned", "always"};
[[nodiscard]] constexpr std::string_view name_of(Require require) noexcept {
  return kRequireNames[static_cast<std::size_t>(require)];
}

/// Of one member. All members of a LAG have the same addresses (RFC 7130 2.2).
struct Options {
  Duration interval = 50ms;     // Desired Min TX and Required Min RX: 1 ms to 60 s, whole microseconds
  std::uint8_t multiplier = 3;  // Detect Mult: 1 to 255
  std::uint16_t port = wire::kMicroBfdPort;
  Duration hold_up = 1s;  // how long a session that was lost is Up again before its member carries
  Require require = Require::learned;
  IpAddress local{};
  std::optional<IpAddress> peer{};                  // nothing: who is heard first
  MacAddress destination = wire::kMicroBfdAddress;  // until Up
  bool learn_destination = true;                    // in Up, the address that frames come from
  friend bool operator==(const Options&, const Options&) noexcept = default;
};

/// Who this end of the session is.
struct Identity {
  MacAddress source{};              // the member's
  std::uint32_t discriminator = 1;  // not 0, and no other session's; another one after a restart
  std::uint64_t seed = 1;           // of the jitter
};

}  // namespace lagoon::bfd
