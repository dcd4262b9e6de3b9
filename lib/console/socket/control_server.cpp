#include "console/socket/control_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <system_error>
#include <utility>
#include <vector>

#include "console/socket/protocol.hpp"

namespace lagoon::console {

ControlServer::ControlServer(ControlSocket socket, Running& running, std::function<void()> at_start)
    : socket_{std::move(socket)},
      running_{running},
      stop_{eventfd(0, EFD_CLOEXEC)},
      thread_{[this, at_start = std::move(at_start)] {
        at_start();
        accept_all();
      }} {}

ControlServer::~ControlServer() {
  constexpr std::uint64_t kOne = 1;
  static_cast<void>(write(stop_.number(), &kOne, sizeof(kOne)));
  thread_.join();
  for (Connection& connection : connections_) {
    shutdown(connection.socket.number(), SHUT_RDWR);
    connection.thread.join();
  }
}

void ControlServer::accept_all() {
  for (;;) {
    std::array<pollfd, 2> waiting{{{.fd = socket_.number(), .events = POLLIN, .revents = 0},
                                   {.fd = stop_.number(), .events = POLLIN, .revents = 0}}};
    if (poll(waiting.data(), waiting.size(), -1) < 0) continue;
    if (waiting[1].revents != 0) return;
    Descriptor socket{accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC)};
    forget_those_that_ended();
    if (socket.is_open())
      take_in(std::move(socket));
    else  // no descriptors are left: the one that waits goes on waiting, and this is no reason to spin
      static_cast<void>(poll(&waiting[1], 1, 100));
  }
}

void ControlServer::take_in(Descriptor socket) {
  prepare(socket);
  const auto peer = peer_of(socket);
  if (!peer || !may_use(*peer, geteuid())) {
    const Error error{Errc::permission, "this process obeys its own user and root only"};
    static_cast<void>(send_message(socket, refusal(error)));
    return;
  }
  if (connections_.size() >= kConnectionsMax && !make_room()) {
    const Error error{Errc::busy, "there are " + std::to_string(kConnectionsMax) +
                                      " connections already, each with a command that is under way"};
    static_cast<void>(send_message(socket, refusal(error)));
    return;
  }
  Connection& connection = connections_.emplace_back(std::move(socket));
  connection.active_at.store(++turn_, std::memory_order_relaxed);
  try {
    connection.thread = std::thread{[this, &connection] { serve(connection); }};
  } catch (const std::system_error& no_thread) {
    const Error error{Errc::no_resources,
                      std::string{"no thread for another connection: "} + no_thread.what()};
    static_cast<void>(send_message(connection.socket, refusal(error)));
    connections_.pop_back();
  }
}

// The one that has asked nothing, or has not taken its answer, for longest.
bool ControlServer::make_room() {
  std::vector<Connection*> idle;
  for (Connection& connection : connections_)
    if (connection.stage.load(std::memory_order_relaxed) == Stage::idle) idle.push_back(&connection);
  std::ranges::sort(idle, {},
                    [](const Connection* c) { return c->active_at.load(std::memory_order_relaxed); });
  for (Connection* const connection : idle) {
    Stage stage = Stage::idle;
    // (it may have asked something by now)
    if (!connection->stage.compare_exchange_strong(stage, Stage::evicted, std::memory_order_acq_rel))
      continue;
    const std::string words = refusal({Errc::busy, "this connection was idle, and made room for another"});
    static_cast<void>(
        send(connection->socket.number(), words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    shutdown(connection->socket.number(), SHUT_RDWR);
    connection->thread.join();
    connections_.remove_if([connection](const Connection& c) { return &c == connection; });
    return true;
  }
  return false;
}

void ControlServer::serve(Connection& connection) {
  Protocol protocol{running_};
  while (const auto request = receive_message(connection.socket, kRequestMax)) {
    connection.active_at.store(++turn_, std::memory_order_relaxed);
    Stage stage = Stage::idle;
    if (!connection.stage.compare_exchange_strong(stage, Stage::busy, std::memory_order_acq_rel)) break;
    std::string reply;
    try {
      reply = protocol.answer(*request);
    } catch (const std::exception&) {  // (no memory: the process may be somebody else's program)
      break;
    }
    // (from here on it depends on the reader)
    connection.stage.store(Stage::idle, std::memory_order_release);
    if (!send_message(connection.socket, reply)) break;
  }
  shutdown(connection.socket.number(), SHUT_RDWR);
  // (pairs with the load in forget_those_that_ended)
  connection.over.store(true, std::memory_order_release);
}

void ControlServer::forget_those_that_ended() {
  connections_.remove_if([](Connection& connection) {
    if (!connection.over.load(std::memory_order_acquire)) return false;
    connection.thread.join();
    return true;
  });
}

}  // namespace lagoon::console
