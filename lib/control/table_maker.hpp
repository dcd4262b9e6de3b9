// TableMaker: makes the PortTables of one LAG. It keeps what was published last, so that it knows when there
// is something new, which buckets have moved, and for how long their frames wait.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/fixed_vector.hpp"
#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "control/lag_options.hpp"
#include "control/member_set.hpp"
#include "dist/bucket_map.hpp"
#include "dist/load_group.hpp"
#include "table/port_table.hpp"

namespace lagoon::control {

/// All that a table follows from.
struct TableInput {
  MemberSet collecting = 0;
  MemberSet distributing = 0;
  MemberSet standby = 0;
  MemberSet own_address_only = 0;
  std::optional<MemberIndex> active{};
  FixedVector<MemberIndex, kMembersMax> order{};
  std::array<std::uint32_t, kMembersMax> capacity{};
  std::optional<dist::GroupMap> groups{};  // instead of capacities
  table::Distribution distribution = table::Distribution::flow_hash;
  dist::FlowHashSettings hash{};
  std::uint16_t packets_per_member = 1;
  bool eliminate_duplicates = false;
  bool spread_forwarded = false;
  table::Watch watch_received = table::Watch::none;
  table::Watch watch_sent = table::Watch::none;
  table::Watch divert_sent = table::Watch::none;
  MacAddress own{};
  std::array<MacAddress, kMembersMax> address{};
  MacAddress probe_base{};
  friend bool operator==(const TableInput&, const TableInput&) = default;
};

class TableMaker {
 public:
  /// A table, when the input differs from the last one's or a wait has ended. The first call gives one.
  /// `working`: members whose links work, so that what was sent on them is still on its way.
  [[nodiscard]] std::unique_ptr<const table::PortTable> make(const TableInput& input, MemberSet working,
                                                             const MoveHold& hold, Instant now);
  /// When a wait ends.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return held_until_; }
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  [[nodiscard]] std::uint32_t buckets(MemberIndex member) const noexcept { return buckets_[member.value()]; }

 private:
  void note_moves(const TableInput& before, const dist::BucketMap& map_before, MemberSet working,
                  const MoveHold& hold, Instant now);
  void release() noexcept;

  dist::BucketPlan plan_;
  TableInput published_{};
  dist::BucketMap published_map_{};
  std::array<std::uint32_t, kMembersMax> buckets_{};
  std::uint64_t generation_ = 0;
  std::array<std::uint64_t, dist::kBuckets / 64> held_{};
  std::optional<Instant> held_until_{};
};

}  // namespace lagoon::control
