// Value: what an option may hold, whatever field of whatever type keeps it. The table of options moves values
// in this form between fields, files, commands and JSON.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "base/units.hpp"

namespace lagoon::options {

/// Nothing is chosen: the option is what its row's word for that says (auto, none, random).
struct Unset {
  friend constexpr bool operator==(const Unset&, const Unset&) noexcept = default;
};
/// One of a row's words: the number of the enumerator that it stands for.
struct Word {
  std::uint8_t number = 0;
  friend constexpr bool operator==(const Word&, const Word&) noexcept = default;
};
using Numbers = std::vector<std::uint64_t>;

using Value = std::variant<Unset, bool, Word, std::uint64_t, std::int64_t, Duration, BitsPerSecond,
                           MacAddress, std::string, std::vector<HostAddress>, std::vector<MacAddress>,
                           Numbers, std::vector<std::string>>;

// What a field holds, as a Value.
[[nodiscard]] inline Value to_value(bool field) {
  return field;
}
template <typename T>
  requires std::is_enum_v<T>
[[nodiscard]] Value to_value(T field) {
  return Word{static_cast<std::uint8_t>(field)};
}
template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>)
[[nodiscard]] Value to_value(T field) {
  return std::uint64_t{field};
}
[[nodiscard]] inline Value to_value(std::int32_t field) {
  return std::int64_t{field};
}
[[nodiscard]] inline Value to_value(Duration field) {
  return field;
}
[[nodiscard]] inline Value to_value(BitsPerSecond field) {
  return field;
}
/// All zeros is nobody's address: it stands for none.
[[nodiscard]] inline Value to_value(const MacAddress& field) {
  return field.is_zero() ? Value{Unset{}} : Value{field};
}
[[nodiscard]] inline Value to_value(const std::string& field) {
  return field.empty() ? Value{Unset{}} : Value{field};
}
[[nodiscard]] inline Value to_value(const std::vector<HostAddress>& field) {
  return field;
}
[[nodiscard]] inline Value to_value(const std::vector<MacAddress>& field) {
  return field;
}
[[nodiscard]] inline Value to_value(const std::vector<std::string>& field) {
  return field;
}
template <std::unsigned_integral T>
[[nodiscard]] Value to_value(const std::vector<T>& field) {
  return Numbers(field.begin(), field.end());
}
template <typename T>
[[nodiscard]] Value to_value(const std::optional<T>& field) {
  return field ? to_value(*field) : Value{Unset{}};
}

/// Stores a value of the kind that to_value() gives for the field; a word may stand for a bool.
template <typename T>
void from_value(T& field, const Value& value) {
  if constexpr (std::is_same_v<T, bool>) {
    const auto* const word = std::get_if<Word>(&value);
    field = word != nullptr ? word->number != 0 : std::get<bool>(value);
  } else if constexpr (std::is_enum_v<T>) {
    field = static_cast<T>(std::get<Word>(value).number);
  } else if constexpr (std::unsigned_integral<T>) {
    field = static_cast<T>(std::get<std::uint64_t>(value));
  } else if constexpr (std::signed_integral<T>) {
    field = static_cast<T>(std::get<std::int64_t>(value));
  } else {
    field = std::holds_alternative<Unset>(value) ? T{} : std::get<T>(value);
  }
}
template <std::unsigned_integral T>
void from_value(std::vector<T>& field, const Value& value) {
  field.clear();
  for (const std::uint64_t number : std::get<Numbers>(value)) field.push_back(static_cast<T>(number));
}
template <typename T>
void from_value(std::optional<T>& field, const Value& value) {
  if (std::holds_alternative<Unset>(value)) {
    field.reset();
    return;
  }
  T inner{};
  from_value(inner, value);
  field = std::move(inner);
}

}  // namespace lagoon::options
