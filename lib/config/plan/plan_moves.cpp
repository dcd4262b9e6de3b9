#include "config/plan/plan_moves.hpp"

#include "config/plan/plan_lag.hpp"
#include "options/mode.hpp"
#include "options/move_options.hpp"
#include "table/conversation_size.hpp"
#include "table/weights.hpp"

namespace lagoon::config {
namespace {

bool may_weigh(const control::LagOptions& options) {
  const control::ModeRow& row = control::row_of(options.mode);
  return row.distribution == table::Distribution::flow_hash && row.choice != control::Choice::active_backup;
}

bool weighs(const control::LagOptions& options) {
  return may_weigh(options) && options.distribute == control::LoadSharing::weighted;
}

bool rebalances(const control::LagOptions& options) {
  return may_weigh(options) && options.rebalances.value_or(weighs(options));
}

// Whether conversations ever leave a member that works.
bool moves(const control::LagOptions& options) {
  const table::Distribution d = control::row_of(options.mode).distribution;
  return d == table::Distribution::flow_hash || d == table::Distribution::adaptive;
}

std::string percents(std::uint32_t basis_points) {
  std::string text = std::to_string(basis_points / 100);
  if (basis_points % 100 != 0) text += "." + std::to_string(100 + basis_points % 100).substr(1);
  return text + "%";
}

std::string waits_text(const control::MoveOptions& move, std::string_view how) {
  return "frames wait " + std::string{how} + text_of(move.planned) + ", " + text_of(move.failover) +
         " after a loss";
}

}  // namespace

std::string speed_text(BitsPerSecond speed) {
  if (speed.value() % 1'000'000 == 0) return std::to_string(to_mbps(speed)) + " Mb/s";
  return std::to_string(speed.value() / 1000) + " kb/s";
}

std::string weighted_text(const control::LagOptions& options) {
  if (!weighs(options)) return {};
  const control::WeightedOptions& weighted = options.weighted;
  std::string text = "weighted, a new conversation by ";
  text += table::name_of(weighted.by);
  text += ", unit " + speed_text(weighted.unit) + ", load over " + text_of(weighted.window);
  text += ", each charged with " +
          (weighted.estimate ? speed_text(*weighted.estimate) : std::string{"what others carry"});
  text += ", room for " + std::to_string(weighted.conversations) + " conversations (" +
          std::to_string(table::conversation_octets(weighted.conversations)) +
          " octets) in each worker, forgotten after " + text_of(weighted.idle) + "; ";
  return text;
}

std::string moves_text(const control::LagOptions& options) {
  const control::MoveOptions& move = options.move;
  if (!moves(options)) return {};
  if (move == control::MoveOptions{} && !weighs(options) && !rebalances(options)) return {};
  std::string text = "moves: ";
  const bool asks = control::row_of(options.mode).choice == control::Choice::lacp;
  switch (move.by) {
    case control::MoveBy::marker:
      text += waits_text(move, asks ? "for the answers to Markers, at most " : "");
      break;
    case control::MoveBy::hold:
      text += waits_text(move, "");
      break;
    case control::MoveBy::flowlet:
      text += "in gaps of " + text_of(move.gap) + "; without one for " + text_of(move.patience) + " " +
              waits_text(move, "");
      break;
    case control::MoveBy::at_once:
      return text + "at once, frames may overtake each other";
  }
  if (move.overflow == control::Overflow::give_up) text += ", given up where there is no room to wait";
  return text;
}

std::string rebalance_text(const control::LagOptions& options) {
  if (!rebalances(options)) return {};
  const balance::RebalancerOptions& rebalance = options.rebalance;
  return "rebalancing: each " + text_of(rebalance.interval) + ", from " +
         std::to_string(rebalance.start_percent) + "% above a member's share down to " +
         std::to_string(rebalance.stop_percent) + "%, by moves of " +
         percents(rebalance.gain_min_basis_points) + " or more, at most " +
         std::to_string(rebalance.moves_max) + " at a time; what moved stays for " +
         std::to_string(rebalance.cool_down) + " intervals, " + std::to_string(rebalance.hold_off) +
         " lie between reliefs" + (rebalance.pins ? "; large conversations get entries of their own" : "");
}

}  // namespace lagoon::config
