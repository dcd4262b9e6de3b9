// The words of the journal for what an Aggregator reports.
#pragma once

#include "control/journal/journal.hpp"
#include "lacp/aggregator.hpp"

namespace lagoon::control {

[[nodiscard]] JournalEntry journal_entry(const lacp::Event& event);

}  // namespace lagoon::control
