// Input: lines or keys from a descriptor, which can be told to stop while somebody waits.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/time.hpp"

namespace lagoon::console {

class Input {
 public:
  /// It ends when `stop` can be read; -1: it has no such end. Neither is closed here.
  explicit Input(int descriptor, int stop = -1) noexcept : descriptor_{descriptor}, stop_{stop} {}

  /// The next line, without its end. Nothing: there are no more.
  [[nodiscard]] std::optional<std::string> line();
  /// What is there, at least one octet. Empty: there is no more. Not to be mixed with line().
  [[nodiscard]] std::span<const char> keys(std::span<char> room);
  /// Whether a key was pressed, or it was stopped, within the time.
  [[nodiscard]] bool key_within(Duration time) const;
  /// Waits as long, or until it is stopped. False: it was.
  [[nodiscard]] bool pause(Duration time) const;

 private:
  int descriptor_;
  int stop_;
  std::string read_;
  bool ended_ = false;
};

}  // namespace lagoon::console
