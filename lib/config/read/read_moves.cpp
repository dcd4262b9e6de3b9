// How conversations are placed by load, how they are moved in order, and when that is done to even out load.
#include "config/read/read_lag.hpp"
#include "config/text/suggest.hpp"
#include "config/values/lag_value.hpp"
#include "control/options/move_options.hpp"
#include "table/weights.hpp"

namespace lagoon::config {
namespace {

using control::Distribute;
using control::MoveBy;
using control::Overflow;
using table::PlaceBy;

constexpr OneOf<Distribute, 2> kDistribute{control::kDistributeNames,
                                           {Distribute::flow_hash, Distribute::weighted}};
constexpr OneOf<PlaceBy, 4> kPlaceBy{
    table::kPlaceByNames,
    {PlaceBy::share, PlaceBy::headroom, PlaceBy::least_conversations, PlaceBy::round_robin}};
constexpr OneOf<MoveBy, 4> kMoveBy{control::kMoveByNames,
                                   {MoveBy::marker, MoveBy::hold, MoveBy::flowlet, MoveBy::at_once}};
constexpr OneOf<Overflow, 2> kOverflow{control::kOverflowNames, {Overflow::old_way, Overflow::give_up}};

constexpr std::uint32_t kPercent = 100;  // in hundredths

void read_percents(MapReader& map, std::string_view key, std::uint32_t& percents, std::uint32_t min) {
  std::uint32_t hundredths = 0;
  if (map.read(key, hundredths, Percentage{min * kPercent, 100 * kPercent, kPercent}))
    percents = hundredths / kPercent;
}

// A map turns it on, unless it or a key before it says otherwise.
void read_rebalance(Reading& out, MapReader& map, control::LagOptions& options) {
  const WordOr on{"auto", Boolean{}};
  auto place = map.find("rebalance");
  if (!place) return;
  if (place->node.kind != YamlNode::Kind::map) {
    struct WordOrMap {
      WordOr<Boolean> word;
      [[nodiscard]] Parsed<std::optional<bool>> operator()(const YamlNode& node) const { return word(node); }
      [[nodiscard]] std::string expected() const {
        return "auto, true, false, or a map of " + listed(kRebalanceSection.keys);
      }
    };
    map.parse(*place, options.rebalances, WordOrMap{on});
    return;
  }
  MapReader nested{out, *std::move(place), kRebalanceSection};
  balance::RebalancerOptions& rebalance = options.rebalance;
  if (!nested.read("enabled", options.rebalances, on) && !options.rebalances) options.rebalances = true;
  nested.read("interval", rebalance.interval, Span{100ms, 60s});
  read_percents(nested, "start", rebalance.start_percent, 1);
  read_percents(nested, "stop", rebalance.stop_percent, 0);
  nested.read("gain-min", rebalance.gain_min_basis_points, Percentage{0, 100 * kPercent});
  nested.read("moves-max", rebalance.moves_max, WholeNumber{1, 4096});
  nested.read("cool-down", rebalance.cool_down, WholeNumber{0, 1000});
  nested.read("hold-off", rebalance.hold_off, WholeNumber{0, 1000});
  nested.read("pins", rebalance.pins, Boolean{});
}

}  // namespace

void read_weighted(MapReader& map, control::LagOptions& options) {
  map.read("unequal-speed", options.unequal_speed, Boolean{});
  map.read("distribute", options.distribute, kDistribute);
  control::WeightedOptions& weighted = options.weighted;
  map.read("by", weighted.by, kPlaceBy);
  map.read("weight-unit", weighted.unit, Speed{});
  map.read("load-window", weighted.window, Span{20ms, 600s});
  map.read("conversation-estimate", weighted.estimate, WordOr{"auto", ConversationRate{}});
  map.read("conversations", weighted.conversations, WholeNumber{64, 67'108'864});
  map.read("conversation-timeout", weighted.idle, Span{100ms, 15s});
}

void read_moves(Reading& out, MapReader& map, control::LagOptions& options) {
  control::MoveOptions& move = options.move;
  map.read("move", move.by, kMoveBy);
  map.read("move-hold", move.planned, Span{0s, 10s});
  map.read("failover-hold", move.failover, Span{0s, 10s});
  map.read("flowlet-gap", move.gap, Span{1us, 1s});
  map.read("flowlet-patience", move.patience, Span{0s, 10s});
  map.read("move-overflow", move.overflow, kOverflow);
  read_rebalance(out, map, options);
}

}  // namespace lagoon::config
