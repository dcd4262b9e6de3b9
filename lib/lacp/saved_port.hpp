// SavedPort: what an Aggregation Port that is in use knows, so that another process can go on from there.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/time.hpp"
#include "lacp/port_view.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::lacp {

/// Retry counts, since the Partner is known (docs/lacp.md).
struct SavedRetry {
  bool known = false;
  std::uint8_t ours = 3;  // as the Partner was told last
  std::uint8_t partner = 3;
  friend bool operator==(const SavedRetry&, const SavedRetry&) = default;
};

/// Of a port that is CURRENT and attached. Instants are of the clock of who saved it.
struct SavedPort {
  wire::LacpInfo actor{};  // as our next LACPDU would have said it
  wire::Lacpdu heard{};    // the Partner's last one, as it came
  MuxState mux = MuxState::attached;
  Instant sent{};           // our last LACPDU
  Instant heard_at{};       // theirs
  Instant current_while{};  // when it runs out
  SavedRetry retry{};
  friend constexpr bool operator==(const SavedPort&, const SavedPort&) noexcept = default;
};

/// Why a port starts afresh.
enum class RestoreFault : std::uint8_t {
  none,
  link_down,
  another_identity,   // our System, key or Port ID is another, or the link's speed is
  partner_timed_out,  // it had no LACPDU of ours for almost as long as it waits for one
  partner_silent,
};
[[nodiscard]] constexpr std::string_view name_of(RestoreFault fault) noexcept {
  switch (fault) {
    case RestoreFault::none:
      return "";
    case RestoreFault::link_down:
      return "the link is down";
    case RestoreFault::another_identity:
      return "its System ID, key or Port ID is another now";
    case RestoreFault::partner_timed_out:
      return "the Partner has waited too long for an LACPDU";
    case RestoreFault::partner_silent:
      return "the Partner was not heard for too long";
  }
  return "";
}

/// One port to go on from `saved`; `fault` is filled in.
struct PortRestore {
  MemberIndex port{};
  LinkState link{};
  SavedPort saved{};
  RestoreFault fault = RestoreFault::none;
};

}  // namespace lagoon::lacp
