#include "cluster/request_book.hpp"

namespace lagoon::cluster {

RequestBook::Sent RequestBook::send(std::size_t slot, Revision known, Instant now) noexcept {
  const Sent sent{
      .id = RequestId{++ids_}, .endpoint = endpoint_, .at = now, .deadline = now + patience_, .known = known};
  slots_[slot].sent = sent;
  return sent;
}

std::optional<std::size_t> RequestBook::slot_of(RequestId id) const noexcept {
  for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    if (slots_[slot].sent && slots_[slot].sent->id == id) return slot;
  return std::nullopt;
}

void RequestBook::answered(std::size_t slot, Instant next) noexcept {
  slots_[slot] = Slot{.not_before = next};
}

void RequestBook::failed(std::size_t slot, bool steadily, Instant now) noexcept {
  Slot& s = slots_[slot];
  if (s.sent) rotate(s.sent->endpoint);
  s.sent.reset();
  s.pause = steadily || s.pause == Duration::zero() ? kRetry : std::min(2 * s.pause, kRetryMost);
  s.not_before = now + s.pause;
}

std::optional<std::size_t> RequestBook::overdue(Instant now) const noexcept {
  for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    if (slots_[slot].sent && slots_[slot].sent->deadline <= now) return slot;
  return std::nullopt;
}

void RequestBook::rotate(std::uint8_t failed) noexcept {
  if (failed == endpoint_) endpoint_ = static_cast<std::uint8_t>((endpoint_ + 1) % endpoints_);
}

}  // namespace lagoon::cluster
