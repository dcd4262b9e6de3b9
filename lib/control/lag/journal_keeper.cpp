#include "control/lag/journal_keeper.hpp"

#include <bit>
#include <functional>
#include <string>
#include <utility>

#include "control/journal/sentences.hpp"
#include "control/lag/lag_events.hpp"

namespace lagoon::control {

namespace {

// A line of a journal stays one that can be read.
constexpr std::size_t kEvidenceMost = 400;  // octets

std::uint64_t limited_kind_of(const JournalEntry& entry) noexcept {
  const std::uint64_t who = entry.of_lag ? kMembersMax : entry.member.value();
  return std::hash<std::string_view>{}(entry.kind) * 64 + who;
}

// 81204: "81,204".
std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

// To a tenth of a second below ten, to a second above.
std::string in_seconds(Duration time) {
  const auto tenths = (to_ms(time) + 50) / 100;
  if (tenths % 10 == 0 || tenths >= 100) return std::to_string(tenths / 10) + " s";
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

void JournalKeeper::note(JournalEntry entry) {
  if (!entry.of_lag) entry.member_name = roster_->settings(entry.member).name;
  if (entry.evidence.size() > kEvidenceMost) entry.evidence.resize(kEvidenceMost);
  const std::uint64_t kind = limited_kind_of(entry);
  const Instant at = entry.at;
  if (auto now = limiter_.admit(kind, std::move(entry), at)) journal_.add(*std::move(now));
}

void JournalKeeper::expire(Instant now) {
  while (auto summary = limiter_.take(now)) write(*std::move(summary));
}

void JournalKeeper::flush(Instant now) {
  while (auto summary = limiter_.take_any(now)) write(*std::move(summary));
}

void JournalKeeper::write(Limiter::Summary summary) {
  if (summary.before > 0) {
    std::string& evidence = summary.last.evidence;
    if (!evidence.empty()) evidence += "; ";
    evidence += grouped(summary.before) + " more like this in " + in_seconds(summary.during);
  }
  journal_.add(std::move(summary.last));
}

void JournalKeeper::note_events(lacp::Aggregator& aggregator) {
  while (const auto event = aggregator.poll_event()) note(journal_entry(*event));
}

void JournalKeeper::note_neighbors(Neighbors& neighbors, Instant now) {
  while (auto event = neighbors.take_event())
    note({.at = now,
          .member = event->member,
          .kind = "neighbor",
          .from = "",
          .to = lldp::name_of(event->change),
          .why = "lldp",
          .evidence = std::move(event->words)});
}

void JournalKeeper::note_sessions(MemberSessions& sessions, Instant now) {
  while (auto event = sessions.take_event())
    note({.at = now,
          .member = event->member,
          .kind = "bfd",
          .from = wire::name_of(event->what.from),
          .to = wire::name_of(event->what.to),
          .why = event->what.diag == wire::BfdDiag::none ? "" : wire::name_of(event->what.diag),
          .evidence = std::move(event->words)});
}

void JournalKeeper::note_wiring(const WiringKeeper::News& news, Instant now) {
  const std::string_view fault = name_of(news.what.fault);
  note({.at = now,
        .member = news.what.member,
        .kind = "wiring",
        .from = news.begins ? "right" : fault,
        .to = news.begins ? fault : "right",
        .why = "lldp",
        .evidence = news.what.sentence});
}

void JournalKeeper::note_port(MemberIndex member, bool was_up, const LinkState& link, Instant now) {
  facts_[member.value()].linked = now;
  note({.at = now,
        .member = member,
        .kind = "link",
        .from = was_up ? "up" : "down",
        .to = link.up ? "up" : "down",
        .why = link.up ? "" : "cable",
        .evidence = link.up ? std::to_string(to_mbps(link.speed)) + " Mb/s" +
                                  (link.full_duplex ? "" : ", half duplex")
                            : std::string{kNoLinkSentence}});
}

void JournalKeeper::note_active(std::optional<MemberIndex> before, std::optional<MemberIndex> active,
                                MemberSet usable, std::string_view why, Instant now) {
  if (why.empty()) {
    if (!active)
      why = "none_works";
    else if (!before || !contains(usable, *before))
      why = "failure";
    else
      why = "preferred";
  }
  if (before && contains(roster_->members(), *before))
    note({.at = now,
          .member = *before,
          .kind = "active",
          .from = "active",
          .to = "backup",
          .why = why,
          .evidence = active && contains(usable, *before)
                          ? "standby: the active member is " + roster_->settings(*active).name
                          : ""});
  if (active)
    note({.at = now, .member = *active, .kind = "active", .from = "backup", .to = "active", .why = why});
}

void JournalKeeper::note_links(const MemberLinks& links, MemberSet distributing, Instant now) {
  for (const MemberIndex m : roster_->order()) {
    Facts& facts = facts_[m.value()];
    const auto held_until = links.held_until(m);
    const bool held = held_until.has_value();
    if (std::exchange(facts.held, held) != held)
      note({.at = now,
            .member = m,
            .kind = "damping",
            .from = held ? "" : "held_down",
            .to = held ? "held_down" : "released",
            .why = held ? "flapping" : "quiet",
            .evidence =
                held ? "for " + in_seconds(*held_until - now) + ": " + std::string{kFlappedSentence} : ""});
    if (facts.works != links.works(m)) note_works(m, links, held, now);
    const bool distributes = contains(distributing, m);
    if (std::exchange(facts.distributing, distributes) != distributes) facts.changed = now;
  }
}

void JournalKeeper::note_works(MemberIndex member, const MemberLinks& links, bool held, Instant now) {
  Facts& facts = facts_[member.value()];
  const bool works = facts.works = !facts.works;
  facts.changed = now;
  if (!works) ++facts.link_failures;
  std::string_view why = "link";
  std::string_view evidence;
  const auto health = links.health(member);
  if (!works && links.up(member) && health) {
    why = name_of(health->why);
    evidence = target_sentence(health->why);
  }
  if (!works && held) {
    why = "held_down";
    evidence = kFlappedSentence;
  }
  note({.at = now,
        .member = member,
        .kind = "works",
        .from = works ? "no" : "yes",
        .to = works ? "yes" : "no",
        .why = why,
        .evidence = std::string{evidence}});
}

void JournalKeeper::note_hold_out(const HoldOut& hold_out, std::uint16_t limit, Instant now) {
  for (const MemberIndex m : roster_->order()) {
    Facts& facts = facts_[m.value()];
    const bool floods = contains(hold_out.flooded(), m);
    if (std::exchange(facts.floods, floods) != floods)
      note({.at = now,
            .member = m,
            .kind = "flood",
            .from = floods ? "" : "flooded",
            .to = floods ? "flooded" : "over",
            .why = "lacpdu",
            .evidence = floods
                            ? std::to_string(hold_out.dropped_lately(m)) + " LACPDUs in a second above the " +
                                  std::to_string(limit) + " that may pass were dropped"
                            : std::to_string(hold_out.dropped(m)) + " LACPDUs were dropped in all"});
    const bool held = contains(hold_out.held(), m);
    const bool again = held && facts.held_out != hold_out.holds(m);
    if (!again && held == facts.held_out_now) continue;
    facts.held_out_now = held;
    facts.held_out = hold_out.holds(m);
    note({.at = now,
          .member = m,
          .kind = "hold_out",
          .from = held ? "" : "held_out",
          .to = held ? "held_out" : "let_in",
          .why = held ? hold_out.why(m) : "quiet",
          .evidence = held ? "for " + std::to_string((*hold_out.held_until(m) - now) / 1s) +
                                 " s: " + std::string{hold_out_sentence(hold_out.why(m))}
                           : ""});
  }
}

void JournalKeeper::note_partner_keys(const lacp::Aggregator& aggregator, Instant now) {
  std::optional<lacp::PortView> used;
  MemberSet unlike = 0;
  for (const MemberIndex m : roster_->order())
    if (aggregator.port(m).selected == lacp::Selected::selected) used = aggregator.port(m);
  if (used)
    for (const MemberIndex m : roster_->order()) {
      const lacp::PortView port = aggregator.port(m);
      const bool heard = port.receive == lacp::ReceiveState::current;
      if (heard && port.selected == lacp::Selected::unselected &&
          port.partner.system == used->partner.system && port.partner.key != used->partner.key)
        unlike |= set_of(m);
    }
  for_each(unlike & ~std::exchange(unlike_keys_, unlike), [&](MemberIndex m) {
    note({.at = now,
          .member = m,
          .kind = "unequal_speed",
          .from = "",
          .to = "left_out",
          .why = "partner_keys_differ"});
  });
}

std::string in_words(const Stall& stall) {
  if (!stall.died)
    return stall.who + (stall.ends ? " stood for " : " has stood for ") + in_seconds(stall.stood);
  std::string words = stall.who + " has ended inside it; the queue is free again";
  if (stall.lost != 0) words += ", frames that it held and are lost: " + std::to_string(stall.lost);
  return words;
}

void JournalKeeper::note_stall(const Stall& stall, Instant now) {
  note({.at = now,
        .of_lag = true,
        .kind = stall.died   ? "died"
                : stall.ends ? "stall_end"
                             : "stall",
        .from = stall.died   ? "inside"
                : stall.ends ? "stands"
                             : "goes_on",
        .to = stall.died   ? "let_go"
              : stall.ends ? "goes_on"
                           : "stands",
        .why = stall.died ? "no_such_thread" : "no_turn",
        .evidence = in_words(stall)});
}

void JournalKeeper::note_fallback(bool on, Instant now) {
  note({.at = now,
        .of_lag = true,
        .kind = "fallback",
        .from = on ? "off" : "on",
        .to = on ? "on" : "off",
        .why = on ? "no_partner" : "partner"});
}

void JournalKeeper::note_up(bool up, MemberSet usable, int needed, Instant now) {
  note({.at = now,
        .of_lag = true,
        .kind = "lag",
        .from = up ? "down" : "up",
        .to = up ? "up" : "down",
        .why = up ? "" : "min_links",
        .evidence = min_links_sentence(Counted::may_send, std::popcount(usable), needed)});
}

}  // namespace lagoon::control
