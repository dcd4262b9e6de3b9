// Sets of members as words, and walking through them.
#pragma once

#include <bit>
#include <cstdint>

#include "base/ids.hpp"

namespace lagoon {

using MemberSet = std::uint32_t;

[[nodiscard]] constexpr MemberSet set_of(MemberIndex member) noexcept {
  return std::uint32_t{1} << member.value();
}
[[nodiscard]] constexpr bool contains(MemberSet set, MemberIndex member) noexcept {
  return (set & set_of(member)) != 0;
}
/// For loops over the slots of an array. What stands for no member (any number from kMembersMax on) is in no
/// set.
[[nodiscard]] constexpr bool contains(MemberSet set, std::size_t member) noexcept {
  return member < kMembersMax && (set >> member & 1) != 0;
}
template <typename Function>
constexpr void for_each(MemberSet set, Function function) {
  for (; set != 0; set &= set - 1) function(MemberIndex{static_cast<std::uint8_t>(std::countr_zero(set))});
}

}  // namespace lagoon
