// Prints races as ratios. Times are of one machine in one minute; they stand in brackets.
#pragma once

#include <string>
#include <vector>

#include "cases.hpp"

namespace lagoon::bench {

void print_hashes(const Race& race);
/// One line for each lane that `ours` names and each number of members.
void print_group(const Group& group, const std::vector<std::string>& ours);

}  // namespace lagoon::bench
