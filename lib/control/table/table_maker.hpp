// TableMaker: makes the PortTables of one LAG. It keeps what was published last, so that it knows when there
// is something new, which lanes have moved, since when and why.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/fixed_vector.hpp"
#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "base/member_set.hpp"
#include "base/time.hpp"
#include "control/table/move_keeper.hpp"
#include "control/table/move_reason.hpp"
#include "dist/bucket_map.hpp"
#include "dist/lanes.hpp"
#include "dist/load_group.hpp"
#include "options/move_options.hpp"
#include "table/fast_options.hpp"
#include "table/port_table.hpp"

namespace lagoon::control {

/// A member, or kNoMember, for each bucket.
using BucketMembers = std::array<std::uint8_t, dist::kBuckets>;
inline constexpr std::uint8_t kNoMember = 0xff;
inline constexpr BucketMembers kNoMembers = [] {
  BucketMembers none{};
  none.fill(kNoMember);
  return none;
}();

/// Where single lanes are to be, other than by capacities: what adaptive rebalancing has decided.
struct LaneWishes {
  static constexpr std::uint8_t kNone = kNoMember;
  BucketMembers member = kNoMembers;
  dist::Pins pins{};
  std::array<std::uint8_t, dist::kPins> pin_member{};
  friend bool operator==(const LaneWishes&, const LaneWishes&) = default;
};

/// All that a table follows from.
struct TableInput {
  MemberSet collecting = 0;
  MemberSet distributing = 0;
  MemberSet standby = 0;
  MemberSet own_address_only = 0;
  std::optional<MemberIndex> active{};
  FixedVector<MemberIndex, kMembersMax> order{};
  std::array<std::uint32_t, kMembersMax> capacity{};
  // Drained or replaced: what is on its way to another member may still be sent on them, while a move is
  // under way.
  MemberSet lingering = 0;
  MemberSet withdrawn = 0;                 // drained, disabled or leaving: by the operator
  MemberSet replaced = 0;                  // others have their places, under max-links
  std::optional<dist::GroupMap> groups{};  // instead of capacities
  std::optional<LaneWishes> wishes{};
  bool counts_lanes = false;
  table::Weights weights{};
  table::Distribution distribution = table::Distribution::flow_hash;
  BucketMembers placed = kNoMembers;  // by the operator: before all wishes
  table::FastOptions options{};
  table::Watch watch_received = table::Watch::none;
  table::Watch watch_sent = table::Watch::none;
  table::Watch divert_sent = table::Watch::none;
  MacAddress own{};
  std::array<MacAddress, kMembersMax> address{};
  MacAddress probe_base{};
  // Of a LAG that two boxes have.
  bool stands_by = false;
  const table::Validity* validity = nullptr;
  std::uint32_t authority = 0;
  friend bool operator==(const TableInput&, const TableInput&) = default;
};

class TableMaker {
 public:
  /// A table, when the input differs from the last one's or a move has gone on. The first call gives one.
  /// `working`: members whose links work, so that what was sent on them is still on its way.
  [[nodiscard]] std::unique_ptr<const table::PortTable> make(const TableInput& input, MemberSet working,
                                                             const MoveOptions& options, Instant now);
  /// When make() is due for a move that is under way.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return keeper_.deadline(); }

  /// Members that Markers are to be sent on, now that the table is published: once for each wait.
  [[nodiscard]] MemberSet take_questions() noexcept;
  void markers_answered(Instant now) { keeper_.markers_answered(now); }
  void report(const Progress& progress, Instant now) { keeper_.report(progress, now); }
  [[nodiscard]] bool moving() const noexcept { return keeper_.under_way(); }
  [[nodiscard]] bool waits() const noexcept { return keeper_.waits(); }
  /// There is something to publish.
  [[nodiscard]] bool has_news() const noexcept { return keeper_.has_news(); }
  [[nodiscard]] const MoveCounters& moves() const noexcept { return keeper_.counters(); }

  /// Where a lane is to be, and how that came about.
  struct LaneFacts {
    std::uint8_t member = 0xff;
    std::uint8_t before = 0xff;  // where it was until then
    MoveReason why = MoveReason::first;
    Instant since{};
  };
  [[nodiscard]] LaneFacts lane(std::size_t lane) const noexcept {
    const Story& story = stories_[lane];
    return {.member = members_[lane], .before = story.before, .why = story.why, .since = story.since};
  }
  /// The member of each lane; kNoMember: it has none.
  [[nodiscard]] const dist::LaneMap& lanes() const noexcept { return members_; }
  /// The pin's lane, or the bucket's.
  [[nodiscard]] std::size_t lane_of(std::uint32_t hash) const noexcept { return pins_.lane_of(hash); }
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  /// How many the member has.
  [[nodiscard]] std::uint32_t buckets(MemberIndex member) const noexcept;

 private:
  [[nodiscard]] std::unique_ptr<table::PortTable> compose(const TableInput& input);
  void place_pins(const TableInput& input, table::PortTable& table) const;
  void stay_put(const dist::LaneSet& refused);
  void note_moves(const TableInput& before, const table::PortTable& table, MemberSet working,
                  const MoveOptions& options, Instant now);
  /// Writes down where lanes are to be. Gives the members that some have left.
  [[nodiscard]] MemberSet follow_lanes(const TableInput& before, const table::PortTable& table, Instant now);
  void begin_pin(std::size_t i, const dist::Pin& pin, Instant now);

  dist::BucketPreferences preferences_;
  TableInput published_{};
  // Where each lane is to be, in a place of its own, for many are compared at a time; and the rest of
  // LaneFacts.
  struct Story {
    Instant since{};
    std::uint8_t before = kNoMember;
    MoveReason why = MoveReason::first;
  };
  dist::LaneMap members_ = [] {
    dist::LaneMap none{};
    none.fill(kNoMember);
    return none;
  }();
  std::vector<Story> stories_ = std::vector<Story>(dist::kLanes);
  table::PinIndex pins_{};
  // Lanes that stay on a member though they should be elsewhere: there was no room to move them in order.
  BucketMembers stays_ = kNoMembers;
  std::uint64_t generation_ = 0;
  MoveKeeper keeper_{};
  MemberSet left_ = 0;  // members that lanes have left in the move under way, and that work
  bool to_ask_ = false;
};

}  // namespace lagoon::control
