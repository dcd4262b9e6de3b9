#include "marker/responder.hpp"

namespace lagoon::marker {

std::optional<wire::MarkerPdu> Responder::receive(const wire::MarkerPdu& pdu, Instant now) noexcept {
  if (pdu.kind == wire::MarkerKind::response) {
    ++ignored_;
    return std::nullopt;
  }
  ++received_;
  if (answered_.size() == kPerSecond && now - answered_[0] <= kWindow) {
    ++limited_;
    return std::nullopt;
  }
  answered_.push_overwriting(now);
  ++sent_;
  // All but the type is the requester's own (6.5.4.2); the version is the one we speak.
  return wire::MarkerPdu{.kind = wire::MarkerKind::response,
                         .requester_port = pdu.requester_port,
                         .requester_system = pdu.requester_system,
                         .transaction = pdu.transaction};
}

}  // namespace lagoon::marker
