// SavedLag: what a LAG needs to go on in another process as if nothing had happened: the same conversations
// on the same members, and LACP in the states in which it was.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/mac_address.hpp"
#include "control/table/table_maker.hpp"
#include "lacp/saved_port.hpp"

namespace lagoon::control {

struct SavedMember {
  MemberIndex index{};
  std::string name;
  std::optional<lacp::SavedPort> port{};  // nothing: LACP did not use it
  friend bool operator==(const SavedMember&, const SavedMember&) = default;
};

struct SavedLag {
  std::string name;
  std::uint32_t hash_seed = 0;
  bool up = false;
  std::optional<MemberIndex> active{};
  std::vector<SavedMember> members;
  BucketMembers placed = kNoMembers;  // by the operator
  LaneWishes wishes{};                // of rebalancing
  friend bool operator==(const SavedLag&, const SavedLag&) = default;
};

/// A member of a LAG that is to go on.
struct MemberRestore {
  MemberIndex member{};
  LinkState link{};
  std::string_view obstacle{};  // why it can't, as far as its port is concerned: a static text; empty: it may
};

/// What became of it.
struct RestoreOutcome {
  MemberIndex member{};
  std::string_view fault{};  // why it starts afresh: a static text; empty: it goes on
};

}  // namespace lagoon::control
