// JsonWriter: one JSON value (RFC 8259) as text, a member or an element a line. Names and texts may hold any
// octets; what is no UTF-8 becomes U+FFFD. nlohmann's library makes the text, and is seen in json_writer.cpp
// alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace lagoon::control::views {

class JsonWriter {
 public:
  JsonWriter();
  ~JsonWriter();
  JsonWriter(JsonWriter&&) noexcept;
  JsonWriter& operator=(JsonWriter&&) noexcept;

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
  /// As milliseconds, exact: 0.5.
  void milliseconds(std::string_view key, Duration value);

  /// The text, with the end of its last line. Precondition: all that was opened is closed.
  [[nodiscard]] std::string take();

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace lagoon::control::views
