#include "link.hpp"

namespace lagoon::sim {

void Link::send(Endpoint from, std::span<const std::byte> frame, Instant now) {
  if (!carrier_) return;
  const std::size_t side = from == ends_[0] ? 1 : 0;
  const Impairment& impairment = impairment_[side];
  if (impairment.blackhole || prng_.chance(impairment.loss)) return;
  const std::vector<std::byte> octets(frame.begin(), frame.end());
  if (prng_.chance(impairment.duplication)) enter(side, octets, now);
  enter(side, octets, now);
}

void Link::enter(std::size_t side, std::vector<std::byte> frame, Instant now) {
  const Impairment& impairment = impairment_[side];
  if (prng_.chance(impairment.corruption))
    frame[prng_.below(frame.size())] ^= static_cast<std::byte>(1U << prng_.below(8));
  Duration delay = impairment.delay;
  if (impairment.jitter > Duration::zero())
    delay += Duration{
        static_cast<std::int64_t>(prng_.below(static_cast<std::uint64_t>(impairment.jitter / 1us)) * 1000)};
  under_way_.emplace(std::pair{now + delay, ++sequence_}, Arrival{ends_[side], std::move(frame)});
}

std::optional<Instant> Link::next_arrival() const {
  if (under_way_.empty()) return std::nullopt;
  return under_way_.begin()->first.first;
}

std::optional<Arrival> Link::take_arrival(Instant now) {
  if (under_way_.empty() || under_way_.begin()->first.first > now) return std::nullopt;
  return std::move(under_way_.extract(under_way_.begin()).mapped());
}

void Link::plug(std::size_t side, Endpoint other) {
  under_way_.clear();
  moved_ = true;
  ends_.at(side) = other;
}

void Link::set_carrier(bool up) {
  carrier_ = up;
  if (!up) under_way_.clear();
}

}  // namespace lagoon::sim
