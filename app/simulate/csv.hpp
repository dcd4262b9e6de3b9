// Rows of a run as CSV.
#pragma once

#include <ostream>

#include "scenario.hpp"

namespace lagoon::simulate {

void write_head(std::ostream& out, std::size_t links);
void write_row(std::ostream& out, const Row& row);

}  // namespace lagoon::simulate
