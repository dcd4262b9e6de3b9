#include "lag_station.hpp"

#include <algorithm>
#include <bit>

#include "dist/flow_hash.hpp"

namespace lagoon::simulate {

namespace {

[[nodiscard]] NetworkSettings settings_of(const Options& options) {
  NetworkSettings s;
  s.cables = options.links;
  s.workers = options.workers;
  s.seed = options.seed;
  control::LagOptions& lag = s.options;
  lag.lacp.aggregate_wait = 100ms;
  lag.unequal_speed = true;
  lag.distribute =
      options.dealing == Dealing::weighted ? control::LoadSharing::weighted : control::LoadSharing::flow_hash;
  lag.weighted.by = options.by;
  lag.weighted.window = options.window;
  lag.move = options.move;
  lag.rebalances = options.rebalances;
  return s;
}

}  // namespace

LagStation::LagStation(const Options& options, Conversations& conversations, Instant now)
    : links_{options.links.size()}, network_{settings_of(options), conversations, now} {}

bool LagStation::ready() const {
  return static_cast<std::size_t>(std::popcount(network_.table().distributing)) == links_ &&
         !network_.lag().wants_progress();
}

std::size_t LagStation::link_of(std::span<const std::byte> headers) const {
  const table::PortTable& table = network_.table();
  return table.member(dist::flow_hash(headers, table.options.hash)).value();
}

Result<void> LagStation::apply(const Event& event, Instant now) {
  const MemberIndex member{static_cast<std::uint8_t>(event.link)};
  switch (event.kind) {
    case EventKind::down:
    case EventKind::up:
      network_.set_cable(event.link, event.kind == EventKind::up, now);
      return {};
    case EventKind::drain:
      return network_.lag().administrate(member, control::Administration::drained, now);
    case EventKind::enable:
      return network_.lag().administrate(member, control::Administration::enabled, now);
    case EventKind::weight:
      return network_.lag().weigh(member, event.weight, now);
  }
  return {};
}

MoveFacts LagStation::moves(Instant now) const {
  const control::MoveCounters counters = network_.lag().status(now).moves.counters;
  return {.begun = counters.begun,
          .released = counters.by_marker + counters.by_time,
          .last_pause = counters.last_pause};
}

}  // namespace lagoon::simulate
