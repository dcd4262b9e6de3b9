// Command: what an operator can ask of a running LAG. The one interface of console, C API, PMD and telemetry:
// each speaks it in values, or in the words that parse_action() takes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "config/model.hpp"
#include "dist/bucket_map.hpp"

namespace lagoon::config {

/// "add", with what stands in a configuration file: { dev: "net_af_packet9,iface=eth9", priority: 5 }.
struct AddMember {
  Member member;
};
/// "remove NAME": conversations move first, then the port is closed and has its own address again.
struct RemoveMember {
  std::string member;
};
/// "enable NAME": takes back disable and drain.
struct EnableMember {
  std::string member;
};
/// "disable NAME": neither sends nor takes data; under LACP the Partner is told.
struct DisableMember {
  std::string member;
};
/// "drain NAME": sends no more data, goes on taking it; LACP stays up.
struct DrainMember {
  std::string member;
};
/// "activate NAME": makes it the active member, in modes that have one.
struct ActivateMember {
  std::string member;
};
/// "weight NAME N" or "weight NAME auto": its capacity in units of weight-unit, or as its speed has it.
struct WeighMember {
  std::string member;
  std::optional<std::uint32_t> weight;
};
/// "move N to NAME", "move N-M to NAME", "move all of NAME to NAME": buckets of the flow hash, in order, for
/// as long as that member distributes. "to any" lets them go where capacities and loads have them.
struct MoveBuckets {
  std::uint16_t first = 0;
  std::uint16_t last = dist::kBuckets - 1;
  std::string of{};  // those of them that are there now; empty: all
  std::string to{};  // empty: any
};
/// "set KEY: VALUE" as in a configuration file's LAG, nested keys with a dot: "lacp.rate: slow".
struct SetOption {
  std::string key;
  std::string value;  // YAML
};

using Action = std::variant<AddMember, RemoveMember, EnableMember, DisableMember, DrainMember, ActivateMember,
                            WeighMember, MoveBuckets, SetOption>;

struct Command {
  std::string lag;
  Action action;
};

/// Errors: invalid_argument, with what would be right.
[[nodiscard]] Result<Action> parse_action(std::string_view verb, std::string_view argument);

/// Changes one value of a LAG as its key in a file would. Nothing is changed on an error. Errors:
/// invalid_argument (the value, or it does not go with the others), no_such_thing (the key), not_supported
/// (fixed while the LAG runs: name, mode, members, mac, mac-from, nic-hash, distribute, conversations). What
/// was wrong before, as when members were removed, hinders nothing. After "hash-seed: random" random_seed is
/// set, and the caller draws.
[[nodiscard]] Result<void> set_option(Lag& lag, std::string_view key, std::string_view value);
enum class Rules : std::uint8_t { checked, unchecked };
/// Several at once, as a new file says them: rules between values are checked when all are set, and what has
/// no effect in this mode does not hinder.
[[nodiscard]] Result<void> set_options(Lag& lag, std::span<const SetOption> options,
                                       Rules rules = Rules::checked);
/// Whether set_option() says not_supported.
[[nodiscard]] bool is_fixed(std::string_view key) noexcept;

/// All keys that set_option() takes, in the order of the schema: "lacp.rate" as well as "hash".
[[nodiscard]] std::vector<std::string> run_time_keys();

}  // namespace lagoon::config
