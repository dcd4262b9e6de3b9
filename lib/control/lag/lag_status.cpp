// The status of a Lag as a value.
#include <algorithm>
#include <string>

#include "control/lag/lag.hpp"

namespace lagoon::control {

LagStatus Lag::status(Instant now) const {
  LagStatus s;
  s.name = name_;
  s.taken = now;
  s.mode = std::string{row().name};
  s.options = options_;
  s.hash = std::string{name_of(options_.fast.hash.policy)};
  s.hash_seed = options_.fast.hash.seed;
  s.address = addresses_.lag;
  s.up = outcome_.up;
  s.fallback = outcome_.fallback;
  s.uptime = now - changed_;
  s.failovers = failovers_;
  s.groups_refused = announcer_.groups_refused();
  if (receive_) s.clients_refused = receive_->clients_refused();
  s.generation = tables_.generation();
  s.system_priority = options_.lacp.system_priority;
  s.system = lacp_config(options_).system;
  if (aggregator_) s.lag_id = aggregator_->lag_id();
  const auto position = [&](std::optional<MemberIndex> member) -> std::optional<std::size_t> {
    const auto found = member ? std::ranges::find(order_, *member) : order_.end();
    if (found == order_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - order_.begin());
  };
  s.active = position(outcome_.active);
  s.primary = position(find(options_.active.primary));
  for (const MemberIndex m : order_) {
    s.members.push_back(member_status(m, now));
    if (s.members.back().distributing) ++s.distributing_members;
  }
  if (receive_)
    for (balance::Client client : receive_->clients()) {
      const auto at_position = position(client.member);
      if (!at_position) continue;
      client.member = MemberIndex{static_cast<std::uint8_t>(*at_position)};
      s.clients.push_back(client);
    }
  add_load_status(s);
  add_drops(s);
  return s;
}

MemberStatus Lag::member_status(MemberIndex index, Instant now) const {
  const Member& m = at(index);
  MemberStatus s;
  s.name = m.settings.name;
  s.address = m.settings.address;
  s.carries = addresses_.member[index.value()];
  s.priority = m.settings.priority;
  s.administration = m.settings.administration;
  s.link = links_.port(index);
  s.mii = links_.debounced(index);
  s.works = !m.leaving && m.settings.administration != Administration::disabled && links_.works(index);
  s.active = outcome_.active == index;
  s.collecting = contains(outcome_.collecting, index);
  s.distributing = contains(outcome_.distributing, index);
  if (const auto until = links_.held_until(index); until && *until > now) s.held_down_for = *until - now;
  s.holds = links_.holds(index);
  s.health = links_.health(index);
  s.capacity_mbps = capacity(index);
  constexpr double kOne = std::uint64_t{1} << balance::kWeightBits;
  s.weight = static_cast<double>(member_load_.original_weight(index).value()) / kOne;
  s.weight_left = static_cast<double>(member_load_.current_weight(index).value()) / kOne;
  if (distribution() == table::Distribution::adaptive)
    s.load_octets_s = load_.load(index);
  else if (distribution() == table::Distribution::weighted)
    s.load_octets_s = member_load_.load(index).value() / 8;
  else if (rebalances())
    s.load_octets_s = static_cast<std::uint64_t>(rebalancer_.member_rate(index));
  if (aggregator_) s.lacp = aggregator_->port(index);
  s.lacp.link = links_.port(index);
  // The LAG may hold back (min-links) or go on with (fallback) what the port itself would not.
  s.lacp.collecting = s.collecting;
  s.lacp.distributing = s.distributing;
  s.buckets = tables_.buckets(index);
  s.placed_buckets = placed_on(index);
  s.link_failures = m.link_failures;
  s.markers_received = m.responder.markers_received();
  s.marker_responses = m.responder.responses_sent();
  s.since_change = now - std::max(m.changed, s.lacp.last_change);
  return s;
}

void Lag::add_drops(LagStatus& s) const {
  std::uint64_t looped = 0;
  for (const MemberStatus& m : s.members) looped += m.lacp.counters.looped;
  for (std::size_t e = 0; e < wire::kSlowFrameErrors; ++e)
    s.drops.push_back({name_of(static_cast<wire::SlowFrameError>(e)), frame_errors_[e]});
  s.drops.push_back({"lacpdu_looped", looped});
  s.drops.push_back({"lacpdu_unwanted", lacpdus_unwanted_});
  s.drops.push_back({"control_queue_full", queue_full_});
  std::uint64_t limited = 0;
  std::uint64_t ignored = 0;
  for (const MemberIndex m : order_) {
    limited += at(m).responder.dropped_by_limit();
    ignored += at(m).responder.responses_ignored();
  }
  s.drops.push_back({"marker_above_rate", limited});
  s.drops.push_back({"marker_response_unasked", ignored});
  if (receive_) s.drops.push_back({"alb_not_sent", receive_->frames_dropped()});
}

std::string to_string(const lacp::LagId& id) {
  const auto hex = [](unsigned value, int digits) {
    std::string text;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
      text += "0123456789ABCDEF"[value >> shift & 0xf];
    return text;
  };
  const auto end = [&hex](const lacp::LagIdEnd& e) {
    std::string mac = to_string(e.system);
    for (char& c : mac) c = c == ':' ? '-' : static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
    return "(" + hex(e.system_priority, 4) + "," + mac + "," + hex(e.key, 4) + "," + hex(e.port_priority, 4) +
           "," + hex(e.port_number, 4) + ")";
  };
  return "[" + end(id.first) + "," + end(id.second) + "]";
}

}  // namespace lagoon::control
