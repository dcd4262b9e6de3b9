#include "control/wiring/neighbor_words.hpp"

namespace lagoon::control {

namespace {

[[nodiscard]] bool has_text(const std::optional<wire::LldpValue>& value) {
  return value && !value->empty();
}

}  // namespace

std::string system_words(const wire::Lldpdu& said) {
  return has_text(said.system_name) ? wire::text_of(*said.system_name) : text_of_chassis(said.chassis);
}

std::string port_words(const wire::Lldpdu& said) {
  if (said.port.subtype == wire::kPortMacAddress && has_text(said.port_description))
    return wire::text_of(*said.port_description);
  return text_of_port(said.port);
}

std::string end_words(const wire::Lldpdu& said) {
  return system_words(said) + " port " + port_words(said);
}

}  // namespace lagoon::control
