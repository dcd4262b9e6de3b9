// Lays the ratios out in columns.
#include "ratio_table.hpp"

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace lagoon::bench {
namespace {

void print_cell(double value) {
  if (std::isnan(value))
    std::printf("%18s", "-");
  else
    std::printf("%18.2f", value);
}

}  // namespace

void print_hashes(const Race& race) {
  if (race.lanes().front().cycles.empty()) return;
  const std::string& first = race.lanes().front().name;
  std::printf("\n%s: time / time of %s\n", race.title().c_str(), first.c_str());
  for (const Race::Lane& lane : race.lanes())
    std::printf("  %-28s %6.2f   [%.2f ns]\n", lane.name.c_str(), race.ratio(lane.name, first),
                race.ns_per_packet(lane.name));
}

void print_group(const Group& group, const std::vector<std::string>& ours) {
  if (group.races.front().lanes().front().cycles.empty()) return;
  std::printf("\n%s\n  %-20s%8s%18s%18s%18s\n", group.title.c_str(), "time of", "members", "/ net_bonding",
              "/ net_bonding LACP", "/ bare ports");
  for (const std::string& who : ours)
    for (const Race& race : group.races) {
      if (std::isnan(race.ratio(who, "bare"))) continue;
      std::printf("  %-20s%8s", who.c_str(), race.title().c_str());
      for (const char* other : {"net_bonding", "net_bonding-lacp", "bare"})
        print_cell(race.ratio(who, other));
      std::printf("   [%.2f ns]\n", race.ns_per_packet(who));
    }
}

}  // namespace lagoon::bench
