#include "lacp/aggregator.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/check.hpp"
#include "base/earliest.hpp"
#include "lacp/aggregation_port.hpp"
#include "lacp/key.hpp"
#include "lacp/lag_id.hpp"
#include "lacp/min_links.hpp"
#include "lacp/selection.hpp"
#include "lacp/swap.hpp"

namespace lagoon::lacp {

namespace {

[[nodiscard]] MemberIndex index_of(std::size_t port) noexcept {
  return MemberIndex{static_cast<std::uint8_t>(port)};
}

}  // namespace

struct Aggregator::State {
  AggregatorConfig config;
  EventRing events{};
  std::array<std::optional<AggregationPort>, kMembersMax> ports{};
  std::optional<LagId> chosen{};  // the group that has the Aggregator
  bool in_use = false;            // a port of that group has attached since it was chosen
  bool up = false;
  bool closing = false;
  SwapKeeper swaps{};
  Instant now{};

  [[nodiscard]] AggregationPort* find(MemberIndex port) noexcept;
  [[nodiscard]] AggregationPort& existing(MemberIndex port) noexcept;
  [[nodiscard]] bool ready(const AggregationPort& port) const noexcept;
  [[nodiscard]] bool may_return(const AggregationPort& port) const noexcept;
  [[nodiscard]] bool run_muxes() noexcept;
  [[nodiscard]] bool run_selection() noexcept;
  [[nodiscard]] bool let_go(std::size_t i) noexcept;
  void note_swap(std::size_t i, const PortSelection& choice, const SelectionPorts& seen) noexcept;
  void settle(Instant at) noexcept;
  void update_lag_state() noexcept;
  template <typename Predicate>
  [[nodiscard]] std::uint32_t ports_that(Predicate predicate) const noexcept;
  template <typename Action>
  void for_each_port(Action action) noexcept {
    for (std::optional<AggregationPort>& port : ports)
      if (port) action(*port);
  }
};

AggregationPort* Aggregator::State::find(MemberIndex port) noexcept {
  return port.value() < kMembersMax && ports[port.value()] ? &*ports[port.value()] : nullptr;
}

AggregationPort& Aggregator::State::existing(MemberIndex port) noexcept {
  LAGOON_CHECK(port.value() < kMembersMax && ports[port.value()].has_value());
  return *ports[port.value()];
}

// Ready: Ready_N of all ports that wait together (6.4.14). Who began to wait only after this port's own wait
// was over does not wait with it; else links that come one after the other hold up the first. Where no other
// link carries, one that returns to its Partner waits for none.
bool Aggregator::State::ready(const AggregationPort& port) const noexcept {
  if (may_return(port)) return true;
  if (!port.no_longer_waits()) return false;
  const Instant wait_over = *port.waiting_since() + config.aggregate_wait;
  return std::ranges::none_of(ports, [&](const std::optional<AggregationPort>& other) {
    return other && other->is_selected() && other->waiting_since() && !other->no_longer_waits() &&
           *other->waiting_since() < wait_over;
  });
}

// The port returns to its Partner, and no other one is a reason to wait who will: one that has another
// Partner, or has heard nobody since its link came up. While others carry it only collects until its wait is
// over; under coupled control, which can't, it waits for these. One that is attached alone, and whose Partner
// is not, carries nothing: where each end attaches another port first, each would wait for the other's.
bool Aggregator::State::may_return(const AggregationPort& port) const noexcept {
  const SelectionPort returning = port.for_selection();
  if (!returning.returns || !port.is_selected()) return false;
  const LagId group = make_lag_id(returning.actor, returning.partner);
  return std::ranges::none_of(ports, [&](const std::optional<AggregationPort>& other) {
    if (!other || &*other == &port) return false;
    const SelectionPort seen = other->for_selection();
    if (in_sync(seen.actor) && in_sync(seen.partner)) return config.mux == MuxControl::coupled;
    if (!seen.link.up || other->closing()) return false;
    if (!seen.has_partner) return PortState{seen.actor.state}.has(StateBit::expired);
    return make_lag_id(seen.actor, seen.partner) != group;
  });
}

bool Aggregator::State::run_muxes() noexcept {
  std::array<bool, kMembersMax> is_ready{};
  for (std::size_t i = 0; i < kMembersMax; ++i) is_ready[i] = ports[i] && ready(*ports[i]);
  // (of a LAG that is down by min-links nobody carries)
  const std::uint32_t carry =
      up ? ports_that([](const AggregationPort& port) { return port.distributes(); }) : 0;
  bool moved = false;
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    const bool others_carry = (carry & ~(std::uint32_t{1} << i)) != 0;
    if (ports[i] && ports[i]->run_mux(is_ready[i], others_carry, now)) moved = true;
  }
  return moved;
}

