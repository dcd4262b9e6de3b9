// The verbs on the configuration as a command of DPDK's telemetry: /lagoon/config,VERB[,FILE].
#pragma once

#include <string>

#include "dpdk/engine/engine.hpp"

namespace lagoon::lagoond {

/// Offers the command while it lives. One at a time. `file` is meant where none is named.
class ConfigTelemetry {
 public:
  ConfigTelemetry(dpdk::Engine& engine, const std::string& file);
  ~ConfigTelemetry();
  ConfigTelemetry(const ConfigTelemetry&) = delete;
  ConfigTelemetry& operator=(const ConfigTelemetry&) = delete;
};

}  // namespace lagoon::lagoond
