// OrderedMoves: the tables of one LAG and how its conversations get from one to the next in order. It keeps
// where the operator has placed single buckets, asks the Partner with Markers whether all has arrived, and
// takes what workers say of their progress. Which lanes move, and how, is TableMaker's.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "base/member_set.hpp"
#include "base/time.hpp"
#include "control/lag/roster.hpp"
#include "control/status/explanation.hpp"
#include "control/status/status.hpp"
#include "control/table/bucket_choice.hpp"
#include "control/table/table_maker.hpp"
#include "marker/requester.hpp"
#include "wire/marker_pdu.hpp"

namespace lagoon::control {

class OrderedMoves {
 public:
  /// `workers` that send for the LAG: each has to be asked whether what it sent arrived.
  explicit OrderedMoves(std::size_t workers) : workers_{workers} {}

  /// Places these buckets on `to`, or lets them go where they would be otherwise.
  BucketsPlaced place(const BucketChoice& which, std::optional<MemberIndex> to);
  [[nodiscard]] const BucketMembers& placed() const noexcept { return placed_; }
  /// As another process had placed them. Precondition: nothing was published.
  void restore(const BucketMembers& placed) noexcept { placed_ = placed; }
  /// Of these, how many are to be on the member.
  [[nodiscard]] std::size_t count_on(const dist::LaneSet& buckets, MemberIndex member) const noexcept;
  /// The index is free for another member.
  void forget(MemberIndex member);

  /// Something that a table follows from may be another now.
  void input_changed() noexcept { is_old_ = true; }
  /// Whether make() may have something: an input changed, or a move goes on.
  [[nodiscard]] bool due(Instant now) const noexcept;
  /// The table to publish, if the fast path can see a difference. `working` as for TableMaker::make().
  [[nodiscard]] std::unique_ptr<const table::PortTable> make(const TableInput& input, MemberSet working,
                                                             const MoveOptions& options, Instant now);
  /// After make() gave a table: asks with Markers what it waits for. The table is on its way to the workers,
  /// so what they send after they have it is not asked for. Nothing of `system`: there is no LACP to ask by.
  void ask(const std::optional<MacAddress>& system, const Roster& roster, Instant now);
  /// The next question to send; ask until there is none.
  [[nodiscard]] std::optional<marker::Question> transmit() { return requester_.transmit(); }
  /// A Marker Response that came on the member. False: it is no answer to us.
  [[nodiscard]] bool answers(MemberIndex member, const wire::MarkerPdu& pdu, Instant now);
  void report(const Progress& progress, Instant now);
  [[nodiscard]] bool moving() const noexcept { return tables_.moving(); }
  /// No table has sent on these for 0.15 s or more, and nothing that was sent or held is on its way. Who
  /// follows no table at all is waited for no longer than a second.
  [[nodiscard]] bool have_left(MemberSet members, const MoveOptions& options, Instant now) const noexcept;
  [[nodiscard]] std::optional<Instant> deadline() const noexcept { return tables_.deadline(); }
  [[nodiscard]] const TableMaker& tables() const noexcept { return tables_; }

  /// Where the lane of a conversation is to be, and why. `out` has the hash.
  void explain(Explanation& out) const;
  void add_to(LagStatus& status) const;
  void add_to(MemberStatus& status, MemberIndex member) const;

 private:
  std::size_t workers_;
  TableMaker tables_{};
  marker::Requester requester_{};
  BucketMembers placed_ = kNoMembers;  // by the operator
  dist::LaneSet behind_{};             // lanes that some worker has not taken to where they are to be
  bool is_old_ = true;
  MemberSet distributing_ = 0;  // in the last table
  Instant distributing_since_{};
  std::uint64_t followed_ = 0;  // the oldest table that a worker is at
};

}  // namespace lagoon::control