bool Aggregator::State::run_selection() noexcept {
  SelectionPorts seen;
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    if (!ports[i] || ports[i]->closing()) continue;
    seen[i] = ports[i]->for_selection();
    swaps.add_to(*seen[i], index_of(i), ports[i]->is_selected(), config, now);
  }
  Selection selection = select(seen, config, in_use ? chosen : std::nullopt);
  if (chosen != selection.lag_id) in_use = false;
  chosen = selection.lag_id;
  bool changed = false;
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    if (!ports[i]) continue;
    note_swap(i, selection.ports[i], seen);
    if (seen[i] && seen[i]->leaves && selection.ports[i].selected != Selected::selected) {
      selection.ports[i] = {};
      changed = let_go(i) || changed;
    }
    if (ports[i]->closing()) selection.ports[i].reason = UnselectedReason::disabled;
    if (ports[i]->apply(selection.ports[i], chosen.value_or(LagId{}), now)) changed = true;
    const MuxState mux = ports[i]->mux();
    if (ports[i]->is_selected() && mux != MuxState::detached && mux != MuxState::waiting) in_use = true;
  }
  return changed;
}

// Nobody has to wait for the port any more that leaves.
bool Aggregator::State::let_go(std::size_t i) noexcept {
  if (const std::optional<PortConfig> to_be = swaps.take_config(index_of(i))) ports[i]->change(*to_be, now);
  if (swaps.leaves(index_of(i))) ports[i]->shut_down(now);
  swaps.forget(index_of(i));
  return true;
}

void Aggregator::State::note_swap(std::size_t i, const PortSelection& choice,
                                  const SelectionPorts& seen) noexcept {
  std::optional<Event> event = swaps.follow(index_of(i), choice, ports[i]->is_selected(), seen, now);
  if (!event) return;
  event->at = now;
  event->evidence = ports[i]->standing(now).evidence;
  events.push_overwriting(*event);
}

// The order is fixed: what was received is in the ports already; each Mux machine sees an UNSELECTED before
// the Selection Logic may choose the port again; the rest reads what these two came to.
void Aggregator::State::settle(Instant at) noexcept {
  now = std::max(now, at);
  bool moved = true;
  for (unsigned round = 0; moved; ++round) {
    LAGOON_CHECK(round < kRoundsMax);
    moved = run_muxes();
    moved = run_selection() || moved;
  }
  for_each_port([this](AggregationPort& port) { port.finish(now); });
  update_lag_state();
}

void Aggregator::State::update_lag_state() noexcept {
  const auto count =
      std::popcount(ports_that([](const AggregationPort& port) { return port.distributes(); }));
  const MinLinks needed = min_links_of(config);
  const bool was_up = std::exchange(up, needed.met(count, up));
  if (was_up != up)
    events.push_overwriting({.kind = EventKind::lag_state,
                             .from = static_cast<std::uint8_t>(was_up),
                             .to = static_cast<std::uint8_t>(up),
                             .at = now,
                             .evidence = {.distributing = static_cast<std::uint8_t>(count),
                                          .needed = static_cast<std::uint8_t>(needed.needed(was_up))}});
}

