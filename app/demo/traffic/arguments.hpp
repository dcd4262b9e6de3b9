// Arguments: a command line of "--name value" pairs and other words.
#pragma once

#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace lagoon::traffic {

class Arguments {
 public:
  /// `first` is the index of the first word to read.
  Arguments(int argc, char** argv, int first) {
    for (int i = first; i < argc; ++i) {
      if (std::strncmp(argv[i], "--", 2) != 0) {
        rest_.emplace_back(argv[i]);
      } else if (i + 1 < argc) {
        options_.emplace_back(argv[i] + 2, argv[i + 1]);
        ++i;
      } else {
        bad_ = true;
      }
    }
  }
  void text(std::string_view name, std::string& value) {
    for (auto& [key, given] : options_)
      if (key == name) {
        value = given;
        key.clear();
      }
  }
  void number(std::string_view name, unsigned& value) {
    std::string given;
    text(name, given);
    if (given.empty()) return;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
    bad_ = bad_ || error != std::errc{} || end != given.data() + given.size();
  }
  /// Whether every option was asked for, and had a value of its kind.
  [[nodiscard]] bool understood() const {
    for (const auto& option : options_)
      if (!option.first.empty()) return false;
    return !bad_;
  }
  [[nodiscard]] const std::vector<std::string>& rest() const noexcept { return rest_; }

 private:
  std::vector<std::pair<std::string, std::string>> options_;
  std::vector<std::string> rest_;
  bool bad_ = false;
};

}  // namespace lagoon::traffic
