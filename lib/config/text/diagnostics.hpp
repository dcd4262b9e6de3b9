// Diagnostics: everything that is wrong with a configuration file, or may be, each with the place in the file
// and what would be right. The number kept is bounded, so that no input makes the list grow without end.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lagoon::config {

/// A place in a text; both count from 1, columns in octets.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
  friend constexpr auto operator<=>(const Position&, const Position&) noexcept = default;
};

enum class Severity : std::uint8_t {
  error,
  warning,  // it has no effect as it stands; what was meant can't be known
};

struct Diagnostic {
  std::optional<Position> at;  // nothing: the file as a whole, e.g. because it can't be read
  std::string message;
  Severity severity = Severity::error;
  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

class Diagnostics {
 public:
  static constexpr std::size_t kKept = 200;

  /// A diagnostic that is there already (an alias repeats its mistakes) is not taken twice.
  void add(std::optional<Position> at, std::string message, Severity severity = Severity::error);
  [[nodiscard]] bool empty() const noexcept { return sorted_.empty(); }
  [[nodiscard]] bool has_errors() const noexcept;
  /// By position.
  [[nodiscard]] const std::vector<Diagnostic>& items() const noexcept { return sorted_; }
  /// How many came after the list was full.
  [[nodiscard]] std::size_t omitted() const noexcept { return omitted_; }

 private:
  std::vector<Diagnostic> sorted_;
  std::size_t omitted_ = 0;
};

/// One line each: "file:line:column: error: message", or warning.
void print(std::ostream& out, std::string_view file, const Diagnostics& diagnostics);

}  // namespace lagoon::config
