// NotifySocket: systemd's end of sd_notify(3): a real datagram socket, named in the environment.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "support/catch.hpp"

namespace lagoon::lagoond::test {

class NotifySocket {
 public:
  NotifySocket() : descriptor_{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    REQUIRE(descriptor_ >= 0);
    // Abstract, so that nothing of it stays.
    const std::string name = "lagoon-notify-" + std::to_string(getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    REQUIRE(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), length) == 0);
    setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket() {
    unsetenv("NOTIFY_SOCKET");
    close(descriptor_);
  }
  /// The next message, if one comes in time.
  [[nodiscard]] std::optional<std::string> next(int milliseconds = 5000) const {
    pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, milliseconds) != 1) return std::nullopt;
    std::array<char, 4096> text{};
    const ssize_t length = recv(descriptor_, text.data(), text.size(), 0);
    if (length < 0) return std::nullopt;
    return std::string{text.data(), static_cast<std::size_t>(length)};
  }
  /// The next message that has the words in it, of the next hundred.
  [[nodiscard]] std::string next_with(const std::string& words) const {
    for (int i = 0; i < 100; ++i) {
      const auto message = next();
      if (!message) break;
      if (message->find(words) != std::string::npos) return *message;
    }
    return "(no message with " + words + ")";
  }

 private:
  int descriptor_;
};

}  // namespace lagoon::lagoond::test
