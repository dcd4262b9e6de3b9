#include "bfd/session.hpp"

#include <algorithm>

#include "base/earliest.hpp"

namespace lagoon::bfd {

namespace {

// 6.8.6, but for AdminDown at either end.
constexpr BfdState next_state(BfdState state, BfdState peer) noexcept {
  switch (state) {
    case BfdState::down:
      if (peer == BfdState::down) return BfdState::init;
      return peer == BfdState::init ? BfdState::up : state;
    case BfdState::init:
      return peer == BfdState::init || peer == BfdState::up ? BfdState::up : state;
    case BfdState::up:
      return peer == BfdState::down ? BfdState::down : state;
    case BfdState::admin_down:
      return state;
  }
  return state;
}

constexpr std::uint16_t source_port_of(std::uint32_t discriminator) noexcept {
  constexpr std::uint32_t kPorts = 0x1'0000U - wire::kBfdSourcePortMin;
  return static_cast<std::uint16_t>(wire::kBfdSourcePortMin + discriminator % kPorts);
}

bool same_ends(const Options& a, const Options& b) noexcept {
  return a.local == b.local && a.port == b.port && a.destination == b.destination &&
         a.learn_destination == b.learn_destination;
}

}  // namespace

Session::Session(const Options& options, const Identity& identity) noexcept
    : options_{options}, identity_{identity}, intervals_{options.interval}, jitter_{identity.seed} {}

void Session::tell_soon(Instant now) noexcept {
  soon_ = std::min(soon_.value_or(now), now);
}

void Session::forget_peer() noexcept {
  remote_ = {};
  intervals_.forget_peer();
  final_.reset();
}

Event Session::enter(BfdState state, BfdDiag diag, Instant now) noexcept {
  const Event event{.from = state_, .to = state, .diag = diag};
  state_ = state;
  diag_ = diag;
  if (event.from == BfdState::up) {
    ++counters_.losses;
    intervals_.left_up();
    standing_.down();
  }
  if (state == BfdState::up) {
    intervals_.entered_up();
    standing_.up(options_.hold_up, now);
    // RFC 7130 2.3: the first ones in Up, too.
    dedicated_left_ = options_.multiplier;
  }
  tell_soon(now);
  return event;
}

// Down, and the peer is not known.
std::optional<Event> Session::restart(BfdDiag diag, Instant now) noexcept {
  forget_peer();
  if (state_ != BfdState::init && state_ != BfdState::up) return std::nullopt;
  return enter(BfdState::down, diag, now);
}

void Session::start(Instant now) noexcept {
  if (active_) return;
  active_ = true;
  tell_soon(now);
}

std::optional<Event> Session::stop(Instant now) noexcept {
  active_ = false;
  const auto event = restart(BfdDiag::path_down, now);
  soon_.reset();
  return event;
}

std::optional<Event> Session::disable(Instant now) noexcept {
  if (state_ == BfdState::admin_down) return std::nullopt;
  const Event event = enter(BfdState::admin_down, BfdDiag::administratively_down, now);
  standing_ = {};
  tell_until_ = now + intervals_.detection_of_peer(options_.multiplier);
  return event;
}

std::optional<Event> Session::enable(Instant now) noexcept {
  if (state_ != BfdState::admin_down) return std::nullopt;
  tell_until_.reset();
  return enter(BfdState::down, BfdDiag::none, now);
}

std::optional<Event> Session::set(const Options& options, Instant now) noexcept {
  const bool keeps_peer = !options.peer || options.peer == peer();
  const bool keeps_ends = same_ends(options, options_) && keeps_peer;
  const bool tells_else = options.multiplier != options_.multiplier;
  options_ = options;
  if (intervals_.set(options.interval) || tells_else) tell_soon(now);
  if (keeps_ends) return std::nullopt;
  const auto event = restart(BfdDiag::none, now);
  tell_soon(now);
  return event;
}

void Session::slept(Duration gap, Instant now) noexcept {
  if (remote_.discriminator == 0 || gap <= intervals_.receive() / 2) return;
  ++counters_.own_stalls;
  detector_.slept(gap, now);
}

std::optional<IpAddress> Session::peer() const noexcept {
  return options_.peer ? options_.peer : remote_.address;
}

// What is not is counted.
bool Session::is_ours(const wire::BfdFrame& frame) noexcept {
  if (frame.from == options_.local || frame.source == identity_.source) {
    ++counters_.reflected;
    return false;
  }
  if (frame.to != options_.local || frame.from != peer().value_or(frame.from)) {
    ++counters_.wrong_address;
    return false;
  }
  const std::uint32_t discriminator = frame.packet.your_discriminator;
  if (discriminator != 0 && discriminator != identity_.discriminator) {
    ++counters_.wrong_discriminator;
    return false;
  }
  if (state_ == BfdState::admin_down) {
    ++counters_.while_admin_down;
    return false;
  }
  return true;
}

std::optional<Event> Session::receive(std::span<const std::byte> frame, Instant at) noexcept {
  const auto read = wire::parse_bfd_frame(frame, options_.port);
  if (!read) {
    ++counters_.discarded.at(static_cast<std::size_t>(read.error()));
    return std::nullopt;
  }
  if (!is_ours(*read)) return std::nullopt;
  ++counters_.received;
  return take(*read, at);
}

std::optional<Event> Session::take(const wire::BfdFrame& frame, Instant at) noexcept {
  const wire::BfdPacket& packet = frame.packet;
  remote_.discriminator = packet.my_discriminator;
  remote_.state = packet.state;
  remote_.diag = packet.diag;
  remote_.address = frame.from;
  if (!frame.source.is_group() && !frame.source.is_zero()) remote_.mac = frame.source;
  if (intervals_.heard(packet)) tell_soon(at);
  detector_.heard(at);
  if (packet.poll) final_ = at;

  const bool peer_off = packet.state == BfdState::admin_down;
  standing_.peer_said(peer_off);
  const BfdState next = peer_off ? BfdState::down : next_state(state_, packet.state);
  if (next == state_) return std::nullopt;
  return enter(next, next == BfdState::down ? BfdDiag::neighbor_signaled_down : BfdDiag::none, at);
}

std::optional<Instant> Session::detection_ends() const noexcept {
  const auto detection = intervals_.detection();
  if (!detection) return std::nullopt;
  return detector_.deadline(*detection);
}

std::optional<Event> Session::expire(Instant now) noexcept {
  standing_.expire(now);
  const auto ends = detection_ends();
  if (!ends || now < *ends) return std::nullopt;
  const Duration detection = intervals_.detection().value_or(Duration::zero());
  auto event = restart(BfdDiag::detection_time_expired, now);
  if (event) {
    event->detection = detection;
    event->silence = now - detector_.last();
  }
  return event;
}

bool Session::may_tell() const noexcept {
  const auto to = peer();
  return to && to->index() == options_.local.index() && (active_ || remote_.discriminator != 0);
}

std::optional<Instant> Session::next_due() const noexcept {
  if (!may_tell()) return std::nullopt;
  Earliest earliest;
  earliest.add(soon_);
  if (const auto interval = intervals_.transmit())
    earliest.add(sent_ ? *sent_ + jitter_.of(*interval) : detector_.last());
  const auto due = earliest.at();
  return due && tell_until_ && *due >= *tell_until_ ? std::nullopt : due;
}

wire::ControlFrame Session::frame_of(const wire::BfdPacket& packet) const noexcept {
  const bool to_mac = state_ == BfdState::up && dedicated_left_ == 0 && options_.learn_destination;
  return wire::emit_bfd_frame(
      {.destination = to_mac ? remote_.mac.value_or(options_.destination) : options_.destination,
       .source = identity_.source,
       .from = options_.local,
       .to = peer().value_or(options_.local),
       .source_port = source_port_of(identity_.discriminator),
       .port = options_.port,
       .packet = packet});
}

wire::ControlFrame Session::send(bool poll, bool final) noexcept {
  ++counters_.sent;
  const wire::ControlFrame frame = frame_of({.diag = diag_,
                                             .state = state_,
                                             .poll = poll,
                                             .final = final,
                                             .multiplier = options_.multiplier,
                                             .my_discriminator = identity_.discriminator,
                                             .your_discriminator = remote_.discriminator,
                                             .desired_tx_us = intervals_.desired_tx_us(),
                                             .required_rx_us = intervals_.required_rx_us()});
  if (state_ == BfdState::up && dedicated_left_ != 0) --dedicated_left_;
  return frame;
}

std::optional<wire::ControlFrame> Session::transmit(Instant now) noexcept {
  if (final_ && may_tell()) {
    // (at once, and beside the others, which come when they would have)
    final_.reset();
    ++counters_.polls_answered;
    return send(false, true);
  }
  const auto due = next_due();
  if (!due || now < *due) return std::nullopt;
  soon_.reset();
  sent_ = now;
  jitter_.draw(options_.multiplier);
  return send(intervals_.polling(), false);
}

std::optional<Instant> Session::deadline() const noexcept {
  Earliest earliest;
  earliest.add(final_);
  earliest.add(next_due());
  earliest.add(detection_ends());
  earliest.add(standing_.deadline());
  return earliest.at();
}

std::optional<wire::ControlFrame> Session::farewell() noexcept {
  if (remote_.discriminator == 0 || !may_tell()) return std::nullopt;
  ++counters_.sent;
  const wire::ControlFrame frame = frame_of({.diag = BfdDiag::administratively_down,
                                             .state = BfdState::admin_down,
                                             .multiplier = options_.multiplier,
                                             .my_discriminator = identity_.discriminator,
                                             .your_discriminator = remote_.discriminator,
                                             .desired_tx_us = 1'000'000,
                                             .required_rx_us = intervals_.required_rx_us()});
  forget_peer();
  return frame;
}

Verdict Session::verdict() const noexcept {
  return state_ == BfdState::admin_down ? Verdict::off : standing_.verdict();
}

}  // namespace lagoon::bfd
