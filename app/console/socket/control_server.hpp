// ControlServer: answers on a ControlSocket, each connection in a thread of its own, so that no client waits
// for another: neither for one that is slow to read, nor for a command that takes its time. Never the control
// lcore.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <thread>

#include "console/running.hpp"
#include "console/socket/control_socket.hpp"

namespace lagoon::console {

inline constexpr std::size_t kConnectionsMax = 16;

class ControlServer {
 public:
  /// `at_start` is called in the server's thread first; threads of connections are its children.
  ControlServer(ControlSocket socket, Running& running, std::function<void()> at_start);
  /// Ends all connections. Blocking: for commands that are under way.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  struct Connection {
    Descriptor socket;
    std::atomic<bool> over = false;
    std::thread thread{};
    explicit Connection(Descriptor s) : socket{std::move(s)} {}
  };
  void accept_all();
  void take_in(Descriptor socket);
  void serve(Connection& connection);
  void forget_those_that_ended();

  ControlSocket socket_;
  Running& running_;
  std::list<Connection> connections_;  // of the server's thread
  Descriptor stop_;                    // an eventfd
  std::thread thread_;
};

}  // namespace lagoon::console
