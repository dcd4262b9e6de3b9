// Box: a Node with what stands around it in an appliance: a control lcore with one LACP port for each LAG,
// and a worker that forwards by its table as long as that is valid by the box's own clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cluster/lag_order.hpp"
#include "cluster/node.hpp"
#include "cluster/options.hpp"
#include "partner_model.hpp"
#include "timeline.hpp"

namespace lagoon::sim::cluster {

namespace lc = lagoon::cluster;

/// What is broken on purpose, to see that the world's observers notice.
enum class Broken : std::uint8_t {
  nothing,
  ignores_valid_until,  // a worker goes on by a table that is over
  passes_at_once,       // control says that an order is carried out when it was given
};

/// What a worker has.
struct Table {
  lc::SystemId id{};
  bool forwards = false;
  std::optional<Instant> valid_until{};  // by the box's clock
};

/// A member, as control sees it: one for the LAG, its carrier and LACP.
struct Port {
  bool up = true;
  std::optional<Pdu> partner{};
  std::optional<Instant> heard{};  // true time
  lc::SystemId id{};
  bool sync = false;
  bool distributing = false;  // as of control's last turn
  Instant pdu_due{};
  Instant hears{}, partner_hears{};  // when the last frame on its way arrives
};

struct Box {
  std::size_t index = 0;
  lc::Options options{};
  Clock clock{};
  std::optional<lc::Node> node{};
  std::uint64_t life = 0;  // what was under way for another life is lost
  Port port{};
  Table table{};
  std::uint64_t generation = 0;  // of the order that control has taken
  lc::Why why = lc::Why::starting;
  std::uint64_t watch = 0;  // the last that was opened
  bool uplinks = true;
  Instant paused_until{};
  Instant hung_until{};  // its control lcore
  std::vector<std::function<void()>> backlog{};
  std::vector<std::function<void()>> in_hand{};  // what it was about to send when it was stopped
  bool holds_back = false;
  std::deque<std::size_t> ring{};  // frames of the LAN that its worker has not looked at
  std::deque<std::string> said{};  // its last events
  std::size_t events = 0;

  [[nodiscard]] bool alive() const noexcept { return node.has_value(); }
  [[nodiscard]] bool paused(Instant truth) const noexcept { return truth < paused_until; }
  [[nodiscard]] bool hung(Instant truth) const noexcept { return truth < hung_until; }
  /// Whether the table may be forwarded by, by the box's own clock.
  [[nodiscard]] bool table_valid(Instant truth, Broken broken) const noexcept {
    if (!alive() || !table.forwards) return false;
    return broken == Broken::ignores_valid_until || !table.valid_until ||
           clock.read(truth) < *table.valid_until;
  }
};

}  // namespace lagoon::sim::cluster
