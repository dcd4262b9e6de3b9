// ProgramRunning: what the console and telemetry ask of a program: its LAGs, each with an Engine of its own.
#pragma once

#include <string>
#include <vector>

#include "console/program/program_lags.hpp"
#include "console/running.hpp"

namespace lagoon::console {

class ProgramRunning final : public Running {
 public:
  explicit ProgramRunning(ProgramLags& of) noexcept : of_{of} {}
  [[nodiscard]] Result<std::vector<std::string>> lag_names() override;
  [[nodiscard]] Result<control::LagStatus> status(std::string_view lag) override;
  /// Errors: busy, naming the LAG that did not answer; no_such_thing, where none runs.
  [[nodiscard]] Result<std::vector<control::LagStatus>> lags() override;
  [[nodiscard]] control::Health health() override;
  [[nodiscard]] Result<std::vector<dpdk::NamedEvent>> events(std::string_view lag, std::size_t most) override;
  [[nodiscard]] Result<dpdk::FlowAnswer> explain(std::string_view lag, std::string_view flow) override;
  /// Members: the other ports are the program's.
  [[nodiscard]] Result<std::vector<dpdk::EthdevStatus>> ports() override;
  [[nodiscard]] Result<std::vector<dpdk::ExtendedCount>> extended_counts(std::uint16_t port) override;
  [[nodiscard]] Result<std::string> execute(const config::Command& command) override;
  // What a program has not. Errors: not_supported, with what would be right.
  /// But `show`, which says the LAGs as a file would.
  [[nodiscard]] Result<std::string> configuration(ConfigVerb verb, const std::string& file) override;
  [[nodiscard]] Result<std::string> start_capture(const std::string& file,
                                                  const std::vector<std::string>& of) override;
  [[nodiscard]] Result<std::string> stop_capture() override;
  [[nodiscard]] Result<std::string> describe_capture() override;
  [[nodiscard]] Result<void> act_on_wire(std::string_view wire, std::string_view action) override;

 private:
  ProgramLags& of_;
};

}  // namespace lagoon::console
