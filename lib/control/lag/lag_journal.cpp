// What a Lag writes into its journal.
#include <utility>

#include "control/lag/lag.hpp"
#include "control/lag/lag_events.hpp"

namespace lagoon::control {

void Lag::note(JournalEntry entry) {
  if (!entry.of_lag) entry.member_name = at(entry.member).settings.name;
  journal_.add(std::move(entry));
}

void Lag::drain_events() {
  while (const auto event = aggregator_->poll_event()) note(journal_entry(*event));
}

// Compares what was said last with what is now.
void Lag::note_links(Instant now) {
  for (const MemberIndex m : order_) {
    Member& member = at(m);
    const bool held = links_.held_until(m).has_value();
    if (std::exchange(member.noted_held, held) != held)
      note({.at = now,
            .member = m,
            .kind = "damping",
            .from = held ? "" : "held_down",
            .to = held ? "held_down" : "released",
            .why = held ? "flapping" : "quiet"});
    const bool works = links_.works(m);
    if (member.noted_works != works) {
      member.noted_works = works;
      member.changed = now;
      if (!works) ++member.link_failures;
      std::string_view why = "link";
      const auto health = links_.health(m);
      if (!works && links_.up(m) && health) why = name_of(health->why);
      if (!works && held) why = "held_down";
      note({.at = now,
            .member = m,
            .kind = "works",
            .from = works ? "no" : "yes",
            .to = works ? "yes" : "no",
            .why = why});
    }
    const bool distributing = contains(outcome_.distributing, m);
    if (std::exchange(member.noted_distributing, distributing) != distributing) member.changed = now;
  }
}

}  // namespace lagoon::control
