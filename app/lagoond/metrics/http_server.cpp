#include "lagoond/metrics/http_server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <utility>
#include <variant>
#include <vector>

#include "config/values/observability_value.hpp"
#include "dpdk/base/monotonic_clock.hpp"

namespace lagoon::lagoond {

namespace {

constexpr int kWaiting = 64;  // for accept()
constexpr int kTick = 1000;   // ms: how late a slow one may be noticed
// The kernel keeps as much of an answer; the rest is ours to count.
constexpr int kKernelRoom = 128 * 1024;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

SocketAddress socket_address(const config::ListenAddress& address) {
  SocketAddress made;
  if (const auto* v6 = std::get_if<Ipv6Address>(&address.address)) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(address.port);
    std::memcpy(&in.sin6_addr, v6->octets.data(), sizeof in.sin6_addr);
    std::memcpy(&made.storage, &in, made.size = sizeof in);
  } else if (const auto* v4 = std::get_if<Ipv4Address>(&address.address)) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(address.port);
    std::memcpy(&in.sin_addr, v4->octets.data(), sizeof in.sin_addr);
    std::memcpy(&made.storage, &in, made.size = sizeof in);
  }
  return made;
}

int listener_on(const config::ListenAddress& address) noexcept {
  const SocketAddress at = socket_address(address);
  const int socket = ::socket(at.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  if (socket >= 0 && ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
      ::bind(socket, reinterpret_cast<const sockaddr*>(&at.storage), at.size) == 0 &&
      ::listen(socket, kWaiting) == 0)
    return socket;
  const int why = errno;
  if (socket >= 0) ::close(socket);
  errno = why;
  return -1;
}

std::string why_not(int error) {
  switch (error) {
    case EADDRINUSE:
      return "another program listens there; end it, or take another port";
    case EADDRNOTAVAIL:
      return "no interface that is up has this address; take one of this machine's, or 0.0.0.0 for all";
    case EACCES:
      return "a port below 1024 takes root; take another one";
    default:
      return std::strerror(error);
  }
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const config::ListenAddress& address) {
  const int listener = listener_on(address);
  if (listener < 0)
    return fail(Errc::system,
                "metrics: can't listen on " + config::to_string(address) + ": " + why_not(errno));
  return serve_on(listener);
}

Result<std::unique_ptr<HttpServer>> HttpServer::serve_on(int listener) {
  const int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake >= 0) return std::unique_ptr<HttpServer>{new HttpServer{listener, wake}};
  const int why = errno;
  ::close(listener);
  return fail(Errc::system, std::string{"metrics: eventfd: "} + std::strerror(why));
}

HttpServer::HttpServer(int listener, int wake)
    : listener_{listener}, wake_{wake}, thread_{[this] { run(); }} {}

HttpServer::~HttpServer() {
  stop_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
  thread_.join();
  for (Connection& connection : connections_) end(connection, false);
  ::close(listener_);
  ::close(wake_);
}

void HttpServer::serve(std::string path, std::function<std::string()> page) {
  const std::lock_guard lock{mutex_};
  path_ = std::move(path);
  page_ = std::move(page);
}

void HttpServer::run() {
  pthread_setname_np(pthread_self(), "metrics");
  while (!stop_.load(std::memory_order_acquire)) {
    const Instant now = wait();
    close_slow(now);
    connections_.remove_if([](const Connection& c) { return c.over; });
    accept_all(now);
  }
}

// Serves those that are ready, after waiting for one.
Instant HttpServer::wait() {
  std::vector<pollfd> look{{.fd = accepts_ ? listener_ : -1, .events = POLLIN, .revents = 0},
                           {.fd = wake_, .events = POLLIN, .revents = 0}};
  for (const Connection& connection : connections_)
    look.push_back({.fd = connection.socket,
                    .events = static_cast<short>(connection.unsent.empty() ? POLLIN : POLLOUT),
                    .revents = 0});
  ::poll(look.data(), look.size(), connections_.empty() && accepts_ ? -1 : kTick);
  auto ready = look.cbegin() + 2;
  for (Connection& connection : connections_) {
    if ((ready++)->revents == 0 || connection.over) continue;
    if (connection.unsent.empty())
      read_some(connection);
    else
      write_some(connection);
  }
  return dpdk::now();
}

void HttpServer::accept_all(Instant now) {
  accepts_ = true;
  for (int i = 0; i < kWaiting; ++i) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      // Without descriptors who waits goes on waiting: the oldest of ours makes room, or it is tried later.
      const bool no_room = errno != EAGAIN && errno != EINTR && errno != ECONNABORTED;
      accepts_ = !no_room || !connections_.empty();
      if (no_room && accepts_) end(connections_.front(), true);
      break;
    }
    if (connections_.size() >= kConnectionsMost) {
      end(connections_.front(), true);
      connections_.pop_front();
    }
    static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kKernelRoom, sizeof kKernelRoom));
    connections_.push_back({.socket = socket, .since = now});
    read_some(connections_.back());
  }
  connections_.remove_if([](const Connection& c) { return c.over; });
}

void HttpServer::close_slow(Instant now) {
  for (Connection& connection : connections_)
    if (!connection.over && now - connection.since > kPatience) end(connection, true);
}

void HttpServer::read_some(Connection& connection) {
  std::array<char, 4096> room;
  const ssize_t size = ::recv(connection.socket, room.data(), room.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) return end(connection, false);
  if (connection.request.take({room.data(), static_cast<std::size_t>(size)}) !=
      HttpRequest::State::incomplete)
    answer(connection);
}

void HttpServer::answer(Connection& connection) {
  const HttpRequest& request = connection.request;
  std::function<std::string()> page;
  bool found = false;
  {
    const std::lock_guard lock{mutex_};
    found = request.path() == path_;
    page = page_;
  }
  const bool only_head = request.method() == "HEAD";
  if (request.state() == HttpRequest::State::bad)
    connection.unsent = http_answer("400 Bad Request", "no HTTP request, or too long a one\n");
  else if (request.method() != "GET" && !only_head)
    connection.unsent = http_answer("405 Method Not Allowed", "only GET and HEAD are answered\n", only_head);
  else if (!page)
    connection.unsent = http_answer("503 Service Unavailable", "lagoond is starting\n", only_head);
  else if (!found)
    connection.unsent = http_answer("404 Not Found", "there is /metrics\n", only_head);
  else
    connection.unsent = http_answer("200 OK", page(), only_head);
  keep_bounds();
  if (!connection.over) write_some(connection);
}

void HttpServer::keep_bounds() {
  const auto unsent = [this] {
    return std::accumulate(connections_.begin(), connections_.end(), std::size_t{0},
                           [](std::size_t sum, const Connection& c) { return sum + c.unsent.size(); });
  };
  while (unsent() > kUnsentMost) {
    const auto oldest =
        std::ranges::find_if(connections_, [](const Connection& c) { return !c.unsent.empty(); });
    end(*oldest, true);
  }
}

void HttpServer::write_some(Connection& connection) {
  while (connection.sent < connection.unsent.size()) {
    const ssize_t size = ::send(connection.socket, connection.unsent.data() + connection.sent,
                                connection.unsent.size() - connection.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size < 0) return end(connection, true);
    connection.sent += static_cast<std::size_t>(size);
  }
  // (what it may still say is not read: a reset would take the answer with it)
  ::shutdown(connection.socket, SHUT_WR);
  end(connection, false);
}

void HttpServer::end(Connection& connection, bool early) {
  if (std::exchange(connection.over, true)) return;
  ::close(std::exchange(connection.socket, -1));
  connection.unsent = {};
  if (early) closed_early_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace lagoon::lagoond
