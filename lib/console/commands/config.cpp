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

Result<Outcome> of_cluster(Session& session, ClusterVerb verb, std::string_view lag, std::string_view node) {
  auto text = session.running.cluster(verb, std::string{lag}, std::string{node});
  if (!text) return std::unexpected{text.error()};
  return Outcome{.text = *std::move(text), .is_json = verb == ClusterVerb::json};
}
Result<Outcome> show_cluster(Session& session, const Arguments&) {
  return of_cluster(session, ClusterVerb::show, "", "");
}
Result<Outcome> cluster_json(Session& session, const Arguments&) {
  return of_cluster(session, ClusterVerb::json, "", "");
}
Result<Outcome> want(Session& session, const Arguments& arguments) {
  return of_cluster(session, ClusterVerb::want, arguments["LAG"], arguments["NODE"]);
}
Result<Outcome> want_nobody(Session& session, const Arguments& arguments) {
  return of_cluster(session, ClusterVerb::want, arguments["LAG"], "");
}
Result<Outcome> drain(Session& session, const Arguments&) {
  return of_cluster(session, ClusterVerb::drain, "", "");
}
Result<Outcome> undrain(Session& session, const Arguments&) {
  return of_cluster(session, ClusterVerb::undrain, "", "");
}
Result<Outcome> take_back(Session& session, const Arguments& arguments) {
  return of_cluster(session, ClusterVerb::take_back, arguments["LAG"], "");
}

constexpr std::array<CommandRow, 13> kConfigCommands{{
    {"config show", "What runs, as a configuration file", show_config},
    {"config check [FILE]", "All that is wrong with FILE, or what a start with it would do", check_config},
    {"config diff [FILE]", "The steps from what runs to FILE", diff_config},
    {"config apply [FILE]", "Takes those steps: all of them, or none", apply_config},
    {"config save [FILE]", "Writes what runs to FILE; without FILE it is lagoond's own", save_config},
    {"auto save [FILE]", "The same, with the members that LAGs have found listed as theirs", save_found},
    {"show cluster", "The other box, etcd, and which of the two carries each LAG, and why", show_cluster},
    {"show cluster json", "The same as JSON", cluster_json},
    {"cluster want LAG NODE", "NODE is to carry the LAG, as soon as it is fit", want},
    {"cluster want-nobody LAG", "Whichever of the two may is to carry it", want_nobody},
    {"cluster drain", "The other box is to carry every LAG of both, before work on this one", drain},
    {"cluster undrain", "Takes that back: whichever of the two may is to carry each", undrain},
    {"cluster take-back LAG", "The LAG goes back to the System ID of the configuration", take_back},
}};

}  // namespace

std::span<const CommandRow> config_commands() noexcept {
  return kConfigCommands;
}

}  // namespace lagoon::console
