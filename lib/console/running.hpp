// Running: what the console asks of a Lagoon that runs, and telemetry with it. lagoond answers with its
// Engine, a program that has LAGs in it with those (console/program); tests with values.
//
// Thread: any; implementations are safe to be asked by several sessions at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/command/command.hpp"
#include "control/status/status.hpp"
#include "control/views/health.hpp"
#include "dpdk/engine/engine.hpp"
#include "dpdk/port/ethdev_status.hpp"
#include "dpdk/telemetry/telemetry_source.hpp"

namespace lagoon::console {

enum class ConfigVerb : std::uint8_t { show, check, diff, apply, save, save_found };

enum class ClusterVerb : std::uint8_t { show, json, want, drain, undrain, take_back };

class Running : public dpdk::TelemetrySource {
 public:
  [[nodiscard]] virtual Result<std::vector<control::LagStatus>> lags() = 0;
  [[nodiscard]] virtual Result<std::vector<dpdk::EthdevStatus>> ports() = 0;
  [[nodiscard]] virtual Result<std::vector<dpdk::ExtendedCount>> extended_counts(std::uint16_t port) = 0;
  /// `file` is on the machine where it runs; empty: the one that it was started with. Gives text; so does the
  /// error, where all is not well.
  [[nodiscard]] virtual Result<std::string> configuration(ConfigVerb verb, const std::string& file) = 0;
  /// `of`: LAGs, members, access ports; empty: all. Each gives a sentence.
  [[nodiscard]] virtual Result<std::string> start_capture(const std::string& file,
                                                          const std::vector<std::string>& of) = 0;
  [[nodiscard]] virtual Result<std::string> stop_capture() = 0;
  [[nodiscard]] virtual Result<std::string> describe_capture() = 0;
  /// Of the boxes that have LAGs together. Gives text, or JSON. `node`: empty: whoever may.
  [[nodiscard]] virtual Result<std::string> cluster(ClusterVerb verb, const std::string& lag,
                                                    const std::string& node) {
    static_cast<void>(verb), static_cast<void>(lag), static_cast<void>(node);
    return fail(Errc::not_supported,
                "this Lagoon has no LAG together with another box: its configuration has no "
                "section cluster (docs/cluster.md)");
  }
};

}  // namespace lagoon::console
