#include "console/input.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace lagoon::console {

namespace {

// A line that never ends is cut into ones that the interpreter refuses.
constexpr std::size_t kLineMost = 1UL << 16U;

}  // namespace

std::span<const char> Input::keys(std::span<char> room) {
  for (;;) {
    std::array<pollfd, 2> waiting{
        {{.fd = descriptor_, .events = POLLIN, .revents = 0}, {.fd = stop_, .events = POLLIN, .revents = 0}}};
    const int ready = poll(waiting.data(), waiting.size(), -1);
    if (ready < 0 && errno != EINTR) return {};
    if (ready <= 0) continue;
    if (waiting[1].revents != 0) return {};
    const ssize_t size = read(descriptor_, room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    return {room.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }
}

std::optional<std::string> Input::line() {
  for (;;) {
    const std::size_t end = read_.find('\n');
    if (end != std::string::npos || (ended_ && !read_.empty()) || read_.size() >= kLineMost) {
      const std::size_t size = std::min({end, read_.size(), kLineMost});
      std::string line = read_.substr(0, size);
      read_.erase(0, size + (size == end ? 1 : 0));
      return line;
    }
    if (ended_) return std::nullopt;
    std::array<char, 4096> room{};
    const auto more = keys(room);
    ended_ = more.empty();
    read_.append(more.data(), more.size());
  }
}

bool Input::key_within(Duration time) const {
  std::array<pollfd, 2> waiting{
      {{.fd = descriptor_, .events = POLLIN, .revents = 0}, {.fd = stop_, .events = POLLIN, .revents = 0}}};
  return poll(waiting.data(), waiting.size(), static_cast<int>(to_ms(time))) > 0;
}

bool Input::pause(Duration time) const {
  pollfd stop{.fd = stop_, .events = POLLIN, .revents = 0};
  return poll(&stop, 1, static_cast<int>(to_ms(time))) <= 0;
}

}  // namespace lagoon::console
