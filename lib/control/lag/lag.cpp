// Inputs and outputs of a Lag. Commands: lag_commands.cpp; what follows from both: lag_outcome.cpp.
#include "control/lag/lag.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_reader.hpp"
#include "base/check.hpp"
#include "base/earliest.hpp"
#include "options/load_options.hpp"
#include "wire/learning.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::control {

namespace {

[[nodiscard]] bool is_slow_protocol(std::span<const std::byte> frame) noexcept {
  constexpr std::size_t kEtherTypeAt = 12;
  ByteReader reader{frame};
  reader.skip(kEtherTypeAt);
  return reader.be16() == wire::kSlowProtocolsEtherType && !reader.failed();
}

}  // namespace

Lag::Lag(LagSettings settings, Instant now)
    : name_{std::move(settings.name)},
      address_{settings.address},
      system_{settings.address},
      probe_base_{settings.probe_base},
      options_{std::move(settings.options)},
      links_{options_, probe_base_, now},
      changed_{now},
      load_{options_.adaptive.load, now},
      member_load_{load_options(options_)},
      rebalancer_{rebalancer_options(), now},
      next_load_{now},
      workers_{settings.workers},
      next_learning_{now},
      next_measurement_{now} {
  LAGOON_CHECK(settings.members.size() <= kMembersMax);
  if (row().choice == Choice::lacp) aggregator_.emplace(lacp_config(options_), now);
  if (row().receive == ReceiveBalance::arp) receive_.emplace(now);
  for (std::size_t i = 0; i < settings.members.size(); ++i)
    insert(MemberIndex{static_cast<std::uint8_t>(i)}, std::move(settings.members[i]), now);
  set_hosts();
  settle(now);
}

// The LAG's first address is the System's unless another was set.
lacp::AggregatorConfig Lag::lacp_config(const LagOptions& options) const {
  lacp::AggregatorConfig config = options.lacp;
  if (config.system.is_zero()) config.system = system_;
  config.any_speed = options.unequal_speed;
  return config;
}

void Lag::frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now) {
  if (!contains(members_, member)) return;
  if (is_slow_protocol(frame)) return slow_frame_received(member, frame, now);
  links_.frame_received(member, frame, now);
  if (receive_) receive_->frame_received(member, frame, now);
  settle(now);
}

void Lag::slow_frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now) {
  const auto pdu = wire::parse_slow_frame(frame);
  if (!pdu) {
    ++frame_errors_[static_cast<std::size_t>(pdu.error())];
    return;
  }
  if (const auto* lacpdu = std::get_if<wire::Lacpdu>(&*pdu)) {
    if (!aggregator_) {
      ++lacpdus_unwanted_;
      return;
    }
    aggregator_->receive(member, *lacpdu, now);
    return settle(now);
  }
  const auto& marker = std::get<wire::MarkerPdu>(*pdu);
  if (marker.kind == wire::MarkerKind::response && answers_marker(member, marker, now)) return;
  const auto response = at(member).responder.receive(marker, now);
  if (response)
    queue(member, wire::ControlFrame{wire::emit_slow_frame(at(member).settings.address, *response)});
}

void Lag::frame_to_send(std::span<const std::byte> frame, Instant now) {
  if (receive_) receive_->frame_to_send(frame, now);
  if (row().has_active) announcer_.note_membership(frame, now);
}

void Lag::queue(MemberIndex member, const wire::ControlFrame& frame) {
  if (!queued_.push({.member = member, .frame = frame})) ++queue_full_;
}

bool Lag::link_changed(MemberIndex member, LinkState link, Instant now) {
  LAGOON_CHECK(contains(members_, member));
  if (const auto& speed = at(member).settings.speed) link.speed = *speed;
  const bool was_up = links_.port(member).up;
  if (!links_.port_changed(member, link, now)) return false;
  if (link.up != was_up)
    note({.at = now,
          .member = member,
          .kind = "link",
          .from = was_up ? "up" : "down",
          .to = link.up ? "up" : "down",
          .why = link.up ? "" : "cable",
          .evidence = link.up ? std::to_string(to_mbps(link.speed)) + " Mb/s" +
                                    (link.full_duplex ? "" : ", half duplex")
                              : "the port has no link: the cable, or the other end's port"});
  settle(now);
  return true;
}

void Lag::hosts_changed(std::span<const HostAddress> hosts, Instant now) {
  if (std::ranges::equal(hosts, hosts_)) return;
  hosts_.assign(hosts.begin(), hosts.end());
  set_hosts();
  settle(now);
}

void Lag::set_hosts() {
  std::vector<HostAddress> all = hosts_;
  for (const HostAddress& host : options_.announce_addresses)
    if (std::ranges::find(all, host) == all.end()) all.push_back(host);
  announcer_.set_hosts(all);
}

