#include "failover/address_plan.hpp"

namespace lagoon::failover {

namespace {

std::optional<std::size_t> carrier(const AddressInput& input) noexcept {
  for (const std::optional<MemberIndex>& one : {input.active, input.last_active})
    if (one && one->value() < kMembersMax && (input.members >> one->value() & 1U) != 0) return one->value();
  return std::nullopt;
}

}  // namespace

AddressPlan plan_addresses(const AddressInput& input) noexcept {
  const std::optional<std::size_t> active = carrier(input);
  AddressPlan plan{.lag = input.lag};
  if (input.rule == FailOverMac::active && active) plan.lag = input.own[*active];
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    if ((input.members >> i & 1U) == 0) continue;
    switch (input.rule) {
      case FailOverMac::none:
        plan.member[i] = input.lag;
        break;
      case FailOverMac::active:
        plan.member[i] = input.own[i];
        break;
      case FailOverMac::follow:
        plan.member[i] = input.own[i];
        if (active == i) plan.member[i] = input.lag;
        if (active && active != i && input.own[i] == input.lag) plan.member[i] = input.own[*active];
        break;
    }
  }
  return plan;
}

}  // namespace lagoon::failover
