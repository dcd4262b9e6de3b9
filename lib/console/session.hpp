// Session: what one user of the console has: the Lagoon that runs, what `watch` saw last, and whose words of
// testpmd were used last.
// CommandRow: a command, in one of the tables that command_table() puts together.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "console/grammar.hpp"
#include "console/outcome.hpp"
#include "console/running.hpp"
#include "console/text/bonding_text.hpp"

namespace lagoon::console {

struct Session {
  Running& running;
  std::vector<control::LagStatus> watched{};
  BondingWords bonding_words = BondingWords::dpdk_22_11;  // as last used
};

struct CommandRow {
  std::string_view syntax;
  std::string_view help;  // a line, without a full stop
  Result<Outcome> (*run)(Session& session, const Arguments& arguments);
};

// One table for each file commands_*.cpp.
[[nodiscard]] std::span<const CommandRow> show_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> explain_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> lacp_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> neighbor_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> port_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> change_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> watch_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> bonding_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> capture_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> config_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> foreign_commands() noexcept;
[[nodiscard]] std::span<const CommandRow> general_commands() noexcept;

/// Every command there is, in the order of `help`.
[[nodiscard]] std::vector<CommandRow> command_table();

/// The LAG with that name; or, where no name is like that, with that position from 0.
[[nodiscard]] Result<control::LagStatus> lag_of(Session& session, std::string_view lag);
/// That one, or all of them where nothing was said.
[[nodiscard]] Result<std::vector<control::LagStatus>> lags_of(Session& session, std::string_view lag);

/// A whole number. Errors: invalid_argument, naming `what`.
[[nodiscard]] Result<std::uint32_t> number_of(std::string_view text, std::string_view what,
                                              std::uint32_t least, std::uint32_t most);

}  // namespace lagoon::console
