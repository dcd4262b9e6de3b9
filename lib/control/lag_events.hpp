// The words of the journal for what an Aggregator reports.
#pragma once

#include <string_view>

#include "control/journal.hpp"
#include "lacp/aggregator.hpp"

namespace lagoon::control {

[[nodiscard]] JournalEntry journal_entry(const lacp::Event& event, std::string_view why) noexcept;

}  // namespace lagoon::control
