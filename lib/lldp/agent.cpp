#include "lldp/agent.hpp"

#include <algorithm>

#include "base/earliest.hpp"

namespace lagoon::lldp {

namespace {

// What has grown by one in each interval since `at`, up to `most`.
void grow(std::uint16_t& credit, Instant& at, std::uint16_t most, Duration interval, Instant now) noexcept {
  const auto grown = (now - at) / interval;
  if (grown <= 0) return;
  at += grown * interval;
  credit = static_cast<std::uint16_t>(std::min<std::int64_t>(credit + grown, most));
}

}  // namespace

// (what waits for its time goes before what waits for longer)
void Agent::tell_soon(Instant now) noexcept {
  next_ = std::min(next_, now);
}

void Agent::tell(const wire::Lldpdu& own, Instant now) noexcept {
  if (own_ == own) return;
  own_ = own;
  tell_soon(now);
}

Events Agent::set(const Options& options, Instant now) noexcept {
  const bool begins = options.transmit && !options_.transmit;
  options_ = options;
  if (begins) tell_soon(now);
  next_ = std::min(next_, now + options_.interval);
  return options_.receive ? Events{} : neighbors_.lose_all();
}

Events Agent::link_changed(bool up, Instant now) noexcept {
  if (up == up_) return {};
  up_ = up;
  if (!up) {
    // (nobody hears a farewell any more)
    was_told_ = false;
    fast_left_ = 0;
    return neighbors_.lose_all();
  }
  next_ = now;
  return {};
}

std::optional<Event> Agent::receive(std::span<const std::byte> payload, const MacAddress& source,
                                    Instant now) noexcept {
  if (!options_.receive || !up_) return std::nullopt;
  grow(budget_, budget_at_, kBudgetMax, kBudgetInterval, now);
  if (budget_ == 0) {
    ++counters_.too_often;
    return std::nullopt;
  }
  --budget_;
  const auto pdu = wire::parse_lldpdu(payload);
  if (!pdu) {
    ++counters_.discarded;
    return std::nullopt;
  }
  ++counters_.received;
  const auto event = neighbors_.heard(*pdu, source, now);
  if (event && event->change == Change::appeared) {
    fast_left_ = kFastFrames;
    tell_soon(now);
  }
  return event;
}

std::optional<wire::Lldpdu> Agent::transmit(Instant now) noexcept {
  if (!transmits() || now < next_) return std::nullopt;
  grow(credit_, credit_at_, kCreditMax, kFastInterval, now);
  if (credit_ == 0) {
    next_ = credit_at_ + kFastInterval;
    return std::nullopt;
  }
  --credit_;
  if (fast_left_ != 0) --fast_left_;
  next_ = now + (fast_left_ != 0 ? kFastInterval : options_.interval);
  was_told_ = true;
  ++counters_.sent;
  wire::Lldpdu pdu = *own_;
  pdu.ttl_s = ttl_of(options_);
  return pdu;
}

std::optional<Instant> Agent::deadline() const noexcept {
  Earliest earliest;
  if (transmits()) earliest.add(next_);
  earliest.add(neighbors_.deadline());
  return earliest.at();
}

std::optional<wire::Lldpdu> Agent::farewell() noexcept {
  if (!was_told_ || !own_ || !up_) return std::nullopt;
  was_told_ = false;
  wire::Lldpdu last;
  last.chassis = own_->chassis;
  last.port = own_->port;
  own_.reset();
  return last;
}

}  // namespace lagoon::lldp
