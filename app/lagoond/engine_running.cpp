#include "lagoond/engine_running.hpp"

#include <sstream>

#include "lagoond/config_verbs.hpp"

namespace lagoon::lagoond {

Result<std::vector<std::string>> EngineRunning::lag_names() {
  return engine_.lag_names();
}
Result<control::LagStatus> EngineRunning::status(std::string_view lag) {
  return engine_.status(lag);
}
Result<std::vector<dpdk::PortStatus>> EngineRunning::access_ports() {
  return engine_.access_ports();
}
Result<std::vector<control::LagStatus>> EngineRunning::lags() {
  return engine_.status_of_all();
}
control::Health EngineRunning::health() {
  control::Health health = engine_.health(engine_.status_of_all());
  if (cluster_ != nullptr) add_health(health, cluster_->status());
  return health;
}
Result<std::vector<dpdk::NamedEvent>> EngineRunning::events(std::string_view lag, std::size_t most) {
  return engine_.events(lag, most);
}
Result<dpdk::FlowAnswer> EngineRunning::explain(std::string_view lag, std::string_view flow) {
  return engine_.explain(lag, flow);
}
Result<std::vector<dpdk::EthdevStatus>> EngineRunning::ports() {
  return engine_.ethdevs();
}
Result<std::vector<dpdk::ExtendedCount>> EngineRunning::extended_counts(std::uint16_t port) {
  return engine_.extended_counts(port);
}
Result<std::string> EngineRunning::execute(const config::Command& command) {
  return engine_.execute(command);
}
Result<std::string> EngineRunning::configuration(console::ConfigVerb verb, const std::string& file) {
  const std::string& path = file.empty() ? file_ : file;
  std::ostringstream out;
  const auto done = [&] {
    switch (verb) {
      case console::ConfigVerb::show:
        return show_config(engine_, out);
      case console::ConfigVerb::check:
        return check_config(path, out);
      case console::ConfigVerb::diff:
        return diff_config(engine_, path, out);
      case console::ConfigVerb::apply:
        return apply_config(engine_, path, out);
      case console::ConfigVerb::save:
        return save_config(engine_, path, Members::as_configured, out);
      case console::ConfigVerb::save_found:
        return save_config(engine_, path, Members::as_found, out);
    }
    return false;
  }();
  if (done) return std::move(out).str();
  std::string text = std::move(out).str();
  while (text.ends_with('\n')) text.pop_back();
  return fail(Errc::invalid_argument, std::move(text));
}
Result<std::string> EngineRunning::start_capture(const std::string& file,
                                                 const std::vector<std::string>& of) {
  return engine_.start_capture(file, of);
}
Result<std::string> EngineRunning::stop_capture() {
  return engine_.stop_capture();
}
Result<std::string> EngineRunning::describe_capture() {
  return engine_.describe_capture();
}
Result<std::string> EngineRunning::cluster(console::ClusterVerb verb, const std::string& lag,
                                           const std::string& node) {
  if (cluster_ == nullptr) return console::Running::cluster(verb, lag, node);
  switch (verb) {
    case console::ClusterVerb::show:
      return to_text(cluster_->status());
    case console::ClusterVerb::json:
      return to_json(cluster_->status());
    case console::ClusterVerb::want:
      return cluster_->want(lag, node);
    case console::ClusterVerb::drain:
      return cluster_->drain(true);
    case console::ClusterVerb::undrain:
      return cluster_->drain(false);
    case console::ClusterVerb::take_back:
      return cluster_->take_back(lag);
  }
  return console::Running::cluster(verb, lag, node);
}

Result<void> EngineRunning::act_on_wire(std::string_view wire, std::string_view action) {
  return engine_.act_on_wire(wire, action);
}

}  // namespace lagoon::lagoond
