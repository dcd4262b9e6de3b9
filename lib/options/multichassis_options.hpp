#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace lagoon::control {

/// Whether two boxes have the LAG (docs/cluster.md).
enum class Multichassis : std::uint8_t {
  off,
  standby,      // one of them carries
  independent,  // both do, and nothing behind them is shared
};
inline constexpr std::array<std::string_view, 3> kMultichassisNames{"off", "standby", "independent"};

enum class RevertTo : std::uint8_t { never, prefer };
inline constexpr std::array<std::string_view, 2> kRevertNames{"never", "prefer"};

/// Who hears neither etcd nor the other box.
enum class IsolatedBox : std::uint8_t { ask_partner, stand_by };
inline constexpr std::array<std::string_view, 2> kIsolatedNames{"ask-partner", "stand-by"};

/// The port that is cross-connected with the LAG, while the other box carries.
enum class AccessWhile : std::uint8_t { follow, open };
inline constexpr std::array<std::string_view, 2> kAccessNames{"follow", "open"};

/// Fixed while the LAG runs.
struct MultichassisOptions {
  Multichassis mode = Multichassis::off;
  std::string prefer{};  // a node's name; empty: none
  RevertTo revert = RevertTo::never;
  IsolatedBox isolated = IsolatedBox::ask_partner;
  AccessWhile access = AccessWhile::follow;
  std::uint8_t node_number = 0;  // of this box, from `cluster`: the high four bits of its ports' numbers
  [[nodiscard]] constexpr bool shared() const noexcept { return mode != Multichassis::off; }
  friend bool operator==(const MultichassisOptions&, const MultichassisOptions&) = default;
};

}  // namespace lagoon::control
