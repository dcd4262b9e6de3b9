// Terminal: the prompt. Editing, history, TAB and '?' are librte_cmdline's (its line editor, rdline); what
// can be completed, the channel says.
#pragma once

#include "console/socket/channel.hpp"

namespace lagoon::console {

[[nodiscard]] bool is_terminal();

enum class TerminalEnd : std::uint8_t { quit, lost, failed };
/// Until quit, Ctrl-D, the channel is lost, or `stop` can be read; failed: the terminal can't be used.
[[nodiscard]] TerminalEnd run_terminal(Channel& channel, int stop = -1);

/// What TAB adds to `line`: as much as all choices have in common. Nothing: they are to be listed.
[[nodiscard]] std::optional<std::string> common_addition(std::string_view line,
                                                         std::span<const Completion> choices);

}  // namespace lagoon::console
