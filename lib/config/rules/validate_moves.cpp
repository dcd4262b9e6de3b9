// The rules between weights, the times of moves, and the bounds of rebalancing.
#include "config/rules/validator.hpp"

namespace lagoon::config {
namespace {

// What a speed may be at the most; workers count in units that are exact up to it.
constexpr std::uint64_t kCapacityMaxMbps = 10'000'000;

}  // namespace

void Validator::weights(const Lag& lag, const std::string& path) {
  if (source_.broken(key_path(path, "weight-unit"))) return;
  for (std::size_t i = 0; i < lag.members.size(); ++i) {
    const auto& weight = lag.members[i].weight;
    if (!weight) continue;
    const std::uint64_t capacity = to_mbps(BitsPerSecond{*weight * lag.options.weighted.unit.value()});
    if (capacity > kCapacityMaxMbps)
      report(key_path(item_path(key_path(path, "members"), i), "weight"),
             "weight " + std::to_string(*weight) + " stands for " + std::to_string(capacity) +
                 " Mb/s (of weight-unit " + std::to_string(to_mbps(lag.options.weighted.unit)) +
                 " Mb/s each); expected at most " + std::to_string(kCapacityMaxMbps));
  }
}

void Validator::moves(const Lag& lag, const std::string& path) {
  // At the first key if it was written, else at the second.
  const auto either = [&](const std::string& first, const std::string& second, const std::string& wrong) {
    if (source_.broken(first) || source_.broken(second)) return;
    report(source_.places().contains(first) ? first : second, wrong);
  };
  const std::string gap = key_path(path, "flowlet-gap");
  const control::MoveOptions& move = lag.options.move;
  if (lag.options.distribute == control::LoadSharing::weighted && lag.options.weighted.idle <= move.gap)
    either(
        key_path(path, "conversation-timeout"), gap,
        "conversation-timeout is not longer than flowlet-gap; expected more, or conversations are forgotten "
        "while their frames may be under way");
  if (move.by == control::MoveBy::flowlet && move.patience < move.gap)
    either(
        key_path(path, "flowlet-patience"), gap,
        "flowlet-patience is shorter than flowlet-gap, so no gap could be found in time; expected at least "
        "that");
  const balance::RebalancerOptions& rebalance = lag.options.rebalance;
  const std::string section = key_path(path, "rebalance");
  if (rebalance.stop_percent > rebalance.start_percent)
    either(key_path(section, "stop"), key_path(section, "start"),
           "stop is " + std::to_string(rebalance.stop_percent) + "%, above start (" +
               std::to_string(rebalance.start_percent) + "%); expected at most that");
}

}  // namespace lagoon::config
