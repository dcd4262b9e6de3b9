// HttpRequest: the head of an HTTP request, as it comes in, piece by piece; and answers. Octets in, values
// out: no socket, no time. Any octets are safe, and no more than kHeadMost of them are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lagoon::lagoond {

class HttpRequest {
 public:
  static constexpr std::size_t kHeadMost = 8192;

  enum class State : std::uint8_t {
    incomplete,
    complete,
    bad,  // no HTTP, or longer than kHeadMost
  };

  /// What comes after the head is of no interest.
  State take(std::string_view octets);
  [[nodiscard]] State state() const noexcept { return state_; }
  // Of one that is complete. The path has no query: "/metrics".
  [[nodiscard]] std::string_view method() const noexcept { return method_; }
  [[nodiscard]] std::string_view path() const noexcept { return path_; }

 private:
  [[nodiscard]] State parse(std::string_view line);

  std::string head_;
  State state_ = State::incomplete;
  std::string method_;
  std::string path_;
};

/// "200 OK", its headers, and the text unless `only_head`. The connection ends with it.
[[nodiscard]] std::string http_answer(std::string_view status, std::string_view text, bool only_head = false);

}  // namespace lagoon::lagoond
