// TelemetrySource: who answers /lagoon/* of DPDK's telemetry: an Engine, or the LAGs of a program.
//
// Thread: any; implementations are safe to be asked by several at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/command/command.hpp"
#include "control/status/status.hpp"
#include "control/views/health.hpp"
#include "dpdk/engine/engine.hpp"

namespace lagoon::dpdk {

class TelemetrySource {
 public:
  virtual ~TelemetrySource() = default;
  [[nodiscard]] virtual Result<std::vector<std::string>> lag_names() = 0;
  [[nodiscard]] virtual Result<control::LagStatus> status(std::string_view lag) = 0;
  [[nodiscard]] virtual Result<std::vector<PortStatus>> access_ports() { return std::vector<PortStatus>{}; }
  /// Also where the control lcore does not answer: it says so.
  [[nodiscard]] virtual control::Health health() = 0;
  [[nodiscard]] virtual Result<std::vector<NamedEvent>> events(std::string_view lag, std::size_t most) = 0;
  [[nodiscard]] virtual Result<FlowAnswer> explain(std::string_view lag, std::string_view flow) = 0;
  [[nodiscard]] virtual Result<std::string> execute(const config::Command& command) = 0;
  [[nodiscard]] virtual Result<void> act_on_wire(std::string_view wire, std::string_view action) = 0;
};

}  // namespace lagoon::dpdk
