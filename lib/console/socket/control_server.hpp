// ControlServer: answers on a ControlSocket, each connection in a thread of its own, so that no client waits
// for another: neither for one that is slow to read, nor for a command that takes its time. Never the control
// lcore. Where there are kConnectionsMax, the one that has been idle longest makes room for the next; only
// one whose command is under way does not.
#pragma once

#include <atomic>
#include <cstdint>
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
  enum class Stage : std::uint8_t {
    idle,     // nothing was asked, or the answer is not taken
    busy,     // a command is under way
    evicted,  // it has made room
  };
  struct Connection {
    Descriptor socket;
    std::atomic<bool> over = false;
    std::atomic<Stage> stage = Stage::idle;
    std::atomic<std::uint64_t> active_at = 0;  // the server's turn: the lower, the longer idle
    std::thread thread{};
    explicit Connection(Descriptor s) : socket{std::move(s)} {}
  };
  void accept_all();
  void take_in(Descriptor socket);
  void serve(Connection& connection);
  void forget_those_that_ended();
  [[nodiscard]] bool make_room();

  ControlSocket socket_;
  Running& running_;
  std::list<Connection> connections_;  // of the server's thread
  std::atomic<std::uint64_t> turn_ = 0;
  Descriptor stop_;  // an eventfd
  std::thread thread_;
};

}  // namespace lagoon::console
