#include "dpdk/control/member_lifecycle.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace lagoon::dpdk {

namespace {

WorkerPort worker_port(const MemberRuntime& member, std::size_t position, std::size_t workers) {
  WorkerPort port{.id = member.port.id().value(),
                  .first_rx = static_cast<std::uint16_t>(position),
                  .rx_end = member.port.rx_queues(),
                  .step = static_cast<std::uint16_t>(workers),
                  .tx = static_cast<std::uint16_t>(position),
                  .cut = member.port.cut_from(),
                  .punts = member.punts.get()};
  if (position < member.transmit_sockets.size())
    port.tx_socket = member.transmit_sockets[position].descriptor();
  return port;
}

}  // namespace

void publish_ports(QsbrPublisher& publisher, LagRuntime& lag) {
  for (std::size_t position = 0; position < lag.ports.size(); ++position) {
    auto ports = std::make_unique<SidePorts>();
    for_each_member(lag, [&](MemberIndex index, const MemberRuntime& member) {
      if (member.served) ports->put(index, worker_port(member, position, lag.ports.size()));
    });
    publisher.publish(lag.ports[position], std::move(ports));
  }
}

Result<MemberIndex> MemberLifecycle::attach(LagRuntime& lag, std::unique_ptr<MemberRuntime>& member,
                                            control::MemberSettings settings, const LagTotals& counted,
                                            Instant now) {
  const auto index = lag.lag->add_member(std::move(settings), now);
  if (!index) return index;
  LAGOON_CHECK(lag.members[index->value()] == nullptr);
  member->before = counted.members[index->value()];
  lag.members[index->value()] = std::move(member);
  links_.add(*lag.members[index->value()]);
  // Before any table names it: its link is down until the LinkMonitor has asked.
  publish_ports(publisher_, lag);
  ++revision_;
  return index;
}

void MemberLifecycle::lose(LagRuntime& lag, MemberIndex member) {
  LAGOON_CHECK(lag.find(member) != nullptr && find(lag, member) == nullptr);
  departures_.push_back({.lag = &lag, .member = member, .somebody_takes = true, .stays = true});
}

void MemberLifecycle::give_back(LagRuntime& lag, MemberIndex index, std::unique_ptr<MemberRuntime> member,
                                Instant now) {
  LAGOON_CHECK(lag.find(index) == nullptr && lag.absent[index.value()]);
  const AbsentMember kept = *std::exchange(lag.absent[index.value()], std::nullopt);
  member->before = kept.before;
  member->kernel_ring_full_before = kept.kernel_ring_full;
  member->slow_socket_full_before = kept.slow_socket_full;
  const MacAddress own = member->port.own_address();
  links_.add(*member);
  lag.members[index.value()] = std::move(member);
  publish_ports(publisher_, lag);
  ++revision_;
  control::interface_changed(*lag.lag, index,
                             {.kind = control::InterfaceNews::Kind::back,
                              .address = own.is_zero() ? lag.lag->member(index).address : own},
                             now);
}

Result<void> MemberLifecycle::leave(LagRuntime& lag, MemberIndex member, bool somebody_takes, Instant now) {
  if (const Departure* const other = find(lag, member); other != nullptr)
    return fail(Errc::busy, other->stays ? "its interface is gone, and its port is being closed; try again"
                                         : "it is being removed already");
  LAGOON_CHECK(lag.find(member) != nullptr);
  lag.lag->leave_member(member, now);
  departures_.push_back({.lag = &lag, .member = member, .somebody_takes = somebody_takes});
  return {};
}

void MemberLifecycle::advance(Departure& d, Instant now) {
  MemberRuntime* const runtime = d.lag->find(d.member);
  switch (d.stage) {
    case Stage::leaving:
      if (!d.stays && !d.lag->lag->may_close(d.member, now)) return;
      d.period = publisher_.begin_grace_period();
      d.stage = Stage::untabled;
      return;
    case Stage::untabled:
      if (!publisher_.passed(d.period)) return;
      runtime->served = false;
      publish_ports(publisher_, *d.lag);
      d.period = publisher_.begin_grace_period();
      d.stage = Stage::unserved;
      return;
    case Stage::unserved:
      if (!publisher_.passed(d.period) || runtime->setting.errand.under_way()) return;
      transmitter_.forget(*d.lag, d.member);
      links_.remove(*runtime);
      if (d.stays)
        d.lag->absent[d.member.value()] = {.before = runtime->before,
                                           .kernel_ring_full = runtime->kernel_ring_full(),
                                           .slow_socket_full = runtime->slow_socket_full()};
      d.runtime = std::move(d.lag->members[d.member.value()]);
      ++revision_;
      d.stage = Stage::closing;
      return;
    case Stage::closing:
      if (d.somebody_takes) return;
      if (d.close == nullptr) {
        d.close = std::make_unique<Errand>();
        errands_.give(*d.close, [goes = std::shared_ptr{std::move(d.runtime)}]() mutable { goes.reset(); });
      }
      if (!d.close->take_done()) return;
      d.lag->lag->forget_member(d.member, now);
      d.stage = Stage::gone;
      return;
    case Stage::gone:
      return;
  }
}

MemberLifecycle::Departure* MemberLifecycle::find(const LagRuntime& lag, MemberIndex member) noexcept {
  const auto at = std::find_if(departures_.begin(), departures_.end(), [&](const Departure& d) {
    return d.lag == &lag && d.member == member && d.stage != Stage::gone;
  });
  return at != departures_.end() ? &*at : nullptr;
}

std::unique_ptr<MemberRuntime> MemberLifecycle::take(const LagRuntime& lag, MemberIndex member) noexcept {
  Departure* const departure = find(lag, member);
  if (departure == nullptr || departure->stage != Stage::closing) return nullptr;
  return std::move(departure->runtime);
}

void MemberLifecycle::closed(LagRuntime& lag, MemberIndex member, Instant now) {
  Departure* const departure = find(lag, member);
  const bool stays = departure != nullptr && departure->stays;
  if (departure != nullptr) departure->stage = Stage::gone;
  if (!stays) lag.lag->forget_member(member, now);
}

void MemberLifecycle::abandon(const LagRuntime& lag, MemberIndex member) noexcept {
  if (Departure* const departure = find(lag, member)) departure->somebody_takes = false;
}

}  // namespace lagoon::dpdk
