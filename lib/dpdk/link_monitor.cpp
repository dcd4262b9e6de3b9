#include "dpdk/link_monitor.hpp"

namespace lagoon::dpdk {

Result<void> LinkMonitor::open(std::span<const std::unique_ptr<LagRuntime>> lags) {
  LAGOON_TRY(watch_.open());
  for (const auto& lag : lags)
    for (MemberRuntime& member : lag->members)
      if (const auto& interface = member.port.device().carrier_interface)
        member.carrier = watch_.add(*interface);
  return {};
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
  const bool safety = now >= next_poll_;
  if (safety) next_poll_ = now + kSafetyPoll;
  bool changed = false;
  for (const auto& lag : lags)
    for (std::size_t i = 0; i < lag->members.size(); ++i) {
      MemberRuntime& member = lag->members[i];
      const bool interrupted = member.port.take_link_interrupt();
      if (!interrupted && !told && !safety) continue;
      changed |= lag->lag->link_changed(MemberIndex{static_cast<std::uint8_t>(i)}, read(member, safety), now);
    }
  return changed || told;
}

}  // namespace lagoon::dpdk
