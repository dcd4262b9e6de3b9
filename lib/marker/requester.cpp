#include "marker/requester.hpp"

#include <algorithm>

namespace lagoon::marker {

void Requester::ask_one(MemberIndex member, std::size_t workers, const MacAddress& system, std::uint16_t port,
                        Instant now) {
  auto& times = asked_at_[member.value()];
  if (times.size() == kPerSecond && now - times[0] <= kWindow) {
    ++counters_.above_rate;
    complete_ = false;
    return;
  }
  times.push_overwriting(now);
  for (std::size_t w = 0; w < workers; ++w)
    asked_.push_back({.question = {.member = member,
                                   .worker = w,
                                   .pdu = {.kind = wire::MarkerKind::information,
                                           .requester_port = port,
                                           .requester_system = system,
                                           .transaction = ++transaction_}}});
}

void Requester::give_up() {
  for (const Asked& a : asked_)
    if (a.sent && !a.answered) ++counters_.unanswered;
  asked_.clear();
  complete_ = true;
  first_transaction_ = transaction_ + 1;
}

void Requester::forget(MemberIndex member) {
  const auto gone = [&](const Asked& a) { return a.question.member == member; };
  if (std::ranges::any_of(asked_, gone)) complete_ = false;
  std::erase_if(asked_, gone);
  asked_at_[member.value()] = {};
}

std::optional<Question> Requester::transmit() {
  const auto next = std::ranges::find(asked_, false, &Asked::sent);
  if (next == asked_.end()) return std::nullopt;
  next->sent = true;
  ++counters_.sent;
  return next->question;
}

bool Requester::receive(MemberIndex member, const wire::MarkerPdu& pdu) {
  const auto known = std::ranges::find_if(asked_, [&](const Asked& a) {
    const wire::MarkerPdu& ours = a.question.pdu;
    return a.question.member == member && a.sent && ours.transaction == pdu.transaction &&
           ours.requester_port == pdu.requester_port && ours.requester_system == pdu.requester_system;
  });
  if (known == asked_.end()) {
    const bool ended = pdu.transaction != 0 && pdu.transaction < first_transaction_;
    if (ended) ++counters_.late;
    return ended;
  }
  if (!known->answered) ++counters_.answered;
  known->answered = true;
  return true;
}

bool Requester::open_any() const noexcept {
  return asked_.empty() || std::ranges::any_of(asked_, [](const Asked& a) { return !a.answered; });
}

}  // namespace lagoon::marker
