#include "control/links/member_sessions.hpp"

#include "base/earliest.hpp"

namespace lagoon::control {

namespace {

// Of both ends where addresses are on `auto`.
constexpr Ipv4Address kLower{{169, 254, 7, 1}};
constexpr Ipv4Address kHigher{{169, 254, 7, 2}};

[[nodiscard]] std::string words_of(const bfd::Event& event) {
  using wire::BfdDiag;
  if (event.to == wire::BfdState::up) return "both ends hear each other";
  if (event.diag == BfdDiag::detection_time_expired)
    return "nothing was heard for " + std::to_string(to_ms(event.silence)) + " ms; the detection time is " +
           std::to_string(to_ms(event.detection)) + " ms";
  if (event.diag == BfdDiag::neighbor_signaled_down) return "the other end says that it does not hear us";
  return {};
}

}  // namespace

template <typename Function>
void MemberSessions::for_each_session(Function function) {
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (sessions_[i] != nullptr) function(MemberIndex{static_cast<std::uint8_t>(i)}, *sessions_[i]);
}

void MemberSessions::note(MemberIndex member, const std::optional<bfd::Event>& event) {
  if (event) events_.push_overwriting({.member = member, .what = *event, .words = words_of(*event)});
}

void MemberSessions::begin(MemberIndex member, const bfd::Options& options) {
  const std::uint64_t drawn = (seed_ + ++begun_) * 0x9e37'79b9'7f4a'7c15U;
  const auto discriminator = static_cast<std::uint32_t>(drawn >> 32) | 1U;
  sessions_[member.value()] = std::make_unique<bfd::Session>(
      options,
      bfd::Identity{.source = source_[member.value()], .discriminator = discriminator, .seed = drawn});
}

void MemberSessions::set_options(const BfdOptions& options, Instant now) {
  if (options == options_) return;
  const bool anew = options.enabled != options_.enabled || options.automatic() != options_.automatic();
  options_ = options;
  if (anew) {
    for (auto& session : sessions_) session.reset();
    return;
  }
  for_each_session([&](MemberIndex member, bfd::Session& session) {
    bfd::Options with = options.session;
    if (options.automatic()) {
      with.local = session.options().local;
      with.peer = session.options().peer;
    }
    note(member, session.set(with, now));
  });
}

void MemberSessions::follow(MemberSet up, MemberSet wanted, Instant now) {
  if (!options_.enabled) return;
  const MemberSet gone = up_ & ~up;
  up_ = up;
  wanted_ |= wanted;
  wanted_ &= up;
  for_each(up, [&](MemberIndex member) {
    if (sessions_[member.value()] == nullptr && !options_.automatic()) begin(member, options_.session);
  });
  for_each_session([&](MemberIndex member, bfd::Session& session) {
    if (contains(gone, member)) note(member, session.stop(now));
    if (contains(wanted_, member)) session.start(now);
  });
}

void MemberSessions::other_end(MemberIndex member, bool is_higher, Instant now) {
  if (!options_.enabled || !options_.automatic()) return;
  bfd::Options with = options_.session;
  with.local = is_higher ? kLower : kHigher;
  with.peer = is_higher ? kHigher : kLower;
  const auto& session = sessions_[member.value()];
  if (session != nullptr && session->options() == with) return;
  begin(member, with);
  if (contains(wanted_, member)) sessions_[member.value()]->start(now);
}

void MemberSessions::partner_changes(MemberIndex member, std::uint64_t times) noexcept {
  std::uint64_t& known = partners_[member.value()];
  if (known != times && sessions_[member.value()] != nullptr) sessions_[member.value()]->forget_partner();
  known = times;
}

void MemberSessions::slept(Duration gap, Instant now) noexcept {
  for_each_session([&](MemberIndex, bfd::Session& session) { session.slept(gap, now); });
}

MemberSessions::Taken MemberSessions::receive(MemberIndex member, std::span<const std::byte> frame,
                                              Instant now) {
  if (!options_.enabled || !wire::is_bfd_frame(frame, options_.session.port)) return Taken::no;
  bfd::Session* const session = sessions_[member.value()].get();
  if (session == nullptr) return Taken::as_ever;
  const bool blocked = session->blocks();
  const auto event = session->receive(frame, now);
  note(member, event);
  return event || session->blocks() != blocked ? Taken::as_news : Taken::as_ever;
}

void MemberSessions::expire(Instant now) {
  for_each_session([&](MemberIndex member, bfd::Session& session) { note(member, session.expire(now)); });
}

std::optional<BfdFrameOut> MemberSessions::transmit(Instant now) {
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (sessions_[i] != nullptr && contains(up_, i))
      if (const auto frame = sessions_[i]->transmit(now))
        return BfdFrameOut{.member = MemberIndex{static_cast<std::uint8_t>(i)}, .frame = *frame};
  return std::nullopt;
}

std::optional<Instant> MemberSessions::deadline() const noexcept {
  Earliest first;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (sessions_[i] != nullptr && contains(up_, i)) first.add(sessions_[i]->deadline());
  return first.at();
}

std::optional<wire::ControlFrame> MemberSessions::farewell(MemberIndex member) noexcept {
  auto& session = sessions_[member.value()];
  const auto last = session != nullptr ? session->farewell() : std::nullopt;
  wanted_ &= ~set_of(member);
  session.reset();
  return last;
}

}  // namespace lagoon::control
