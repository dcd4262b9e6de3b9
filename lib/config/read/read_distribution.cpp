// How frames are distributed, and over how many links.
#include "config/read/read_lag.hpp"
#include "config/values/lag_value.hpp"

namespace lagoon::config {
namespace {

constexpr std::uint64_t kU16Max = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t kU32Max = std::numeric_limits<std::uint32_t>::max();

}  // namespace

void read_distribution(MapReader& map, Lag& lag) {
  control::LagOptions& options = lag.options;
  map.read("hash", options.fast.hash.policy, HashWord{});
  if (std::optional<std::uint64_t> seed;
      map.read("hash-seed", seed, WordOr{"random", WholeNumber{0, kU32Max}})) {
    lag.random_seed = !seed.has_value();
    options.fast.hash.seed = static_cast<std::uint32_t>(seed.value_or(0));
  }
  map.read("hash-symmetric", options.fast.hash.symmetric, Boolean{});
  map.read("nic-hash", options.fast.hash.use_nic_hash, Boolean{});

  map.read("packets-per-member", options.fast.packets_per_member, WholeNumber{0, kU16Max});
  map.read("tlb-dynamic-lb", options.adaptive.load.dynamic, Bit{});
  map.read("lp-interval", options.adaptive.learning_interval, Span{100ms, 3600s});
  map.read("spread-forwarded", options.fast.spread_forwarded, Boolean{});
  map.read("eliminate-duplicates", options.fast.eliminate_duplicates, Boolean{});
}

void read_links(MapReader& map, Lag& lag) {
  lacp::AggregatorConfig& lacp = lag.options.lacp;
  const WholeNumber links{1, kMembersMax};
  const bool up_follows = lacp.min_links_up == lacp.min_links;
  map.read("min-links", lacp.min_links, links);
  if (up_follows) lacp.min_links_up = lacp.min_links;
  map.read("min-links-up", lacp.min_links_up, links);
  map.read("max-links", lacp.max_links, links);
}

}  // namespace lagoon::config
