#include "control/links/member_links.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/earliest.hpp"

namespace lagoon::control {

namespace {

[[nodiscard]] constexpr MemberIndex index_of(std::size_t i) noexcept {
  return MemberIndex{static_cast<std::uint8_t>(i)};
}

// As long as the monitor waits for a proof, and an interval for the first question.
[[nodiscard]] Instant time_for_proof(const monitor::TargetOptions& targets, Instant now) noexcept {
  return now + targets.interval * (targets.missed_max + 1);
}

}  // namespace

MemberLinks::MemberLinks(const LagOptions& options, const MacAddress& probe_base, Instant now)
    : debounce_{options.debounce},
      damping_{options.damping},
      probe_base_{probe_base},
      monitor_{options.targets, probe_base, now},
      next_count_{now} {}

void MemberLinks::add(MemberIndex member, Instant now) {
  LAGOON_CHECK(!at(member).exists);
  at(member) = {};
  at(member).exists = true;
  monitor_.add_member(member, now);
}

void MemberLinks::remove(MemberIndex member, Instant now) {
  LAGOON_CHECK(at(member).exists);
  at(member) = {};
  monitor_.remove_member(member);
  settle(now);
}

void MemberLinks::set_options(const LagOptions& options, Instant now) {
  debounce_ = options.debounce;
  damping_ = options.damping;
  next_count_ = std::min(next_count_, now + options.targets.interval);
  if (!(options.targets == monitor_.options())) {
    const Instant patience = time_for_proof(options.targets, now);
    for (std::size_t i = 0; i < kMembersMax; ++i)
      if (links_[i].exists && works(index_of(i))) links_[i].trusted_until = patience;
    monitor_ = monitor::TargetMonitor{options.targets, probe_base_, now};
    for (std::size_t i = 0; i < kMembersMax; ++i)
      if (links_[i].exists) monitor_.add_member(index_of(i), now);
    if (active_) monitor_.set_active(active_, now);
  }
  for (Link& link : links_)
    if (link.exists) link.debounce.input(link.link.up, !another_is_up(link), debounce_, now);
  settle(now);
}

bool MemberLinks::another_is_up(const Link& than) const noexcept {
  return std::ranges::any_of(
      links_, [&](const Link& other) { return &other != &than && other.exists && other.debounce.up(); });
}

bool MemberLinks::port_changed(MemberIndex member, LinkState link, Instant now) {
  Link& l = at(member);
  LAGOON_CHECK(l.exists);
  if (link.speed.value() == 0) link.speed = l.link.speed;
  link.up = link.up && l.absence.words.empty();
  if (link == l.link) return false;
  l.link = link;
  l.debounce.input(link.up, !another_is_up(l), debounce_, now);
  settle(now);
  return true;
}

void MemberLinks::lose(MemberIndex member, Absence absence, Instant now) {
  Link& l = at(member);
  LAGOON_CHECK(l.exists);
  l.absence = std::move(absence);
  l.link.up = false;
  l.debounce = {};
  settle(now);
}

void MemberLinks::resume(MemberIndex member, const LinkState& link, Instant now) {
  Link& l = at(member);
  LAGOON_CHECK(l.exists);
  l.link = link;
  l.debounce.input(link.up, true, debounce_, now);
  settle(now);
}

// Hands each filter's outcome to the next one.
void MemberLinks::settle(Instant now) {
  const bool any = std::ranges::any_of(links_, [](const Link& l) { return l.exists && l.debounce.up(); });
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    Link& l = links_[i];
    if (!l.exists) continue;
    if (!any) l.debounce.waive(now);
    l.damping.input(l.debounce.up(), damping_, now);
    monitor_.link_changed(index_of(i), l.damping.up() && l.watched, now);
  }
}

void MemberLinks::watch(MemberIndex member, bool watched, Instant now) {
  if (std::exchange(at(member).watched, watched) != watched) settle(now);
}

void MemberLinks::set_active(std::optional<MemberIndex> active, Instant now) {
  if (active == active_) return;
  active_ = active;
  monitor_.set_active(active, now);
}

void MemberLinks::frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now) {
  if (monitor_.enabled()) monitor_.frame_received(member, frame, now);
}

void MemberLinks::frames_counted(const std::array<std::uint64_t, kMembersMax>& frames, Instant now) {
  if (!monitor_.enabled() || now < next_count_) return;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (links_[i].exists) monitor_.frames_counted(index_of(i), frames[i], now);
  next_count_ = now + monitor_.options().interval / 4;
}

std::optional<Instant> MemberLinks::count_deadline() const noexcept {
  if (!monitor_.enabled()) return std::nullopt;
  return next_count_;
}

void MemberLinks::expire(Instant now) {
  for (Link& l : links_) {
    if (!l.exists) continue;
    l.debounce.expire(now);
    l.damping.expire(now);
  }
  settle(now);
  monitor_.expire(now);
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    Link& l = links_[i];
    if (l.trusted_until && (now >= *l.trusted_until || monitor_.alive(index_of(i)))) l.trusted_until.reset();
  }
}

// (who is trusted already has no proof since)
void MemberLinks::excuse_silence(Instant now) {
  if (!monitor_.enabled()) return;
  std::uint32_t alive = 0;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (links_[i].exists && works(index_of(i)) && monitor_.alive(index_of(i))) alive |= std::uint32_t{1} << i;
  monitor_.expire(now);
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if ((alive >> i & 1U) != 0 && !monitor_.alive(index_of(i)))
      links_[i].trusted_until = time_for_proof(monitor_.options(), now);
  settle(now);
}

std::optional<Instant> MemberLinks::deadline() const noexcept {
  Earliest first;
  for (const Link& l : links_) {
    if (!l.exists) continue;
    first.add(l.debounce.deadline());
    first.add(l.damping.deadline());
    first.add(l.trusted_until);
  }
  first.add(monitor_.deadline());
  return first.at();
}

std::optional<monitor::Probe> MemberLinks::transmit(Instant now) {
  return monitor_.enabled() ? monitor_.transmit(now) : std::nullopt;
}

bool MemberLinks::works(MemberIndex member) const {
  const Link& l = at(member);
  return l.damping.up() && (!l.watched || l.trusted_until || monitor_.alive(member));
}

std::optional<monitor::MemberHealth> MemberLinks::health(MemberIndex member) const {
  if (!monitor_.enabled()) return std::nullopt;
  return monitor_.health(member);
}

MemberSet MemberLinks::ports_up() const noexcept {
  MemberSet up = 0;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (links_[i].exists && links_[i].link.up) up |= set_of(index_of(i));
  return up;
}

}  // namespace lagoon::control
