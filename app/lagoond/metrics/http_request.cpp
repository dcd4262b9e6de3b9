#include "lagoond/metrics/http_request.hpp"

#include <algorithm>

namespace lagoon::lagoond {

namespace {

// Where the head ends: behind an empty line; nothing: it has not come yet.
std::size_t end_of_head(std::string_view head) noexcept {
  return std::min(head.find("\r\n\r\n"), head.find("\n\n"));
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

HttpRequest::State HttpRequest::take(std::string_view octets) {
  if (state_ != State::incomplete) return state_;
  // (an empty line may precede a request)
  if (head_.empty()) octets.remove_prefix(std::min(octets.find_first_not_of("\r\n"), octets.size()));
  head_ += octets.substr(0, kHeadMost + 1 - head_.size());
  if (end_of_head(head_) != std::string::npos)
    state_ = parse(std::string_view{head_}.substr(0, head_.find_first_of("\r\n")));
  else if (head_.size() > kHeadMost)
    state_ = State::bad;
  if (state_ != State::incomplete) head_ = {};
  return state_;
}

HttpRequest::State HttpRequest::parse(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return State::bad;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!is_token(method) || !is_token(target) || !target.starts_with('/') ||
      !line.substr(last + 1).starts_with("HTTP/1."))
    return State::bad;
  method_ = method;
  path_ = target.substr(0, target.find_first_of("?#"));
  return State::complete;
}

std::string http_answer(std::string_view status, std::string_view text, bool only_head) {
  std::string answer = "HTTP/1.1 ";
  answer += status;
  answer += "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: " +
            std::to_string(text.size()) + "\r\nConnection: close\r\n\r\n";
  if (!only_head) answer += text;
  return answer;
}

}  // namespace lagoon::lagoond
