// Strong<Tag, Rep>: an id or a quantity that mixes only with its own kind.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace lagoon {

template <typename Tag, typename Rep>
class Strong {
 public:
  using rep = Rep;
  constexpr Strong() noexcept = default;
  constexpr explicit Strong(Rep value) noexcept : value_{value} {}
  [[nodiscard]] constexpr Rep value() const noexcept { return value_; }
  friend constexpr auto operator<=>(Strong, Strong) noexcept = default;

 private:
  Rep value_{};
};

}  // namespace lagoon

template <typename Tag, typename Rep>
struct std::hash<lagoon::Strong<Tag, Rep>> {
  [[nodiscard]] std::size_t operator()(lagoon::Strong<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};
