// Fields of a status over lagoon.h: the tables of control/status/fields.hpp, by number and by name.
#include <cmath>
#include <limits>
#include <string>
#include <variant>

#include "api/c_fields.hpp"
#include "api/c_struct.hpp"
#include "control/status/fields.hpp"
#include "control/views/words.hpp"

using namespace lagoon;

namespace {

std::int64_t bounded(std::uint64_t value) noexcept {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return value > static_cast<std::uint64_t>(kMost) ? kMost : static_cast<std::int64_t>(value);
}

// What a value is in the struct, and as a text.
struct Shown {
  std::int64_t number = 0;
  double decimal = 0;
  std::string text;
};

Shown shown(const control::Value& value, control::Unit unit) {
  const auto whole = [](std::int64_t number) {
    return Shown{number, static_cast<double>(number), std::to_string(number)};
  };
  if (const auto* flag = std::get_if<bool>(&value.held)) {
    Shown made = whole(*flag ? 1 : 0);
    made.text = *flag ? "true" : "false";
    return made;
  }
  if (const auto* number = std::get_if<std::uint64_t>(&value.held))
    return {bounded(*number), static_cast<double>(*number), std::to_string(*number)};
  if (const auto* number = std::get_if<std::int64_t>(&value.held)) return whole(*number);
  if (const auto* time = std::get_if<Duration>(&value.held))
    return whole(unit == control::Unit::us ? *time / 1us : to_ms(*time));
  if (const auto* number = std::get_if<double>(&value.held))
    return {std::isfinite(*number) ? std::llround(*number) : 0, *number,
            control::views::fixed_point(*number, 3)};
  if (const auto* text = std::get_if<std::string>(&value.held)) return {.text = *text};
  Shown made;
  if (const auto* words = std::get_if<control::Words>(&value.held))
    for (const std::string_view word : *words)
      made.text += (made.text.empty() ? "" : " ") + std::string{word};
  return made;
}

template <typename Of>
int give_field(std::span<const control::Field<Of>> fields, const Of& of, const api::WantedField& wanted,
               lagoon_field* field, lagoon_text* text) {
  lagoon_field made{};
  made.struct_size = sizeof made;
  std::string words;
  std::size_t at = 0;
  bool found = false;
  control::for_each_value(fields, of, [&](const control::Field<Of>& row, const control::Value& value) {
    if (!row.also.in_tree) return;
    const bool is_it = wanted.number ? *wanted.number == at : wanted.name == row.name;
    ++at;
    if (!is_it || found) return;
    found = true;
    const Shown here = shown(value, row.unit);
    // (all of them are literals, which end in a 0 octet)
    made.name = row.name.data();
    made.kind = name_of(row.kind).data();
    made.unit = name_of(row.unit).data();
    made.help = row.help.data();
    made.applies = value.applies();
    made.number = here.number;
    made.decimal = here.decimal;
    words = here.text;
  });
  if (!found) return LAGOON_ERR_NO_SUCH_THING;
  if (const int error = api::give(made, field); error != LAGOON_OK) return error;
  api::copy(words, text);
  return LAGOON_OK;
}

/// Of things that are walked through.
template <typename Of, typename Walk>
int field_of_nth(std::span<const control::Field<Of>> fields, Walk walk, std::size_t index,
                 const api::WantedField& wanted, lagoon_field* field, lagoon_text* text) {
  int answer = LAGOON_ERR_NO_SUCH_THING;
  std::size_t at = 0;
  walk([&](const Of& of) {
    if (at++ == index) answer = give_field(fields, of, wanted, field, text);
  });
  return answer;
}

}  // namespace

namespace lagoon::api {

int field_of(const control::LagStatus& lag, std::uint32_t subject, std::size_t index,
             const WantedField& wanted, lagoon_field* field, lagoon_text* text) {
  if (const int error = check_size(field); error != LAGOON_OK) return error;
  switch (subject) {
    case LAGOON_OF_LAG:
      return index == 0 ? give_field(control::lag_fields(), lag, wanted, field, text)
                        : int{LAGOON_ERR_NO_SUCH_THING};
    case LAGOON_OF_MEMBER:
      if (index >= lag.members.size()) return LAGOON_ERR_NO_SUCH_THING;
      return give_field(control::member_fields(), control::MemberOf{lag, lag.members[index]}, wanted, field,
                        text);
    case LAGOON_OF_CLASS:
      if (index >= lag.classes.size()) return LAGOON_ERR_NO_SUCH_THING;
      return give_field(control::class_fields(), lag.classes[index], wanted, field, text);
    case LAGOON_OF_NEIGHBOR:
      return field_of_nth(
          control::neighbor_fields(), [&](auto action) { control::for_each_neighbor(lag, action); }, index,
          wanted, field, text);
    case LAGOON_OF_WIRING:
      return field_of_nth(
          control::wiring_fields(), [&](auto action) { control::for_each_wiring(lag, action); }, index,
          wanted, field, text);
    default:
      return LAGOON_ERR_INVALID_ARGUMENT;
  }
}

}  // namespace lagoon::api
