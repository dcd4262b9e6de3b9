#include "balance/member_load.hpp"

#include <algorithm>
#include <cmath>

namespace lagoon::balance {

void MemberLoad::forget(MemberIndex member) noexcept {
  counted_ &= ~(std::uint32_t{1} << member.value());
  load_[member.value()] = 0;
}

// The average starts from 0, not from the first sample: what a member sent before it was here is nothing, and
// only so load + charges is true from the first conversation on. That the weight of a sample depends on the
// time it covers makes the average independent of when measurements come.
void MemberLoad::measured(const Octets& octets, std::uint64_t conversations, Instant now) noexcept {
  if (last_measured_ && now <= *last_measured_) return;
  if (last_measured_) {
    const double seconds = std::chrono::duration<double>{now - *last_measured_}.count();
    const double window = std::chrono::duration<double>{options_.window}.count();
    const double left = std::exp(-seconds / window);
    for (std::size_t m = 0; m < kMembersMax; ++m) {
      if ((counted_ >> m & 1U) == 0) continue;
      // A counter that went back was started anew.
      const std::uint64_t sent = octets[m] >= last_[m] ? octets[m] - last_[m] : octets[m];
      load_[m] = left * load_[m] + (1 - left) * static_cast<double>(sent) * 8 / seconds;
    }
    conversations_ = left * conversations_ + (1 - left) * static_cast<double>(conversations);
    charge_left_ = static_cast<std::uint32_t>(std::lround(left * (1U << kWeightBits)));
  }
  last_ = octets;
  counted_ = UINT32_MAX;
  last_measured_ = now;
}

Instant MemberLoad::deadline(Instant now) const noexcept {
  return last_measured_ ? *last_measured_ + options_.window / 4 : now;
}

BitsPerSecond MemberLoad::load(MemberIndex member) const noexcept {
  return BitsPerSecond{static_cast<std::uint64_t>(std::llround(load_[member.value()]))};
}

double MemberLoad::utilisation(MemberIndex member) const noexcept {
  const std::uint64_t capacity = capacity_[member.value()].value();
  return capacity == 0 ? 0 : load_[member.value()] / static_cast<double>(capacity);
}

Weight MemberLoad::in_units(double bits) const noexcept {
  return Weight{std::llround(std::ldexp(bits / static_cast<double>(options_.unit.value()), kWeightBits))};
}

Weight MemberLoad::original_weight(MemberIndex member) const noexcept {
  return in_units(static_cast<double>(capacity_[member.value()].value()));
}

Weight MemberLoad::current_weight(MemberIndex member) const noexcept {
  return Weight{original_weight(member).value() - in_units(load_[member.value()]).value()};
}

BitsPerSecond MemberLoad::conversation_rate() const noexcept {
  if (options_.conversation.value() != 0) return options_.conversation;
  double sum = 0;
  for (const double load : load_) sum += load;
  const double mean = conversations_ > 0 ? sum / conversations_ : 0;
  return std::max(options_.conversation_min, BitsPerSecond{static_cast<std::uint64_t>(std::llround(mean))});
}

Weight MemberLoad::charge() const noexcept {
  return std::max(Weight{1}, in_units(static_cast<double>(conversation_rate().value())));
}

}  // namespace lagoon::balance
