// Value: what a status field says at one moment, whatever it is a number or a word of.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"

namespace lagoon::control {

using Words = std::vector<std::string_view>;  // each a static text

struct Value {
  using Held =
      std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, Duration, std::string, Words>;
  Held held{};

  /// Does not apply.
  Value() = default;
  template <std::same_as<bool> T>
  Value(T flag) : held{flag} {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  Value(T number) : held{std::uint64_t{number}} {}
  template <std::signed_integral T>
  Value(T number) : held{std::int64_t{number}} {}
  Value(double number) : held{number} {}
  Value(Duration time) : held{time} {}
  Value(std::string text) : held{std::move(text)} {}
  Value(std::string_view text) : held{std::string{text}} {}
  Value(Words words) : held{std::move(words)} {}
  /// Nothing: does not apply.
  template <typename T>
  Value(const std::optional<T>& some) : Value{some ? Value{*some} : Value{}} {}

  [[nodiscard]] bool applies() const noexcept { return !std::holds_alternative<std::monostate>(held); }
};

}  // namespace lagoon::control
