// ControlSocket: the listening end. A SOCK_SEQPACKET socket in the file system, for its owner alone (0600).
// Connection: one that was accepted; whoever is neither the owner of this process nor root was sent away.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace lagoon::console {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_{number} {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
  /// Whoever calls it closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

class ControlSocket {
 public:
  /// Makes the folder if it is missing; a socket that nobody listens on any more is replaced. Errors: busy
  /// where somebody listens, system, invalid_argument (a path too long).
  [[nodiscard]] static Result<ControlSocket> open(const std::string& path);
  /// One that listens already, and was another process's.
  [[nodiscard]] static ControlSocket inherit(Descriptor socket, std::string path) {
    return {std::move(socket), std::move(path)};
  }
  ~ControlSocket();
  ControlSocket(ControlSocket&&) noexcept = default;
  ControlSocket& operator=(ControlSocket&&) = delete;

  [[nodiscard]] int number() const noexcept { return socket_.number(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  ControlSocket(Descriptor socket, std::string path) : socket_{std::move(socket)}, path_{std::move(path)} {}
  Descriptor socket_;
  std::string path_;
};

/// As a client. Errors: no_such_thing, permission, system.
[[nodiscard]] Result<Descriptor> connect_to(const std::string& path);

/// The user at the other end.
[[nodiscard]] std::optional<uid_t> peer_of(const Descriptor& connection);
[[nodiscard]] bool may_use(uid_t peer, uid_t ours) noexcept;

/// False: it did not go out, within a time, and the connection is of no use any more.
[[nodiscard]] bool send_message(const Descriptor& connection, std::string_view message);
/// One message of up to `most` octets; of a longer one `most` + 1. Nothing: the connection has ended.
[[nodiscard]] std::optional<std::string> receive_message(const Descriptor& connection, std::size_t most);
/// Replies are long: room for one, and no more than five seconds for a reader to take it.
void prepare(const Descriptor& connection);

}  // namespace lagoon::console
