// EngineRunning: the Engine as the console asks for it.
#pragma once

#include "console/running.hpp"
#include "dpdk/engine.hpp"

namespace lagoon::lagoond {

class EngineRunning final : public console::Running {
 public:
  explicit EngineRunning(dpdk::Engine& engine) : engine_{engine} {}
  [[nodiscard]] Result<std::vector<control::LagStatus>> lags() override;
  [[nodiscard]] Result<std::vector<dpdk::NamedEvent>> events(std::string_view lag, std::size_t most) override;
  [[nodiscard]] Result<dpdk::FlowAnswer> explain(std::string_view lag, std::string_view flow) override;
  [[nodiscard]] Result<std::vector<dpdk::EthdevStatus>> ports() override;
  [[nodiscard]] Result<std::vector<dpdk::ExtendedCount>> extended_counts(std::uint16_t port) override;
  [[nodiscard]] Result<std::string> execute(const config::Command& command) override;
  [[nodiscard]] Result<void> act_on_wire(std::string_view wire, std::string_view action) override;

 private:
  dpdk::Engine& engine_;
};

}  // namespace lagoon::lagoond
