#include "dpdk/control/link_monitor.hpp"

#include <utility>

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

LinkState LinkMonitor::read(MemberRuntime& member, bool ask) {
  LinkState link = member.port.link();
  if (!member.carrier) return link;
  if (ask) watch_.refresh(*member.carrier);
  const bool carrier = watch_.carrier(*member.carrier);
  if (carrier && !member.carrier_speed) member.carrier_speed = watch_.speed(*member.carrier);
  if (!carrier) member.carrier_speed.reset();
  link.up = link.up && carrier;
  if (member.carrier_speed) link.speed = *member.carrier_speed;
  return link;
}

bool LinkMonitor::poll(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now) {
  const bool told = watch_.poll();
  bool changed = false;
  for (const auto& lag : lags) {
    const Duration interval = lag->lag->options().miimon;
    const bool due = interval > Duration::zero() && now >= lag->next_link_poll;
    if (due) lag->next_link_poll = now + interval;
    for_each_member(*lag, [&](MemberIndex index, MemberRuntime& member) {
      // A member that has just come is asked in any case.
      const bool first = !std::exchange(member.link_read, true);
      const bool interrupted = member.port.take_link_interrupt();
      if (!interrupted && !told && !due && !first) return;
      changed |= lag->lag->link_changed(index, read(member, due || first), now);
    });
  }
  return changed || told;
}

}  // namespace lagoon::dpdk
