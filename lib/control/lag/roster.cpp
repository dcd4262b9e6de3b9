#include "control/lag/roster.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.hpp"
#include "base/earliest.hpp"

namespace lagoon::control {

std::optional<MemberIndex> Roster::free_index() const noexcept {
  if (members_ == ~MemberSet{0}) return std::nullopt;
  return MemberIndex{static_cast<std::uint8_t>(std::countr_one(members_))};
}

void Roster::add(MemberIndex member, MemberSettings settings) {
  LAGOON_CHECK(!contains(members_, member));
  if (settings.lacp.port_number == 0) {
    const auto taken = [&](std::uint16_t number) {
      return std::ranges::any_of(order_,
                                 [&](MemberIndex m) { return at(m).settings.lacp.port_number == number; });
    };
    std::uint16_t number = first_ + 1U;
    while (taken(number)) ++number;
    settings.lacp.port_number = number;
  } else {
    settings.lacp.port_number |= first_;
  }
  at(member) = {};
  at(member).settings = std::move(settings);
  members_ |= set_of(member);
  order_.push_back(member);
}

void Roster::remove(MemberIndex member) {
  LAGOON_CHECK(contains(members_, member));
  members_ &= ~set_of(member);
  std::erase(order_, member);
  at(member) = {};
}

Administration Roster::administrate(MemberIndex member, Administration administration) noexcept {
  return std::exchange(at(member).settings.administration, administration);
}

bool Roster::weigh(MemberIndex member, std::optional<std::uint32_t> weight) noexcept {
  return std::exchange(at(member).settings.weight, weight) != weight;
}

void Roster::expire(Instant now) noexcept {
  for_each(members_, [&](MemberIndex m) {
    if (auto& quiet = at(m).quiet_at; quiet && now >= *quiet) quiet.reset();
  });
}

std::optional<Instant> Roster::deadline() const noexcept {
  Earliest first;
  for_each(members_, [&](MemberIndex m) { first.add(at(m).quiet_at); });
  return first.at();
}

std::optional<MemberIndex> Roster::find(std::string_view name) const noexcept {
  for (const MemberIndex m : order_)
    if (at(m).settings.name == name) return m;
  return std::nullopt;
}

template <typename Predicate>
MemberSet Roster::those(Predicate predicate) const noexcept {
  MemberSet set = 0;
  for_each(members_, [&](MemberIndex m) {
    if (predicate(at(m))) set |= set_of(m);
  });
  return set;
}

MemberSet Roster::enabled() const noexcept {
  return those(
      [](const Member& m) { return !m.leaving && m.settings.administration == Administration::enabled; });
}

MemberSet Roster::listening() const noexcept {
  return falling_quiet() | those([](const Member& m) {
           return !m.leaving && m.settings.administration != Administration::disabled;
         });
}

MemberSet Roster::falling_quiet() const noexcept {
  return those([](const Member& m) { return m.quiet_at.has_value(); });
}

MemberSet Roster::candidates() const noexcept {
  return those([](const Member& m) { return m.settings.candidate; });
}

MemberSet Roster::drained() const noexcept {
  return those(
      [](const Member& m) { return !m.leaving && m.settings.administration == Administration::drained; });
}

}  // namespace lagoon::control