template <typename Predicate>
std::uint32_t Aggregator::State::ports_that(Predicate predicate) const noexcept {
  std::uint32_t set = 0;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (ports[i] && predicate(*ports[i])) set |= std::uint32_t{1} << i;
  return set;
}

Aggregator::Aggregator(const AggregatorConfig& config, Instant now) : state_{std::make_unique<State>()} {
  LAGOON_CHECK(config.lag_number <= kLagNumberMax);
  state_->config = config;
  state_->now = now;
}
Aggregator::~Aggregator() = default;
Aggregator::Aggregator(Aggregator&&) noexcept = default;
Aggregator& Aggregator::operator=(Aggregator&&) noexcept = default;

void Aggregator::add_port(MemberIndex port, const PortConfig& config, Instant now) {
  LAGOON_CHECK(port.value() < kMembersMax && !has_port(port));
  state_->ports[port.value()].emplace(port, config, state_->config, state_->events);
  if (state_->closing) state_->ports[port.value()]->shut_down(now);
  state_->settle(now);
}

void Aggregator::remove_port(MemberIndex port, Instant now) {
  LAGOON_CHECK(has_port(port));
  state_->ports[port.value()].reset();
  state_->swaps.forget(port);
  state_->settle(now);
}

void Aggregator::set_system(const MacAddress& system, Instant now) {
  AggregatorConfig config = state_->config;
  config.system = system;
  change(config, now);
}

void Aggregator::change(const AggregatorConfig& config, Instant now) {
  const AggregatorConfig before = std::exchange(state_->config, config);
  state_->config.lag_number = before.lag_number;
  const bool other_system =
      before.system != config.system || before.system_priority != config.system_priority;
  state_->for_each_port([&](AggregationPort& port) {
    if (other_system && !port.closing())
      port.restart(now);
    else
      port.lag_changed(before, now);
  });
  state_->settle(now);
}

void Aggregator::change_port(MemberIndex port, const PortConfig& config, Instant now) {
  AggregationPort& changes = state_->existing(port);
  const wire::LacpInfo is = changes.view().actor;
  const bool same = is.port_number == config.port_number && is.port_priority == config.port_priority &&
                    PortState{is.state}.has(StateBit::aggregation) == config.aggregatable;
  const bool waits = changes.distributes() && !same;
  state_->swaps.set_config(port, waits ? std::optional{config} : std::nullopt);
  if (!waits) changes.change(config, now);
  state_->settle(now);
}

void Aggregator::refresh(Instant now) {
  state_->for_each_port(ask_for_lacpdu);
  state_->settle(now);
}

void Aggregator::set_drained(MemberIndex port, bool drained, Instant now) {
  state_->existing(port).set_drained(drained);
  state_->settle(now);
}

void Aggregator::set_works(std::uint32_t works, Instant now) {
  if (state_->swaps.set_works(works)) state_->settle(now);
}

void Aggregator::set_retry_neighbors(std::uint32_t ports) {
  state_->for_each_port([ports](AggregationPort& port) { set_retry_neighbor(port, ports); });
}

void Aggregator::moved_off(std::uint32_t ports, Instant now) {
  state_->swaps.moved(ports);
  state_->settle(now);
}

std::uint32_t Aggregator::moving_off() const noexcept {
  return state_->swaps.at_swap(Swap::moves);
}

void Aggregator::set_left_out(MemberIndex port, UnselectedReason why, Instant now) {
  state_->existing(port).set_left_out(why);
  state_->settle(now);
}

void Aggregator::set_enabled(MemberIndex port, bool enabled, Instant now) {
  AggregationPort& changes = state_->existing(port);
  state_->swaps.set_leaves(port, !enabled && !changes.closing());
  if (enabled && !state_->closing) changes.enable(now);
  state_->settle(now);
}

bool Aggregator::has_left(MemberIndex port) const {
  const AggregationPort& leaves = state_->existing(port);
  return leaves.closing() && !leaves.transmit_pending();
}

