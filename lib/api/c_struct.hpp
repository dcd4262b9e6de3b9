// Structs with struct_size, and texts, as they cross the border of the C interface: a program may know an
// older or a newer form of a struct than this library does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "api/lagoon.h"
#include "base/error.hpp"

namespace lagoon::api {

/// The size that T had in its first release. (A struct that has grown gets a specialisation.)
template <typename T>
inline constexpr std::size_t kFirstSize = sizeof(T);

/// Errors of the C interface, of ours.
[[nodiscard]] constexpr int c_error(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument:
      return LAGOON_ERR_INVALID_ARGUMENT;
    case Errc::no_such_thing:
      return LAGOON_ERR_NO_SUCH_THING;
    case Errc::already_exists:
      return LAGOON_ERR_ALREADY_EXISTS;
    case Errc::not_supported:
      return LAGOON_ERR_NOT_SUPPORTED;
    case Errc::no_resources:
      return LAGOON_ERR_NO_RESOURCES;
    case Errc::busy:
      return LAGOON_ERR_BUSY;
    case Errc::permission:
      return LAGOON_ERR_PERMISSION;
    case Errc::system:
      return LAGOON_ERR_SYSTEM;
  }
  return LAGOON_ERR_SYSTEM;
}

template <typename T>
[[nodiscard]] int check_size(const T* theirs) noexcept {
  if (theirs == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  return theirs->struct_size < kFirstSize<T> ? LAGOON_ERR_STRUCT_SIZE : LAGOON_OK;
}

/// What the caller says. LAGOON_ERR_NOT_SUPPORTED: it says something that this release does not know.
template <typename T>
[[nodiscard]] int take(const T* theirs, T& ours) noexcept {
  static_assert(std::is_trivially_copyable_v<T> && offsetof(T, struct_size) == 0);
  if (const int error = check_size(theirs); error != LAGOON_OK) return error;
  const std::span all{reinterpret_cast<const std::byte*>(theirs), theirs->struct_size};
  const std::size_t known = std::min(all.size(), sizeof(T));
  if (std::ranges::any_of(all.subspan(known), [](std::byte b) { return b != std::byte{}; }))
    return LAGOON_ERR_NOT_SUPPORTED;
  ours = {};
  std::memcpy(&ours, all.data(), known);
  return LAGOON_OK;
}

/// As much of `ours` as the caller has room for; what only the caller knows becomes zero. Precondition: its
/// size was checked.
template <typename T>
void put(T ours, void* theirs, std::size_t size) noexcept {
  static_assert(std::is_trivially_copyable_v<T> && offsetof(T, struct_size) == 0);
  ours.struct_size = size;
  const std::size_t known = std::min(size, sizeof(T));
  std::memcpy(theirs, &ours, known);
  std::memset(static_cast<std::byte*>(theirs) + known, 0, size - known);
}

template <typename T>
[[nodiscard]] int give(const T& ours, T* theirs) noexcept {
  if (const int error = check_size(theirs); error != LAGOON_OK) return error;
  put(ours, theirs, theirs->struct_size);
  return LAGOON_OK;
}

/// With an end, and cut where there is no room.
template <std::size_t N>
void copy(std::string_view from, char (&to)[N]) noexcept {
  const std::size_t length = std::min(from.size(), N - 1);
  std::copy_n(from.data(), length, to);
  to[length] = '\0';
}

inline void copy(std::string_view from, lagoon_text* to) noexcept {
  if (to == nullptr) return;
  to->needed = from.size() + 1;
  if (to->at == nullptr || to->size == 0) return;
  const std::size_t length = std::min(from.size(), to->size - 1);
  std::copy_n(from.data(), length, to->at);
  to->at[length] = '\0';
}

}  // namespace lagoon::api
