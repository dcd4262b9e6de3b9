// The options of a member, a row for each; its name and source are no options.
#pragma once

#include <span>

#include "config/model.hpp"
#include "options/row.hpp"

namespace lagoon::config {

using MemberRow = options::Row<Member>;

inline constexpr std::uint64_t kWeightMax = 1'000'000;

[[nodiscard]] std::span<const MemberRow> member_rows() noexcept;

}  // namespace lagoon::config