void Aggregator::receive(MemberIndex port, const wire::Lacpdu& pdu, Instant now) {
  AggregationPort* const hears = state_->find(port);
  if (hears == nullptr) return;
  hears->receive(pdu, now);
  if (pdu.actor.system != state_->config.system)
    for (std::optional<AggregationPort>& other : state_->ports)
      if (other && &*other != hears) other->heard_elsewhere(pdu.actor, now);
  state_->settle(now);
}

void Aggregator::link_changed(MemberIndex port, const LinkState& link, Instant now) {
  if (AggregationPort* const changes = state_->find(port)) changes->link_changed(link, now);
  state_->settle(now);
}

void Aggregator::excuse_silence(Instant now) {
  state_->for_each_port([now](AggregationPort& port) { port.excuse_silence(now); });
}

void Aggregator::expire(Instant now) {
  state_->for_each_port([now](AggregationPort& port) { port.expire(now); });
  state_->settle(now);
}

void Aggregator::shut_down(Instant now) {
  state_->closing = true;
  state_->for_each_port([now](AggregationPort& port) { port.shut_down(now); });
  state_->swaps = {};
  state_->settle(now);
}

bool Aggregator::told() const noexcept {
  return state_->ports_that([](const AggregationPort& port) { return port.transmit_pending(); }) == 0;
}

std::optional<SavedPort> Aggregator::saved(MemberIndex port) const {
  return state_->existing(port).saved();
}

// All of them first: the Selection Logic weighs ports against each other.
void Aggregator::restore(std::span<PortRestore> ports, bool was_up, Instant now) {
  for (PortRestore& restore : ports) {
    AggregationPort& port = state_->existing(restore.port);
    restore.fault = port.restore(restore.saved, restore.link, now);
    if (restore.fault != RestoreFault::none || state_->in_use) continue;
    state_->chosen = port.view().lag_id;
    state_->in_use = true;
    state_->up = was_up;
  }
  state_->settle(now);
}

std::optional<Instant> Aggregator::deadline() const noexcept {
  Earliest first;
  first.add(state_->swaps.deadline(state_->config, state_->now));
  for (const auto& port : state_->ports)
    if (port) first.add(port->deadline(state_->now));
  return first.at();
}

std::optional<Transmission> Aggregator::transmit(Instant now) {
  state_->now = std::max(state_->now, now);
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    const auto pdu = state_->ports[i] ? state_->ports[i]->transmit(state_->now) : std::nullopt;
    if (!pdu) continue;
    if (moving_off() != 0) state_->settle(now);  // (a port that goes waits for what another one tells)
    return Transmission{.port = MemberIndex{static_cast<std::uint8_t>(i)}, .pdu = *pdu};
  }
  return std::nullopt;
}

std::optional<Event> Aggregator::poll_event() {
  return state_->events.pop();
}

PortView Aggregator::port(MemberIndex port) const {
  PortView view = state_->existing(port).view();
  view.distributing = view.distributing && state_->up;
  view.swap = state_->swaps.swap(port);
  return view;
}

Event Aggregator::standing(MemberIndex port, Instant now) const {
  return state_->existing(port).standing(now);
}

bool Aggregator::has_port(MemberIndex port) const noexcept {
  return state_->find(port) != nullptr;
}

std::uint32_t Aggregator::collecting() const noexcept {
  return state_->ports_that([](const AggregationPort& port) { return outputs(port.mux()).collecting; });
}

std::uint32_t Aggregator::distributing() const noexcept {
  if (!state_->up) return 0;
  return state_->ports_that([](const AggregationPort& port) { return port.distributes(); });
}

bool Aggregator::up() const noexcept {
  return state_->up;
}

const AggregatorConfig& Aggregator::config() const noexcept {
  return state_->config;
}

LagId Aggregator::lag_id() const noexcept {
  return state_->chosen.value_or(LagId{});
}

}  // namespace lagoon::lacp
