// Words of Linux, Cisco, FreeBSD, teamd and Open vSwitch: each leads to the view that it means, and says
// which that is.
#include <array>
#include <string>

#include "config/text/suggest.hpp"
#include "console/session.hpp"

namespace lagoon::console {

namespace {

constexpr std::string_view kBondFolder = "/proc/net/bonding/";

// Runs the command that begins so, as if it had been written, and says first how it is written here.
Result<Outcome> as_ours(Session& session, std::string_view begin, const Arguments& arguments,
                        const std::string& written) {
  for (const auto table : {show_commands(), lacp_commands()})
    for (const CommandRow& row : table) {
      if (!row.syntax.starts_with(begin)) continue;
      auto outcome = row.run(session, arguments);
      if (outcome) outcome->text = "# here: " + written + "\n" + outcome->text;
      return outcome;
    }
  return fail(Errc::no_such_thing, "no command begins with " + config::in_quotes(begin));
}

Result<Outcome> show_as(Session& session, std::string_view lag, std::string_view view) {
  Arguments ours;
  std::string written = "show lag";
  if (!lag.empty()) {
    ours.add("LAG", lag);
    written.append(" ").append(lag);
  }
  if (!view.empty()) {
    ours.add("VIEW", view);
    written.append(" as ").append(view);
  }
  return as_ours(session, "show lag", ours, written);
}

Result<Outcome> table(Session& session, const Arguments& arguments) {
  return show_as(session, arguments["LAG"], {});
}
Result<Outcome> linux_view(Session& session, const Arguments& arguments) {
  return show_as(session, arguments["LAG"], "linux");
}
Result<Outcome> lagg_view(Session& session, const Arguments& arguments) {
  return show_as(session, arguments["LAG"], "lagg");
}
Result<Outcome> cisco_view(Session& session, const Arguments& arguments) {
  return show_as(session, arguments["LAG"], "cisco");
}

// "cat /proc/net/bonding/lag0"
Result<Outcome> cat(Session& session, const Arguments& arguments) {
  const std::string_view file = arguments["FILE"];
  if (!file.starts_with(kBondFolder))
    return fail(Errc::invalid_argument,
                "no files are shown but " + std::string{kBondFolder} + "LAG, not " + config::in_quotes(file));
  const std::string_view lag = file.substr(kBondFolder.size());
  return show_as(session, lag == "*" ? std::string_view{} : lag, "linux");
}

Result<Outcome> lacp(Session& session, const Arguments& arguments) {
  Arguments ours;
  ours.add(Arguments::kChoice, "neighbors");
  std::string written = "show lacp neighbors";
  if (!arguments["LAG"].empty()) {
    ours.add("LAG", arguments["LAG"]);
    written.append(" ").append(arguments["LAG"]);
  }
  return as_ours(session, "show lacp", ours, written);
}

Result<Outcome> events(Session& session, const Arguments&) {
  return as_ours(session, "show events", {}, "show events");
}

constexpr std::array<CommandRow, 10> kForeignCommands{{
    {"show etherchannel|port-channel summary [LAG]", "Cisco's words for show lag", table},
    {"show interfaces port-channel [LAG]", "Cisco's words for show lag", table},
    {"show lacp neighbor [LAG]", "Cisco's words for show lag as cisco", cisco_view},
    {"show logging", "Cisco's words for show events", events},
    {"cat FILE", "/proc/net/bonding/LAG, Linux's words for show lag LAG as linux", cat},
    {"ip [-d] link [show] [LAG]", "Linux's words for show lag as linux", linux_view},
    {"ifconfig [-v] [LAG]", "FreeBSD's words for show lag as lagg", lagg_view},
    {"teamdctl LAG state", "teamd's words for show lag", table},
    {"[ovs-appctl] bond/show [LAG]", "Open vSwitch's words for show lag", table},
    {"[ovs-appctl] lacp/show [LAG]", "Open vSwitch's words for show lacp neighbors", lacp},
}};

}  // namespace

std::span<const CommandRow> foreign_commands() noexcept {
  return kForeignCommands;
}

}  // namespace lagoon::console
