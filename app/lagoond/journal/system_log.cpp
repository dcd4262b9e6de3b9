#include "lagoond/journal/system_log.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string>

namespace lagoon::lagoond {

namespace {

constexpr char kPath[] = "/dev/log";
constexpr int kPatienceMs = 200;

// As RFC 3164 has it: "<29>Mar  1 12:00:00 lagoond[17]: ...", in local time.
std::string framed(const Line& line) {
  std::array<char, 32> at{};
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  std::strftime(at.data(), at.size(), "%b %e %H:%M:%S", &parts);
  const int priority = LOG_DAEMON | (line.severity == Severity::warning ? LOG_WARNING : LOG_NOTICE);
  return "<" + std::to_string(priority) + ">" + at.data() + " lagoond[" + std::to_string(::getpid()) +
         "]: " + line.text;
}

std::unexpected<Error> error(Errc code) {
  std::string text = "journal: ";
  for (const std::string_view part :
       {std::string_view{kPath}, std::string_view{": "}, std::string_view{std::strerror(errno)}})
    text += part;
  return fail(code, std::move(text));
}

}  // namespace

Result<void> SystemLog::write(std::span<const Line> lines) {
  if (socket_ < 0) LAGOON_TRY(connect());
  for (const Line& line : lines) {
    const std::string text = framed(line);
    auto sent = send(text);
    // (the daemon may have been started anew)
    if (!sent && sent.error().code != Errc::busy) {
      LAGOON_TRY(connect());
      sent = send(text);
    }
    if (!sent) return sent;
  }
  return {};
}

Result<void> SystemLog::connect() {
  close();
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return error(Errc::system);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, kPath, sizeof kPath);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return {};
  const auto failed = error(Errc::system);
  close();
  return failed;
}

Result<void> SystemLog::send(std::string_view text) {
  if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) >= 0) return {};
  if (errno != EAGAIN) return error(Errc::system);
  pollfd wait{.fd = socket_, .events = POLLOUT, .revents = 0};
  ::poll(&wait, 1, kPatienceMs);
  if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) >= 0) return {};
  return error(errno == EAGAIN ? Errc::busy : Errc::system);
}

void SystemLog::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

}  // namespace lagoon::lagoond
