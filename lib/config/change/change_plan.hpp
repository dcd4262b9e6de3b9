// ChangePlan: what turns the configuration that runs into another one while frames flow: steps in an order in
// which no LAG is without a member and no limit is in the way, each with what takes it back. What can't be
// changed so is refused before anything is done. `config diff` prints a plan, Engine::apply() follows one.
#pragma once

#include <iosfwd>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/command/command.hpp"
#include "config/model.hpp"
#include "config/text/diagnostics.hpp"
#include "config/text/source_map.hpp"

namespace lagoon::config {

/// Options of one LAG that change together: its protocols see one change, and no state between.
struct SetOptions {
  std::vector<SetOption> options;
  bool back = false;  // to what was so before: no rule is in the way
};

/// Another neighbour is to be at the other end of the member's cable.
struct ExpectNeighbor {
  std::string member;
  lldp::ExpectedNeighbor expected;
};

using ChangeAction = std::variant<AddMember, RemoveMember, EnableMember, DrainMember, DisableMember,
                                  WeighMember, ExpectNeighbor, SetOptions>;

struct ChangeStep {
  std::string lag;
  ChangeAction action;
  ChangeAction undo;
  std::vector<std::string> words;  // "LAG 'lag0': set lacp.rate: slow (was fast)"
};

struct ChangePlan {
  std::vector<ChangeStep> steps;  // to be taken in order, and taken back in the reverse order
  Diagnostics refusals;           // if there is one, no step may be taken: start anew with the new file
  [[nodiscard]] bool refused() const noexcept { return !refusals.empty(); }
};

/// Preconditions: `wanted` is valid; `source` says where it was written (or nothing). `room` is how many
/// ports there may be more than now.
[[nodiscard]] ChangePlan plan_change(const Config& running, const Config& wanted, const SourceMap& source,
                                     std::size_t room = std::numeric_limits<std::size_t>::max());

/// Takes a step on a configuration only, as Engine takes it on what runs.
[[nodiscard]] Result<void> rehearse(Config& config, const std::string& lag, const ChangeAction& action);

/// A line for each step, or one that says that nothing changes; refusals as "file:line:column: error: ..".
void print(std::ostream& out, std::string_view file, const ChangePlan& plan);

}  // namespace lagoon::config
