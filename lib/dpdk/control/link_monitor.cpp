#include "dpdk/control/link_monitor.hpp"

#include <rte_cycles.h>

namespace lagoon::dpdk {

Result<void> LinkMonitor::open() {
  return watch_.open();
}

void LinkMonitor::add(MemberRuntime& member) {
  if (const auto& interface = member.port.device().carrier_interface) member.carrier = watch_.add(*interface);
}

void LinkMonitor::remove(MemberRuntime& member) {
  if (member.carrier) watch_.remove(*member.carrier);
  member.carrier.reset();
}

std::optional<LinkState> LinkMonitor::read(MemberRuntime& member) {
  LinkState link = member.port.link();
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

bool LinkMonitor::poll(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now) {
  const bool told = watch_.take_news();
  bool changed = false;
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
