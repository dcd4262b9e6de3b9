#include "failover/address_assignment.hpp"

namespace lagoon::failover {

namespace {

std::optional<std::size_t> carrier(const AddressInput& input) noexcept {
  for (const std::optional<MemberIndex>& one : {input.active, input.last_active})
    if (one && one->value() < kMembersMax && (input.members >> one->value() & 1U) != 0) return one->value();
  return std::nullopt;
}

}  // namespace

AddressAssignment assign_addresses(const AddressInput& input) noexcept {
  const std::optional<std::size_t> active = carrier(input);
  AddressAssignment assignment{.lag = input.lag};
  if (input.rule == FailOverMac::active && active) assignment.lag = input.own[*active];
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    if ((input.members >> i & 1U) == 0) continue;
    switch (input.rule) {
      case FailOverMac::none:
        assignment.member[i] = input.lag;
        break;
      case FailOverMac::active:
        assignment.member[i] = input.own[i];
        break;
      case FailOverMac::follow:
        assignment.member[i] = input.own[i];
        if (active == i) assignment.member[i] = input.lag;
        if (active && active != i && input.own[i] == input.lag) assignment.member[i] = input.own[*active];
        break;
    }
  }
  return assignment;
}

}  // namespace lagoon::failover
