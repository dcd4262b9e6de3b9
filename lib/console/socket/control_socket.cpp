#include "console/socket/control_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "console/socket/protocol.hpp"

namespace lagoon::console {

namespace {

std::unexpected<Error> failed(const std::string& path) {
  const Errc code = errno == EACCES || errno == EPERM          ? Errc::permission
                    : errno == ENOENT || errno == ECONNREFUSED ? Errc::no_such_thing
                                                               : Errc::system;
  return fail(code, path + ": " + std::strerror(errno));
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path))
    return fail(
        Errc::invalid_argument,
        "the path of a socket has 1 to " + std::to_string(sizeof(address.sun_path) - 1) + " octets: " + path);
  path.copy(address.sun_path, path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Descriptor make_socket() {
  return Descriptor{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
}

bool is_stale_socket(const std::string& path, const sockaddr_un& address) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const Descriptor probe = make_socket();
  return connect(probe.number(), generic(address), sizeof(address)) != 0 && errno == ECONNREFUSED;
}

}  // namespace

Descriptor::~Descriptor() {
  if (is_open()) close(number_);
}
Descriptor::Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (is_open()) close(number_);
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

Result<ControlSocket> ControlSocket::open(const std::string& path) {
  constexpr int kWaiting = 16;
  const auto address = address_of(path);
  if (!address) return std::unexpected{address.error()};
  std::error_code ignored;  // (bind() has the words for it)
  std::filesystem::create_directories(std::filesystem::path{path}.parent_path(), ignored);
  Descriptor socket = make_socket();
  if (!socket.is_open()) return failed(path);
  // Before it has a name: nobody ever sees the socket with other permissions.
  if (fchmod(socket.number(), S_IRUSR | S_IWUSR) != 0) return failed(path);
  if (is_stale_socket(path, *address)) unlink(path.c_str());
  if (bind(socket.number(), generic(*address), sizeof(*address)) != 0) {
    if (errno == EADDRINUSE)
      return fail(Errc::busy, path + ": another lagoond or program listens there, or it is no socket");
    return failed(path);
  }
  ControlSocket made{std::move(socket), path};
  if (listen(made.number(), kWaiting) != 0) return failed(path);
  return made;
}

ControlSocket::~ControlSocket() {
  if (socket_.is_open()) unlink(path_.c_str());
}

Result<Descriptor> connect_to(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return std::unexpected{address.error()};
  Descriptor socket = make_socket();
  if (!socket.is_open() || connect(socket.number(), generic(*address), sizeof(*address)) != 0)
    return failed(path);
  return socket;
}

std::optional<uid_t> peer_of(const Descriptor& connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (getsockopt(connection.number(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer.uid;
}

bool may_use(uid_t peer, uid_t ours) noexcept {
  return peer == ours || peer == 0;
}

bool send_message(const Descriptor& connection, std::string_view message) {
  ssize_t sent = 0;
  do sent = send(connection.number(), message.data(), message.size(), MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(message.size());
}

std::optional<std::string> receive_message(const Descriptor& connection, std::size_t most) {
  std::string message(most + 1, '\0');
  ssize_t size = 0;
  do size = recv(connection.number(), message.data(), message.size(), 0);
  while (size < 0 && errno == EINTR);
  if (size <= 0) return std::nullopt;
  message.resize(static_cast<std::size_t>(size));
  return message;
}

void prepare(const Descriptor& connection) {
  constexpr int kRoom = 2 * static_cast<int>(kReplyMax);
  constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};
  setsockopt(connection.number(), SOL_SOCKET, SO_SNDBUF, &kRoom, sizeof(kRoom));
  setsockopt(connection.number(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
}

}  // namespace lagoon::console
