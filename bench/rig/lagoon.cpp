#include "rig/lagoon.hpp"

#include <algorithm>

#include "table/port_table_builder.hpp"

namespace lagoon::bench {
namespace {

constexpr std::size_t kConversations = 65'536;

std::unique_ptr<table::PortTable> table_of(const LagSettings& settings) {
  dist::BucketPreferences preferences;
  table::PortTableInput input;
  input.generation = 1;
  input.collecting = static_cast<std::uint32_t>((std::uint64_t{1} << settings.members) - 1);
  input.distributing = input.collecting & settings.distributing;
  std::fill_n(input.capacity.begin(), settings.members, 10'000U);
  auto table = table::build_port_table(input, preferences);
  table->distribution = settings.distribution;
  table->options.hash = settings.hash;
  table->counts_lanes = settings.counts_lanes;
  if (settings.distribution != table::Distribution::weighted) return table;
  table->weights.idle_ticks = 20'000;
  for (std::size_t m = 0; m < settings.members; ++m) {
    table->weights.capacity[m] = 10'000'000;
    table->weights.inverse[m] = (std::uint64_t{1} << 40) / 10'000'000;
  }
  return table;
}

}  // namespace

WorkerLag::WorkerLag(const LagSettings& settings, std::span<const std::uint16_t> ports)
    : table_{table_of(settings)},
      ports_{std::make_unique<dpdk::SidePorts>()},
      table_slot_{std::make_unique<dpdk::TableSlot>(table_.get())},
      ports_slot_{std::make_unique<dpdk::PortsSlot>(ports_.get())},
      state_{std::make_unique<dpdk::WorkerSideState>()} {
  for (std::size_t m = 0; m < settings.members; ++m)
    ports_->put(MemberIndex{static_cast<std::uint8_t>(m)}, {.id = ports[m % ports.size()]});
  side_.ports = ports_slot_.get();
  side_.table = table_slot_.get();
  state_->distributor.now = Instant{1s};
  if (settings.distribution == table::Distribution::weighted) {
    lines_.resize(fast::ConversationTable::lines_for(kConversations));
    state_->distributor.conversations.use(lines_);
  }
  state_->distributor.follow(*table_);
}

}  // namespace lagoon::bench
