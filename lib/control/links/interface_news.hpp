// InterfaceNews: what becomes of the kernel's interface that a member's port sits on. Absence: how that
// stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/mac_address.hpp"

namespace lagoon::control {

struct InterfaceNews {
  enum class Kind : std::uint8_t {
    gone,     // deleted, moved to another namespace, or another one has its name
    refused,  // one of its name is there again, and can't be used
    back,     // the port is over it
  };
  Kind kind = Kind::gone;
  std::string_view why{};  // of `gone`: a static text
  std::string evidence{};  // of `refused`: what stands in its way
  MacAddress address{};    // of `back`: the port's own
};

/// A member has no port that works, since the interface below is gone. In words; none: it has one.
struct Absence {
  std::string_view words{};  // a static text
  std::string obstacle{};    // what keeps it from coming back
};

}  // namespace lagoon::control
