#include "demo/traffic/tcp.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>

#include "demo/traffic/clock.hpp"

namespace lagoon::traffic {

namespace {

constexpr std::size_t kChunk = 4096;
// After the last octet was sent, what is under way has this long to come back. TCP backs off while a link is
// broken.
constexpr std::int64_t kReturnNs = 15'000'000'000;

// The stream both ends know.
class Stream {
 public:
  [[nodiscard]] char next() {
    if (left_ == 0) {
      word_ = random_();
      left_ = 8;
    }
    const auto octet = static_cast<char>(word_ & 0xff);
    word_ >>= 8;
    --left_;
    return octet;
  }
  [[nodiscard]] bool matches(const char* octets, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      if (octets[i] != next()) return false;
    return true;
  }

 private:
  std::mt19937_64 random_{0x4c61676f6f6e};
  std::uint64_t word_ = 0;
  unsigned left_ = 0;
};

class Socket {
 public:
  explicit Socket(int socket) noexcept : socket_{socket} {}
  ~Socket() {
    if (socket_ >= 0) close(socket_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int get() const noexcept { return socket_; }

 private:
  int socket_;
};

sockaddr_in address_of(const TcpOptions& options) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(static_cast<std::uint16_t>(options.port));
  inet_pton(AF_INET, options.address.c_str(), &a.sin_addr);
  return a;
}

int complain(const char* what) {
  std::fprintf(stderr, "lagoon-traffic: tcp: %s: %s\n", what, std::strerror(errno));
  return 1;
}

[[nodiscard]] bool send_whole(int socket, const char* octets, std::size_t count) {
  while (count > 0) {
    const ssize_t sent = send(socket, octets, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR && !stopped.load(std::memory_order_relaxed)) continue;
    if (sent < 0) return false;
    octets += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

// The client: sends at its rate, checks what comes back.
struct Transfer {
  int socket;
  Stream out{};
  Stream back{};
  std::uint64_t sent = 0;
  std::uint64_t returned = 0;
  bool same = true;
  bool open = true;

  bool send_chunk() {
    std::array<char, kChunk> chunk;
    for (char& octet : chunk) octet = out.next();
    // What the socket takes it takes whole: chunks are small and the buffer is the kernel's default.
    if (!send_whole(socket, chunk.data(), chunk.size())) return false;
    sent += chunk.size();
    return true;
  }
  void take(int patience_ms) {
    pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, patience_ms) <= 0) return;
    std::array<char, 4 * kChunk> room;
    const ssize_t size = recv(socket, room.data(), room.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
      open = false;
      return;
    }
    same = same && back.matches(room.data(), static_cast<std::size_t>(size));
    returned += static_cast<std::uint64_t>(size);
  }
};

}  // namespace

int run_tcp_serve(const TcpOptions& options) {
  const Socket listening{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int on = 1;
  setsockopt(listening.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const sockaddr_in here = address_of(options);
  if (bind(listening.get(), reinterpret_cast<const sockaddr*>(&here), sizeof(here)) != 0)
    return complain("bind");
  if (listen(listening.get(), 1) != 0) return complain("listen");
  std::puts("listening");
  std::fflush(stdout);
  const Socket connection{accept(listening.get(), nullptr, nullptr)};
  if (connection.get() < 0) return complain("accept");
  Stream expected;
  std::uint64_t taken = 0;
  for (;;) {
    std::array<char, 4 * kChunk> room;
    const ssize_t size = recv(connection.get(), room.data(), room.size(), 0);
    if (size < 0 && errno == EINTR && !stopped.load(std::memory_order_relaxed)) continue;
    if (size < 0) return complain("receive");
    if (size == 0) break;
    if (!expected.matches(room.data(), static_cast<std::size_t>(size))) {
      std::fprintf(stderr, "lagoon-traffic: tcp: other octets than were sent, after %ju\n",
                   static_cast<std::uintmax_t>(taken));
      return 1;
    }
    taken += static_cast<std::uint64_t>(size);
    if (!send_whole(connection.get(), room.data(), static_cast<std::size_t>(size))) return complain("send");
  }
  return 0;
}

int run_tcp_send(const TcpOptions& options) {
  const Socket connection{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const sockaddr_in there = address_of(options);
  if (connect(connection.get(), reinterpret_cast<const sockaddr*>(&there), sizeof(there)) != 0)
    return complain("connect");
  const int on = 1;
  setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  Transfer transfer{.socket = connection.get()};
  const auto interval =
      static_cast<std::int64_t>(kChunk * 8 * 1'000'000'000ULL / (options.kilobits * 1000ULL));
  std::int64_t due = now_ns();
  const std::int64_t end =
      options.seconds == 0 ? INT64_MAX : due + std::int64_t{options.seconds} * 1'000'000'000;
  while (!stopped.load(std::memory_order_relaxed) && now_ns() < end && transfer.open) {
    if (now_ns() >= due) {
      if (!transfer.send_chunk()) break;
      due += interval;
    }
    transfer.take(static_cast<int>(
        std::min<std::int64_t>(20, std::max<std::int64_t>(1, (due - now_ns()) / 1'000'000))));
  }
  shutdown(connection.get(), SHUT_WR);
  const std::int64_t patience = now_ns() + kReturnNs;
  while (transfer.open && now_ns() < patience) transfer.take(100);
  const bool ok = transfer.same && transfer.returned == transfer.sent && transfer.sent > 0;
  std::printf("{\"bytes\": %ju, \"returned\": %ju, \"ok\": %s}\n", static_cast<std::uintmax_t>(transfer.sent),
              static_cast<std::uintmax_t>(transfer.returned), ok ? "true" : "false");
  return ok ? 0 : 1;
}

}  // namespace lagoon::traffic
