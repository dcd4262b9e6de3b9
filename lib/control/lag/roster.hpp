// Roster: the members of one LAG, in the order in which they were added, and what the operator has made of
// each: enabled, drained, disabled, or leaving.
//
// A member that is disabled or leaves falls quiet: for some time frames that are under way are still taken.
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "base/member_set.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "control/formation/pool.hpp"
#include "lacp/config.hpp"
#include "lldp/options.hpp"
#include "options/lag_options.hpp"

namespace lagoon::control {

struct MemberSettings {
  std::string name;
  MacAddress address{};                   // the port's own; source of the LACPDUs
  lacp::PortConfig lacp{};                // port_number 0: the lowest that is free
  std::optional<BitsPerSecond> speed{};   // instead of the link's
  std::optional<std::uint32_t> weight{};  // instead of the speed's: in units of WeightedOptions::unit
  std::int32_t priority = 0;
  Administration administration = Administration::enabled;
  lldp::ExpectedNeighbor expect{};
  bool candidate = false;             // LACP runs, and the LAG does not take it
  std::string candidacy{};            // why, in a sentence
  std::optional<PartnerId> joined{};  // a member that was one: with whom the LAG took it
};

class Roster {
 public:
  /// `first`: what ports' numbers count from, 0 or a box's high four bits.
  explicit Roster(std::uint16_t first = 0) : first_{first} {}
  /// The lowest index that no member has; nothing: all are taken.
  [[nodiscard]] std::optional<MemberIndex> free_index() const noexcept;
  /// Precondition: no member has this index.
  void add(MemberIndex member, MemberSettings settings);
  /// Precondition: it is there, as for all that follows.
  void remove(MemberIndex member);

  void leave(MemberIndex member, Instant now) { at(member).leaving = now; }
  /// Gives what it was before.
  Administration administrate(MemberIndex member, Administration administration) noexcept;
  /// True when this is news.
  [[nodiscard]] bool weigh(MemberIndex member, std::optional<std::uint32_t> weight) noexcept;
  void expect(MemberIndex member, const lldp::ExpectedNeighbor& who) { at(member).settings.expect = who; }
  /// True when it is one now and was none, or the other way round.
  [[nodiscard]] bool set_candidate(MemberIndex member, bool candidate, std::string why) {
    at(member).settings.candidacy = std::move(why);
    return std::exchange(at(member).settings.candidate, candidate) != candidate;
  }
  void join(MemberIndex member, std::optional<PartnerId> partner) { at(member).settings.joined = partner; }
  void set_address(MemberIndex member, const MacAddress& own) noexcept { at(member).settings.address = own; }
  /// It is told of when the member goes: others may have to take its place first.
  void owe_farewell(MemberIndex member, bool owed) noexcept { at(member).farewell_owed = owed; }
  [[nodiscard]] bool owes_farewell(MemberIndex member) const noexcept { return at(member).farewell_owed; }
  void fall_quiet(MemberIndex member, Instant until) noexcept { at(member).quiet_at = until; }
  /// If it falls quiet, until then at the latest.
  void hasten_quiet(MemberIndex member, Instant until) noexcept {
    if (auto& quiet = at(member).quiet_at; quiet && until < *quiet) quiet = until;
  }
  /// Ends the waits that are over.
  void expire(Instant now) noexcept;
  /// When the first of them is over.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;

  /// Leaving ones included.
  [[nodiscard]] MemberSet members() const noexcept { return members_; }
  [[nodiscard]] std::span<const MemberIndex> order() const noexcept { return order_; }
  [[nodiscard]] std::optional<MemberIndex> find(std::string_view name) const noexcept;
  [[nodiscard]] const MemberSettings& settings(MemberIndex member) const noexcept {
    return at(member).settings;
  }
  /// Since when it leaves.
  [[nodiscard]] std::optional<Instant> leaving(MemberIndex member) const noexcept {
    return at(member).leaving;
  }
  [[nodiscard]] bool falls_quiet(MemberIndex member) const noexcept {
    return at(member).quiet_at.has_value();
  }

  /// Members that the operator lets send: enabled, and not leaving.
  [[nodiscard]] MemberSet enabled() const noexcept;
  /// Members that take frames: neither disabled nor leaving, or falling quiet.
  [[nodiscard]] MemberSet listening() const noexcept;
  [[nodiscard]] MemberSet falling_quiet() const noexcept;
  /// Drained, and not leaving.
  [[nodiscard]] MemberSet drained() const noexcept;
  [[nodiscard]] MemberSet candidates() const noexcept;
  /// Drained, disabled or leaving: by the operator.
  [[nodiscard]] MemberSet withdrawn() const noexcept { return members_ & ~enabled(); }

 private:
  struct Member {
    MemberSettings settings{};
    std::optional<Instant> leaving{};
    std::optional<Instant> quiet_at{};
    bool farewell_owed = false;
  };
  [[nodiscard]] Member& at(MemberIndex member) noexcept { return slots_[member.value()]; }
  [[nodiscard]] const Member& at(MemberIndex member) const noexcept { return slots_[member.value()]; }
  template <typename Predicate>
  [[nodiscard]] MemberSet those(Predicate predicate) const noexcept;

  std::array<Member, kMembersMax> slots_{};
  MemberSet members_ = 0;
  std::vector<MemberIndex> order_;
  std::uint16_t first_ = 0;
};

}  // namespace lagoon::control
