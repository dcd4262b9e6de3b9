// JsonWriter: one JSON value (RFC 8259) as text, a member or an element a line. It keeps the commas and the
// nesting right; names and texts may hold any octets, and what is no UTF-8 becomes U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace lagoon::control::views {

class JsonWriter {
 public:
  static constexpr std::size_t kDepthMax = 16;

  void open_object(std::string_view key = {});
  void close_object();
  void open_array(std::string_view key = {});
  void close_array();
  /// Without a key: an element of the array that is open.
  void text(std::string_view key, std::string_view value);
  void number(std::string_view key, std::uint64_t value);
  void signed_number(std::string_view key, std::int64_t value);
  void flag(std::string_view key, bool value);
  void null(std::string_view key);
  /// To three decimals; null when it is not finite.
  void decimal(std::string_view key, double value);
  /// As milliseconds, exact: "0.5".
  void milliseconds(std::string_view key, Duration value);

  [[nodiscard]] std::string take();

 private:
  void put(std::string_view key, std::string_view literal);
  void begin(std::string_view key);
  void close(char bracket);

  std::string text_;
  std::size_t depth_ = 0;
  bool first_ = true;
};

}  // namespace lagoon::control::views
