// Fields of a status as lagoon.h gives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "api/lagoon.h"
#include "control/status/status.hpp"

namespace lagoon::api {

struct WantedField {
  std::optional<std::size_t> number;  // nothing: by name
  std::string_view name;
};

/// Fills the struct and the text. Gives an enum lagoon_error, as lagoon_status_field() does.
[[nodiscard]] int field_of(const control::LagStatus& lag, std::uint32_t subject, std::size_t index,
                           const WantedField& wanted, lagoon_field* field, lagoon_text* text);

}  // namespace lagoon::api
