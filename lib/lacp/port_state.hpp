// PortState: the state octet of Actor and Partner (802.1AX-2014 6.4.2.3), as a value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lagoon::lacp {

enum class StateBit : std::uint8_t {
  activity = 0,
  timeout = 1,  // set: short timeout
  aggregation = 2,
  synchronization = 3,
  collecting = 4,
  distributing = 5,
  defaulted = 6,
  expired = 7,
};

inline constexpr std::array<std::string_view, 8> kStateBitNames{
    "activity",   "timeout",      "aggregation", "synchronization",
    "collecting", "distributing", "defaulted",   "expired"};

class PortState {
 public:
  constexpr PortState() noexcept = default;
  constexpr explicit PortState(std::uint8_t octet) noexcept : octet_{octet} {}
  [[nodiscard]] constexpr std::uint8_t octet() const noexcept { return octet_; }
  [[nodiscard]] constexpr bool has(StateBit bit) const noexcept { return (octet_ & mask(bit)) != 0; }
  [[nodiscard]] constexpr PortState with(StateBit bit, bool value = true) const noexcept {
    return PortState{static_cast<std::uint8_t>(value ? octet_ | mask(bit) : octet_ & ~mask(bit))};
  }
  friend constexpr bool operator==(PortState, PortState) noexcept = default;

 private:
  [[nodiscard]] static constexpr unsigned mask(StateBit bit) noexcept {
    return 1U << static_cast<unsigned>(bit);
  }
  std::uint8_t octet_ = 0;
};

}  // namespace lagoon::lacp
