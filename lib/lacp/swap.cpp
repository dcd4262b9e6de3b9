#include "lacp/swap.hpp"

#include <algorithm>
#include <utility>

#include "base/earliest.hpp"
#include "lacp/constants.hpp"

namespace lagoon::lacp {

namespace {

[[nodiscard]] bool has(std::uint32_t ports, MemberIndex port) noexcept {
  return (ports >> port.value() & 1U) != 0;
}

[[nodiscard]] bool any_awaited(const SelectionPorts& ports) noexcept {
  return std::ranges::any_of(ports, [](const std::optional<SelectionPort>& port) {
    return port && !port->distributes && !port->drained && !port->leaves && port->awaited;
  });
}

}  // namespace

std::optional<PortConfig> SwapKeeper::take_config(MemberIndex port) noexcept {
  return std::exchange(at(port).config, std::nullopt);
}

void SwapKeeper::moved(std::uint32_t ports) noexcept {
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if ((ports >> i & 1U) != 0 && ports_[i].swap == Swap::moves) ports_[i].moved = true;
}

// One that is not SELECTED yet is awaited from the moment when it is.
void SwapKeeper::add_to(SelectionPort& port, MemberIndex index, bool is_selected,
                        const AggregatorConfig& config, Instant now) const noexcept {
  const Port& known = at(index);
  const auto lasts = [&](std::optional<Instant> since) {
    return now < since.value_or(now) + config.swap_patience;
  };
  port.distributes = port.distributes && has(works_, index);
  port.leaves = known.leaves || known.config;
  port.carries = is_selected && (port.distributes || known.swap == Swap::moves);
  port.awaited = lasts(known.selected);
  port.patient = lasts(known.swap == Swap::carries ? std::optional{known.since} : std::nullopt);
  port.moved = known.moved || (known.swap == Swap::moves && now >= known.since + kMovesMost);
  port.told = known.told && now >= *known.told + kHeardAfter;
  port.swap = known.swap;
}

// Who carries no longer has been replaced, or was too patient, or has nobody to wait for any more.
Cause SwapKeeper::cause_of(MemberIndex index, Swap before, const SelectionPorts& ports) const noexcept {
  const Port& port = at(index);
  const SelectionPort& seen = *ports[index.value()];
  bool replaced = false;
  bool refused = false;
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    if (&ports_[i] == &port || !ports[i] || !ports_[i].selected || *ports_[i].selected < port.since) continue;
    replaced = replaced || ports[i]->distributes;
    refused = refused || !ports[i]->distributes;
  }
  if (before == Swap::carries && refused && !(seen.patient && any_awaited(ports)))
    return Cause::swap_patience;
  if (before == Swap::carries && replaced) return Cause::replaced;
  if (port.leaves) return Cause::disabled;
  if (port.config) return Cause::own_values;
  return seen.drained ? Cause::drained : Cause::selection;
}

std::optional<Event> SwapKeeper::follow(MemberIndex index, const PortSelection& choice, bool was_selected,
                                        const SelectionPorts& ports, Instant now) noexcept {
  Port& port = at(index);
  const bool selected = choice.selected == Selected::selected;
  if (!selected)
    port.selected.reset();
  else if (!was_selected || !port.selected)
    port.selected = now;
  const std::optional<SelectionPort>& seen = ports[index.value()];
  if (!seen || !seen->distributes)
    port.told.reset();
  else if (!port.told && !seen->pending)
    port.told = now;
  const Swap before = std::exchange(port.swap, choice.swap);
  if (before == port.swap) return std::nullopt;
  const bool goes_on = port.swap == Swap::none && !choice.rests;
  const Cause cause = goes_on || !ports[index.value()] ? Cause::none : cause_of(index, before, ports);
  port.since = now;
  port.moved = false;
  // (that it goes is told of by what it does)
  if (!selected) return std::nullopt;
  return Event{
      .kind = EventKind::swap,
      .port = index,
      .from = std::to_underlying(before),
      .to = std::to_underlying(port.swap),
      .cause = cause,
      .reason = cause == Cause::selection ? UnselectedReason::above_max_links : UnselectedReason::none};
}

std::uint32_t SwapKeeper::at_swap(Swap swap) const noexcept {
  std::uint32_t set = 0;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (ports_[i].swap == swap) set |= std::uint32_t{1} << i;
  return set;
}

std::optional<Instant> SwapKeeper::deadline(const AggregatorConfig& config, Instant now) const noexcept {
  const bool waits = (at_swap(Swap::carries) | at_swap(Swap::moves)) != 0;
  Earliest first;
  for (const Port& port : ports_) {
    const Instant from = port.swap == Swap::carries ? port.since : port.selected.value_or(now);
    if (waits && from + config.swap_patience > now) first.add(from + config.swap_patience);
    if (waits && port.told && *port.told + kHeardAfter > now) first.add(*port.told + kHeardAfter);
    if (port.swap == Swap::moves && port.since + kMovesMost > now) first.add(port.since + kMovesMost);
  }
  return first.at();
}

}  // namespace lagoon::lacp
