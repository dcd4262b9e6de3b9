// help, quit, and what it is that runs.
#include <algorithm>
#include <array>

#include "base/version.hpp"
#include "console/session.hpp"
#include "console/text/text_table.hpp"

namespace lagoon::console {

namespace {

Result<Outcome> help(Session&, const Arguments& arguments) {
  const std::string_view begin = arguments["COMMAND"];
  TextTable table;
  bool found = false;
  for (const CommandRow& row : command_table()) {
    if (!row.syntax.starts_with(begin) && row.syntax.find("|" + std::string{begin}) == std::string_view::npos)
      continue;
    table.add({std::string{row.syntax}, std::string{row.help}});
    found = true;
  }
  if (!found) return fail(Errc::no_such_thing, "no command begins with '" + std::string{begin} + "'");
  std::string text = table.text();
  if (begin.empty())
    text +=
        "[..] may be left out, a|b are alternatives, CAPITALS stand for values. TAB completes, ? lists.\n";
  return Outcome{.text = std::move(text)};
}

Result<Outcome> show_version(Session&, const Arguments&) {
  return Outcome{.text = "lagoon " + std::string{kVersion} + "\n"};
}

Result<Outcome> quit(Session&, const Arguments&) {
  return Outcome{.after = After::quit};
}

constexpr std::array<CommandRow, 3> kGeneralCommands{{
    {"show version", "The version of Lagoon that runs", show_version},
    {"help [COMMAND...]", "All commands, or those that begin with COMMAND", help},
    {"quit|exit", "Ends the session; under lagoond -i, lagoond as well", quit},
}};

}  // namespace

std::span<const CommandRow> general_commands() noexcept {
  return kGeneralCommands;
}

}  // namespace lagoon::console
