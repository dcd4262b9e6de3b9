#include "dpdk/control/link_monitor.hpp"

#include <rte_cycles.h>

#include <string_view>

namespace lagoon::dpdk {

namespace {

std::string_view word_of(CarrierWatch::Loss loss) noexcept {
  switch (loss) {
    case CarrierWatch::Loss::none:
      return "";
    case CarrierWatch::Loss::deleted:
      return "deleted";
    case CarrierWatch::Loss::renamed:
      return "renamed";
    case CarrierWatch::Loss::replaced:
      return "replaced";
  }
  return "";
}

}  // namespace

Result<void> LinkMonitor::open() {
  return watch_.open();
}

std::optional<std::size_t> LinkMonitor::add(const Port& port) {
  const auto interface = port.interface_name();
  return interface ? watch_.add(*interface, port.interface_index().value_or(0)) : std::nullopt;
}

void LinkMonitor::add(MemberRuntime& member) {
  member.carrier = add(member.port);
}

void LinkMonitor::remove(MemberRuntime& member) {
  if (member.carrier) watch_.remove(*member.carrier);
  member.carrier.reset();
}

std::optional<LinkState> LinkMonitor::read(MemberRuntime& member) {
  LinkState link = member.port.link();
  if (member.lost) link.up = false;
  if (!member.port.device().carrier_interface) return link;
  if (!member.carrier) add(member);
  if (!member.carrier) return std::nullopt;
  const auto answer = watch_.answer(*member.carrier);
  if (!answer) return std::nullopt;
  link.up = link.up && answer->carrier;
  if (answer->speed) link.speed = *answer->speed;
  return link;
}

LinkState LinkMonitor::ask(MemberRuntime& member) {
  for (int i = 0; i < 1000; ++i) {
    if (const auto link = read(member)) return *link;
    rte_delay_us_sleep(1000);
  }
  return {};
}

void LinkMonitor::look_for_losses(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now) {
  const std::uint64_t losses = watch_.losses();
  if (std::exchange(losses_, losses) == losses) return;
  for (const auto& lag : lags)
    for_each_member(*lag, [&](MemberIndex index, MemberRuntime& member) {
      if (member.lost || !member.carrier || !is_lost(*member.carrier)) return;
      member.lost = true;
      control::interface_changed(
          *lag->lag, index,
          {.kind = control::InterfaceNews::Kind::gone, .why = word_of(watch_.loss(*member.carrier))}, now);
    });
  if (on_loss_) on_loss_();
}

bool LinkMonitor::poll(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now) {
  const bool told = watch_.take_news();
  bool changed = false;
  if (told) look_for_losses(lags, now);
  for (const auto& lag : lags) {
    const Duration interval = lag->lag->options().miimon;
    const bool due = interval > Duration::zero() && now >= lag->next_link_poll;
    if (due) lag->next_link_poll = now + interval;
    for_each_member(*lag, [&](MemberIndex index, MemberRuntime& member) {
      if (member.carrier) watch_.poll_every(*member.carrier, interval);
      const bool interrupted = member.port.take_link_interrupt();
      // A member that has just come is asked in any case.
      if (!interrupted && !told && !due && member.link_read) return;
      const auto link = read(member);
      if (!link) return;
      member.link_read = true;
      changed |= lag->lag->link_changed(index, *link, now);
    });
  }
  return changed || told;
}

}  // namespace lagoon::dpdk
