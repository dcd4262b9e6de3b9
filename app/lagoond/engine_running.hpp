// EngineRunning: the Engine as the console and telemetry ask for it.
#pragma once

#include <string>
#include <utility>

#include "console/running.hpp"
#include "dpdk/engine/engine.hpp"
#include "lagoond/cluster/cluster_thread.hpp"

namespace lagoon::lagoond {

class EngineRunning final : public console::Running {
 public:
  /// `file`: the configuration that lagoond was started with.
  EngineRunning(dpdk::Engine& engine, std::string file) : engine_{engine}, file_{std::move(file)} {}
  /// Outlives it. Before it is asked.
  void use(ClusterThread* cluster) noexcept { cluster_ = cluster; }
  [[nodiscard]] Result<std::vector<std::string>> lag_names() override;
  [[nodiscard]] Result<control::LagStatus> status(std::string_view lag) override;
  [[nodiscard]] Result<std::vector<dpdk::PortStatus>> access_ports() override;
  [[nodiscard]] Result<std::vector<control::LagStatus>> lags() override;
  [[nodiscard]] control::Health health() override;
  [[nodiscard]] Result<std::vector<dpdk::NamedEvent>> events(std::string_view lag, std::size_t most) override;
  [[nodiscard]] Result<dpdk::FlowAnswer> explain(std::string_view lag, std::string_view flow) override;
  [[nodiscard]] Result<std::vector<dpdk::EthdevStatus>> ports() override;
  [[nodiscard]] Result<std::vector<dpdk::ExtendedCount>> extended_counts(std::uint16_t port) override;
  [[nodiscard]] Result<std::string> execute(const config::Command& command) override;
  [[nodiscard]] Result<std::string> configuration(console::ConfigVerb verb, const std::string& file) override;
  [[nodiscard]] Result<std::string> start_capture(const std::string& file,
                                                  const std::vector<std::string>& of) override;
  [[nodiscard]] Result<std::string> stop_capture() override;
  [[nodiscard]] Result<std::string> describe_capture() override;
  [[nodiscard]] Result<std::string> cluster(console::ClusterVerb verb, const std::string& lag,
                                            const std::string& node) override;
  [[nodiscard]] Result<void> act_on_wire(std::string_view wire, std::string_view action) override;

 private:
  dpdk::Engine& engine_;
  std::string file_;
  ClusterThread* cluster_ = nullptr;
};

}  // namespace lagoon::lagoond
