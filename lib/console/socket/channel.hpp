// Channel: where the lines of a console go: to the interpreter in this process, or to a lagoond, or a
// program, over its socket.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "console/interpreter.hpp"
#include "console/outcome.hpp"
#include "console/socket/control_socket.hpp"

namespace lagoon::console {

class Channel {
 public:
  virtual ~Channel() = default;
  [[nodiscard]] virtual Result<Outcome> run(std::string_view line) = 0;
  [[nodiscard]] virtual std::vector<Completion> complete(std::string_view line) = 0;
  /// Nothing will ever be answered again.
  [[nodiscard]] virtual bool is_lost() const noexcept { return false; }
};

class LocalChannel final : public Channel {
 public:
  explicit LocalChannel(Running& running) : interpreter_{running} {}
  [[nodiscard]] Result<Outcome> run(std::string_view line) override { return interpreter_.run(line); }
  [[nodiscard]] std::vector<Completion> complete(std::string_view line) override {
    return interpreter_.complete(line);
  }

 private:
  Interpreter interpreter_;
};

class SocketChannel final : public Channel {
 public:
  explicit SocketChannel(Descriptor socket) : socket_{std::move(socket)} {}
  [[nodiscard]] Result<Outcome> run(std::string_view line) override;
  [[nodiscard]] std::vector<Completion> complete(std::string_view line) override;
  [[nodiscard]] bool is_lost() const noexcept override { return lost_; }

 private:
  [[nodiscard]] std::optional<std::string> ask(const std::string& request);

  Descriptor socket_;
  std::uint64_t asked_ = 0;
  bool lost_ = false;
};

}  // namespace lagoon::console
