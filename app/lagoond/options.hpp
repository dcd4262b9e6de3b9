// The command line of lagoond.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace lagoon::lagoond {

enum class Verb { run, check, version, help };

struct Options {
  Verb verb = Verb::run;
  std::string config_file;
  std::optional<std::chrono::seconds> status_interval{};
  std::optional<std::string> pid_file{};
  std::chrono::seconds ready_timeout{10};
};

[[nodiscard]] Result<Options> parse_options(int argc, char** argv);
[[nodiscard]] const char* usage() noexcept;

}  // namespace lagoon::lagoond
