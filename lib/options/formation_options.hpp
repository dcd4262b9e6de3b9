#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace lagoon::control {

/// What LLDP has to say before a candidate becomes a member.
enum class LldpVoice : std::uint8_t {
  agree,    // where it is heard it names the box that the others of the group lead to
  require,  // it is heard, and does
  ignore,
};
inline constexpr std::array<std::string_view, 3> kLldpVoiceNames{"agree", "require", "ignore"};

/// Of a LAG that finds its members by itself among candidates (docs/auto-lag.md).
struct FormationOptions {
  std::string partner{};            // a System's address, a name that LLDP tells, "lagoon"; empty: any
  Duration settle = 3s;             // the Partner is the same for so long before a candidate becomes a member
  Duration keep = 60s;              // a member whose Partner is silent for longer becomes a candidate
  std::uint8_t most = kMembersMax;  // members
  LldpVoice lldp = LldpVoice::agree;
  friend bool operator==(const FormationOptions&, const FormationOptions&) = default;
};

}  // namespace lagoon::control
