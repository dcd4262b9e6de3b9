// Errors as values. Control paths return Result<T>; the fast path returns counts and bumps a named Drop.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace lagoon {

enum class Errc : std::uint8_t {
  invalid_argument,  // the caller's value is out of range; the detail says what would be right
  no_such_thing,     // a name or number that is not known
  already_exists,
  not_supported,  // the port, the driver or this build can't
  no_resources,   // memory, queues, lcores, hugepages
  busy,
  permission,
  system,  // an operating system or DPDK call failed; the detail has its words
};

[[nodiscard]] constexpr std::string_view name_of(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument:
      return "invalid argument";
    case Errc::no_such_thing:
      return "no such thing";
    case Errc::already_exists:
      return "already exists";
    case Errc::not_supported:
      return "not supported";
    case Errc::no_resources:
      return "no resources";
    case Errc::busy:
      return "busy";
    case Errc::permission:
      return "no permission";
    case Errc::system:
      return "system error";
  }
  return "unknown error";
}

struct Error {
  Errc code = Errc::system;
  std::string detail;  // a sentence for a person: what happened, with which thing, what to do
  friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string detail) {
  return std::unexpected{Error{code, std::move(detail)}};
}

}  // namespace lagoon

// Hands an error to the caller: LAGOON_TRY(port.start());
#define LAGOON_TRY(expression)                                      \
  do {                                                              \
    if (auto lagoon_try_ = (expression); !lagoon_try_) [[unlikely]] \
      return std::unexpected{std::move(lagoon_try_).error()};       \
  } while (false)
