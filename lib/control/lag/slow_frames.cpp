#include "control/lag/slow_frames.hpp"

#include <variant>

#include "base/byte_reader.hpp"
#include "wire/slow_frame.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::control {

bool SlowFrames::is_one(std::span<const std::byte> frame) noexcept {
  constexpr std::size_t kEtherTypeAt = 12;
  ByteReader reader{frame};
  reader.skip(kEtherTypeAt);
  return reader.be16() == wire::kSlowProtocolsEtherType && !reader.failed();
}

std::optional<wire::Lacpdu> SlowFrames::receive(MemberIndex member, std::span<const std::byte> frame,
                                                Instant now) {
  const auto pdu = wire::parse_slow_frame(frame);
  if (!pdu) {
    ++errors_[static_cast<std::size_t>(pdu.error())];
    return std::nullopt;
  }
  if (const auto* lacpdu = std::get_if<wire::Lacpdu>(&*pdu)) return *lacpdu;
  const auto& marker = std::get<wire::MarkerPdu>(*pdu);
  if (marker.kind == wire::MarkerKind::response && moves_->answers(member, marker, now)) return std::nullopt;
  if (const auto response = responders_[member.value()].receive(marker, now))
    outbox_->push(member,
                  wire::ControlFrame{wire::emit_slow_frame(roster_->settings(member).address, *response)});
  return std::nullopt;
}

void SlowFrames::add_to(LagStatus& s, std::uint64_t looped) const {
  for (std::size_t e = 0; e < wire::kSlowFrameErrors; ++e)
    s.drops.push_back({name_of(static_cast<wire::SlowFrameError>(e)), errors_[e]});
  s.drops.push_back({"lacpdu_looped", looped});
  s.drops.push_back({"lacpdu_unwanted", lacpdus_unwanted_});
  s.drops.push_back({"control_queue_full", outbox_->refused()});
  std::uint64_t limited = 0;
  std::uint64_t ignored = 0;
  for_each(roster_->members(), [&](MemberIndex m) {
    limited += responders_[m.value()].dropped_by_limit();
    ignored += responders_[m.value()].responses_ignored();
  });
  s.drops.push_back({"marker_above_rate", limited});
  s.drops.push_back({"marker_response_unasked", ignored});
}

void SlowFrames::add_to(MemberStatus& s, MemberIndex member) const {
  s.markers.received = responders_[member.value()].markers_received();
  s.markers.answered = responders_[member.value()].responses_sent();
}

}  // namespace lagoon::control
