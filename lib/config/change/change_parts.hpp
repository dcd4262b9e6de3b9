// The parts of making a ChangePlan: what differs, and in which order that is dealt with.
#pragma once

#include <string>
#include <vector>

#include "config/change/change_plan.hpp"

namespace lagoon::config {

/// Where things stand in the new file, and what is refused.
struct Refusals {
  const SourceMap& source;
  Diagnostics& diagnostics;
  void add(const std::string& path, std::string message) {
    diagnostics.add(source.find(path), std::move(message));
  }
};

struct OptionChange {
  SetOption set;
  std::string before;  // YAML
};

/// Options of one LAG, in three portions around the coming and going of members.
struct OptionChanges {
  std::vector<OptionChange> first;  // limits that get looser
  std::vector<OptionChange> main;
  std::vector<OptionChange> last;  // limits that get tighter
};

struct MemberGone {
  std::string lag;
  Member member;
  std::string why;  // it comes back; empty: it does not
};
struct MemberNew {
  std::string lag;
  Member member;
};
struct MemberChanges {
  std::vector<MemberGone> gone;
  std::vector<MemberNew> come;
  std::vector<ChangeStep> in_place;  // of members that stay
};

[[nodiscard]] std::string lag_words(const std::string& lag);

/// What can never change while lagoond runs: EAL, ports, cross-connects, which LAGs there are.
void refuse_fixed(const Config& running, const Config& wanted, Refusals& refusals);

/// `path` is that of the LAG in the new file.
[[nodiscard]] OptionChanges compare_options(const Lag& running, const Lag& wanted, const std::string& path,
                                            Refusals& refusals);
void compare_members(const Lag& running, const Lag& wanted, MemberChanges& changes);

/// Members that come before any goes, as far as there is room; the rest after what they depend on is gone.
struct MemberSteps {
  std::vector<ChangeStep> before;
  std::vector<ChangeStep> after;
};
[[nodiscard]] MemberSteps order_members(const Config& running, MemberChanges changes, std::size_t room);

}  // namespace lagoon::config
