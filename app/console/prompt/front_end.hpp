// FrontEnd: shows what lines give, from a file, a pipe or a single command. Terminals have terminal.hpp.
#pragma once

#include <string>
#include <string_view>

#include "console/input.hpp"
#include "console/socket/channel.hpp"

namespace lagoon::console {

/// What has become of a line that was shown.
enum class Shown : std::uint8_t { done, failed, quit };

/// Runs one line and prints what it gives; a live view as often as it says, with pauses of `input`. `place`
/// goes before an error, "FILE:LINE" for example; empty: nothing does.
[[nodiscard]] Shown run_and_show(Channel& channel, std::string_view line, std::string_view place,
                                 const Input& input);

struct LinesDone {
  bool all_worked = true;
  bool quit = false;  // a line said so
};
/// Every line there is; goes on after one that failed.
[[nodiscard]] LinesDone run_lines(Channel& channel, Input& input, const std::string& name);
/// Errors: no_such_thing, the file can't be read.
[[nodiscard]] Result<LinesDone> run_file(Channel& channel, const std::string& name, int stop = -1);

/// Prints an error as a line of its own on the standard error.
void print_error(std::string_view place, const Error& error);

}  // namespace lagoon::console
