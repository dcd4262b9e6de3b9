// Commands that change a running LAG: its members, and every option that a running LAG takes.
#include <array>
#include <string>
#include <utility>

#include "config/command/verbs.hpp"
#include "console/session.hpp"

namespace lagoon::console {

namespace {

Result<Outcome> execute(Session& session, std::string_view lag, std::string_view verb,
                        std::string_view argument) {
  const auto known = lag_of(session, lag);
  if (!known) return std::unexpected{known.error()};
  auto action = config::parse_action(verb, argument);
  if (!action) return std::unexpected{action.error()};
  auto done = session.running.execute({.lag = known->name, .action = *std::move(action)});
  if (!done) return std::unexpected{done.error()};
  return Outcome{.text = *std::move(done) + "\n"};
}

Result<Outcome> set(Session& session, const Arguments& arguments) {
  // (as it stands in a file, the key has a colon)
  std::string_view key = arguments["KEY"];
  if (key.ends_with(':')) key.remove_suffix(1);
  return execute(session, arguments["LAG"], "set", std::string{key} + ": " + std::string{arguments["VALUE"]});
}

Result<Outcome> add_member(Session& session, const Arguments& arguments) {
  return execute(session, arguments["LAG"], "add", arguments["DEVICE"]);
}

Result<Outcome> change_member(Session& session, const Arguments& arguments) {
  return execute(session, arguments["LAG"], arguments.choice(), arguments["MEMBER"]);
}

Result<Outcome> weigh_member(Session& session, const Arguments& arguments) {
  return execute(session, arguments["LAG"], "weight",
                 std::string{arguments["MEMBER"]} + " " + std::string{arguments["WEIGHT"]});
}

Result<Outcome> move_bucket(Session& session, const Arguments& arguments) {
  return execute(session, arguments["LAG"], "move", arguments["BUCKETS"]);
}

Result<Outcome> act_on_wire(Session& session, const Arguments& arguments) {
  if (auto done = session.running.act_on_wire(arguments["WIRE"], arguments.choice()); !done)
    return std::unexpected{done.error()};
  return Outcome{.text = "wire '" + std::string{arguments["WIRE"]} + "': " + std::string{arguments.choice()} +
                         "\n"};
}

}  // namespace

std::span<const CommandRow> change_commands() noexcept {
  using config::verb_of;
  static const std::string member_verbs =
      config::joined_verbs(&config::Verb::takes_member_alone) + " member LAG MEMBER";
  static const std::array<CommandRow, 6> commands{{
      {"set LAG KEY VALUE...", verb_of("set").help, set},
      {"add member LAG DEVICE...", verb_of("add").help, add_member},
      {member_verbs, "Changes what a member does", change_member},
      {"weight member LAG MEMBER WEIGHT", verb_of("weight").help, weigh_member},
      {"move bucket LAG BUCKETS...", verb_of("move").help, move_bucket},
      {"wire WIRE up|down|blackhole|heal", "Pulls or heals a link inside this process", act_on_wire},
  }};
  return commands;
}

}  // namespace lagoon::console
