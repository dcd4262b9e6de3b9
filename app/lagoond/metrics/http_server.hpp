// HttpServer: answers GET over HTTP in one thread that never waits for a client: whoever is slow to ask or to
// read keeps nobody else, and makes room for the next one when there are many. Each connection has one
// answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "base/time.hpp"
#include "config/model.hpp"
#include "lagoond/metrics/http_request.hpp"

namespace lagoon::lagoond {

class HttpServer {
 public:
  static constexpr std::size_t kConnectionsMost = 64;
  static constexpr std::size_t kUnsentMost = 8UL * 1024 * 1024;  // octets that readers have not taken
  static constexpr Duration kPatience = 10s;                     // with one connection

  /// Listens, and answers that there is nothing yet. The thread inherits the caller's CPUs and blocked
  /// signals. Errors: system (the address is taken, or not of this machine).
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(const config::ListenAddress& address);
  /// The same on a socket that listens already, which it owns from then on.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> serve_on(int listener);
  /// Blocking: for an answer that is being made.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// From now on GET of `path` gives what `page` does, which is called in the server's thread. Thread: any.
  void serve(std::string path, std::function<std::string()> page);
  [[nodiscard]] int listener() const noexcept { return listener_; }
  /// Connections that were closed for being slow, or for others. Thread: any.
  [[nodiscard]] std::uint64_t closed_early() const noexcept {
    return closed_early_.load(std::memory_order_relaxed);
  }

 private:
  struct Connection {
    int socket = -1;
    Instant since{};
    HttpRequest request{};
    std::string unsent{};
    std::size_t sent = 0;
    bool over = false;
  };
  HttpServer(int listener, int wake);
  void run();
  [[nodiscard]] Instant wait();
  void accept_all(Instant now);
  void close_slow(Instant now);
  void read_some(Connection& connection);
  void answer(Connection& connection);
  void write_some(Connection& connection);
  void keep_bounds();
  void end(Connection& connection, bool early);

  int listener_;
  int wake_;
  std::list<Connection> connections_;  // the oldest first
  bool accepts_ = true;                // false: accept() found no descriptor, and is tried at the next tick
  std::mutex mutex_;
  std::string path_;
  std::function<std::string()> page_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> closed_early_ = 0;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