bool Lag::measurement_due(Instant now) const noexcept {
  const auto load = load_.deadline();
  return (links_.monitors_targets() && now >= next_measurement_) || (load && now >= *load) || load_due(now);
}

void Lag::measured(const Measurement& counts, Instant now) {
  if (links_.monitors_targets() && now >= next_measurement_) {
    for_each(members_, [&](MemberIndex m) { links_.frames_counted(m, counts.rx_frames[m.value()], now); });
    next_measurement_ = now + options_.targets.interval / 4;
  }
  if (const auto due = load_.deadline(); due && now >= *due) load_.measured(counts.group_octets, now);
  if (load_due(now)) load_measured(counts, now);
  settle(now);
}

void Lag::expire(Instant now) {
  links_.expire(now);
  if (aggregator_) aggregator_->expire(now);
  if (receive_) receive_->expire(now);
  if (distribution() == table::Distribution::adaptive && now >= next_learning_) send_learning_frames(now);
  settle(now);
}

// Bridges keep where every member's address is, and no flood is needed to reach it.
void Lag::send_learning_frames(Instant now) {
  next_learning_ = now + std::max<Duration>(options_.adaptive.learning_interval, 1ms);
  if (closing_) return;
  std::vector<std::optional<std::uint16_t>> vlans{std::nullopt};
  for (const HostAddress& host : hosts_)
    if (std::ranges::find(vlans, host.vlan) == vlans.end()) vlans.push_back(host.vlan);
  for_each(outcome_.distributing, [&](MemberIndex m) {
    for (const auto& vlan : vlans) queue(m, wire::learning_frame(addresses_.member[m.value()], vlan));
  });
}

void Lag::shut_down(Instant now) {
  closing_ = true;
  announcer_.cancel();
  if (aggregator_) aggregator_->shut_down(now);
  settle(now);
}

bool Lag::drained() const noexcept {
  return closing_ && queued_.empty() && (!aggregator_ || aggregator_->drained());
}

std::optional<Instant> Lag::deadline() const noexcept {
  Earliest first;
  first.add(links_.deadline());
  if (aggregator_) first.add(aggregator_->deadline());
  first.add(tables_.deadline());
  if (silent_since_ && !outcome_.fallback) first.add(*silent_since_ + options_.lacp_extras.fallback_delay);
  if (!closing_) first.add(announcer_.deadline());
  if (receive_) first.add(receive_->deadline());
  first.add(load_.deadline());
  first.add(load_deadline());
  if (links_.monitors_targets()) first.add(next_measurement_);
  if (row().distribution == table::Distribution::adaptive) first.add(next_learning_);
  for (const MemberIndex m : order_)
    if (const auto& quiet = at(m).quiet_at) first.add(quiet);
  return first.at();
}

std::optional<OutgoingFrame> Lag::transmit(Instant now) {
  if (auto queued = queued_.pop()) return queued;
  if (const auto question = requester_.transmit())
    return OutgoingFrame{.member = question->member,
                         .frame = wire::ControlFrame{wire::emit_slow_frame(
                             at(question->member).settings.address, question->pdu)},
                         .worker = question->worker};
  if (!closing_) {
    if (const auto probe = links_.transmit(now))
      return OutgoingFrame{.member = probe->member, .frame = probe->frame};
    if (outcome_.active)
      if (const auto frame = announcer_.transmit(addresses_.lag, now))
        return OutgoingFrame{.member = *outcome_.active, .frame = *frame};
    if (receive_)
      if (const auto out = receive_->transmit(now))
        return OutgoingFrame{.member = out->member, .frame = out->frame};
  }
  if (!aggregator_) return std::nullopt;
  const auto due = aggregator_->transmit(now);
  if (!due) return std::nullopt;
  if (auto& quiet = at(due->port).quiet_at; quiet && aggregator_->has_left(due->port)) quiet = now + kGrace;
  return OutgoingFrame{
      .member = due->port,
      .frame = wire::ControlFrame{wire::emit_slow_frame(at(due->port).settings.address, due->pdu)}};
}

std::unique_ptr<const table::PortTable> Lag::take_table(Instant now) {
  const bool wait_over = tables_.has_news() || (tables_.deadline() && now >= *tables_.deadline());
  if (!table_is_old_ && !wait_over) return nullptr;
  table_is_old_ = false;
  MemberSet working = 0;
  for (const MemberIndex m : order_)
    if (links_.port(m).up) working |= set_of(m);
  auto table = tables_.make(table_input(), working, options_.move, now);
  if (table) ask_with_markers(now);
  return table;
}

std::optional<MemberIndex> Lag::find(std::string_view member) const noexcept {
  for (const MemberIndex m : order_)
    if (at(m).settings.name == member) return m;
  return std::nullopt;
}

}  // namespace lagoon::control
