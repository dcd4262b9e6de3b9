#include "lagoond/engine_running.hpp"

namespace lagoon::lagoond {

Result<std::vector<control::LagStatus>> EngineRunning::lags() {
  return engine_.status_of_all();
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
Result<void> EngineRunning::act_on_wire(std::string_view wire, std::string_view action) {
  return engine_.act_on_wire(wire, action);
}

}  // namespace lagoon::lagoond
