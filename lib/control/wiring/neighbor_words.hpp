// How a neighbour is called.
#pragma once

#include <string>

#include "wire/lldp/lldpdu.hpp"

namespace lagoon::control {

/// "sw1", or its Chassis ID where it has no name.
[[nodiscard]] std::string system_words(const wire::Lldpdu& said);
/// "Eth1/7": the Port ID, or where that is an address of the port its description, if it has one.
[[nodiscard]] std::string port_words(const wire::Lldpdu& said);
/// "sw1 port Eth1/7".
[[nodiscard]] std::string end_words(const wire::Lldpdu& said);

}  // namespace lagoon::control
