// config: what runs as a file would say it, and files that are to run.
#include <array>
#include <string>

#include "console/session.hpp"

namespace lagoon::console {

namespace {

Result<Outcome> asked(Session& session, ConfigVerb verb, std::string_view file) {
  auto text = session.running.configuration(verb, std::string{file});
  if (!text) return std::unexpected{text.error()};
  return Outcome{.text = *std::move(text)};
}

Result<Outcome> show_config(Session& session, const Arguments&) {
  return asked(session, ConfigVerb::show, "");
}
Result<Outcome> check_config(Session& session, const Arguments& arguments) {
  return asked(session, ConfigVerb::check, arguments["FILE"]);
}
Result<Outcome> diff_config(Session& session, const Arguments& arguments) {
  return asked(session, ConfigVerb::diff, arguments["FILE"]);
}
Result<Outcome> apply_config(Session& session, const Arguments& arguments) {
  return asked(session, ConfigVerb::apply, arguments["FILE"]);
}
Result<Outcome> save_config(Session& session, const Arguments& arguments) {
  return asked(session, ConfigVerb::save, arguments["FILE"]);
}
Result<Outcome> save_found(Session& session, const Arguments& arguments) {
  return asked(session, ConfigVerb::save_found, arguments["FILE"]);
}

constexpr std::array<CommandRow, 6> kConfigCommands{{
    {"config show", "What runs, as a configuration file", show_config},
    {"config check [FILE]", "All that is wrong with FILE, or what a start with it would do", check_config},
    {"config diff [FILE]", "The steps from what runs to FILE", diff_config},
    {"config apply [FILE]", "Takes those steps: all of them, or none", apply_config},
    {"config save [FILE]", "Writes what runs to FILE; without FILE it is lagoond's own", save_config},
    {"auto save [FILE]", "The same, with the members that LAGs have found listed as theirs", save_found},
}};

}  // namespace

std::span<const CommandRow> config_commands() noexcept {
  return kConfigCommands;
}

}  // namespace lagoon::console
