// The options of a LAG, a row for each. What an option costs is its row, its field, and the code that uses
// it.
#pragma once

#include <span>
#include <string_view>

#include "options/lag_options.hpp"
#include "options/row.hpp"

namespace lagoon::options {

using LagRow = Row<control::LagOptions>;

/// In the order of config/reference.yaml: rows of one map stand together, those of a Switch behind it.
[[nodiscard]] std::span<const LagRow> lag_rows() noexcept;
/// By its key ("lacp.rate"), not by another name of it; nullptr: there is none.
[[nodiscard]] const LagRow* lag_row(std::string_view key) noexcept;

}  // namespace lagoon::options
