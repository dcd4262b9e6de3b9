#include "wire/learning.hpp"

#include <array>

#include "wire/ethernet_header.hpp"

namespace lagoon::wire {

ControlFrame learning_frame(const MacAddress& mac, std::optional<std::uint16_t> vlan) noexcept {
  constexpr std::uint16_t kLoopback = 0x9000;
  std::array<std::byte, kEthernetFrameMin> frame{};
  ByteWriter writer{frame};
  write_ethernet_header(writer, {mac, mac, vlan, kLoopback});
  return ControlFrame{frame};
}

}  // namespace lagoon::wire
