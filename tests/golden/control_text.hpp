// What the frames of the control lcore other than slow-protocol frames mean, in one line.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace lagoon::test {

[[nodiscard]] std::string control_meaning(std::span<const std::byte> frame);

}  // namespace lagoon::test
