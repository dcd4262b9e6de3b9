// Commands that change a running LAG: its members, and every option that a running LAG takes.
#include <array>
#include <utility>

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

// "net_ring1" alone is the device; all else about a member needs what stands in a file.
Result<Outcome> add_member(Session& session, const Arguments& arguments) {
  std::string device{arguments["DEVICE"]};
  if (!device.starts_with('{')) device = "{ dev: \"" + device + "\" }";
  return execute(session, arguments["LAG"], "add", device);
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

constexpr std::array<CommandRow, 6> kCommands{{
    {"set LAG KEY VALUE...", "Changes an option, as its key in the configuration file would", set},
    {"add member LAG DEVICE...", "A device such as net_ring1 or 0000:3b:00.0, or { dev: .., name: .. }",
     add_member},
    {"remove|enable|disable|drain|activate member LAG MEMBER", "Changes what a member does", change_member},
    {"weight member LAG MEMBER WEIGHT", "Its share of the traffic, in units of weight-unit; or auto",
     weigh_member},
    {"move bucket LAG BUCKETS...", "N, N-M or all [of MEMBER], then: to MEMBER, where they stay; or to any",
     move_bucket},
    {"wire WIRE up|down|blackhole|heal", "Pulls or heals a link inside this process", act_on_wire},
}};

}  // namespace

std::span<const CommandRow> change_commands() noexcept {
  return kCommands;
}

}  // namespace lagoon::console
