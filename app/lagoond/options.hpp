// The command line of lagoond.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "lagoond/console_thread.hpp"
#include "options/mode.hpp"

namespace lagoon::lagoond {

enum class Verb { run, check, import, example, version, help };

enum class ImportedDevices { kernel, pci };

struct Options {
  Verb verb = Verb::run;
  std::string config_file;
  std::optional<std::chrono::seconds> status_interval{};
  std::optional<std::string> pid_file{};
  std::chrono::seconds ready_timeout{10};
  bool control_socket = true;
  std::optional<std::string> control_socket_path{};  // nothing: the usual place, if there is one
  bool take_over = false;
  bool state_file = true;
  std::optional<std::string> state_file_path{};  // nothing: the usual place, if there is one
  ConsoleOptions console{};
  std::vector<std::string> import_files{};
  control::Mode example_mode = control::Mode::lacp;
  std::optional<ImportedDevices> devices{};  // kernel, unless it is given
};

[[nodiscard]] Result<Options> parse_options(int argc, char** argv);
[[nodiscard]] const char* usage() noexcept;

}  // namespace lagoon::lagoond
