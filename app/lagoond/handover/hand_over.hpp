// HandOver: how a lagoond that carries lets another one take its place (docs/restart.md). It gives the other
// one what only one process can have, as descriptors: locks of ports, listening sockets, the pid file. Then
// it carries on until the other one's ports are open, stops, and ends as it is.
//
// A thread of its own listens. While another process prepares, no command is carried out.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "dpdk/engine/engine.hpp"
#include "lagoond/ending/ending.hpp"
#include "lagoond/handover/passage.hpp"
#include "lagoond/handover/take_over.hpp"
#include "lagoond/state/memory.hpp"

namespace lagoon::lagoond {

/// What another process takes by its name; the descriptor stays its owner's.
struct Handed {
  std::string name;
  int descriptor = -1;
};

class HandOver {
 public:
  /// All of them outlive it. `from`: the process that handed over to this one, whose socket it goes on with;
  /// nullptr: there was none. The thread inherits the caller's CPUs and blocked signals. Errors: those of
  /// console::ControlSocket::open().
  [[nodiscard]] static Result<std::unique_ptr<HandOver>> offer(dpdk::Engine& engine, Memory& memory,
                                                               Ending& ending, TakeOver* from,
                                                               std::vector<Handed> handed);
  /// Blocking: for an answer that is under way, some 5 s at the most.
  ~HandOver();
  HandOver(const HandOver&) = delete;
  HandOver& operator=(const HandOver&) = delete;

  /// Another process is ready, and the Engine was asked to hand over.
  [[nodiscard]] bool agreed() const noexcept { return agreed_.load(std::memory_order_acquire); }
  /// When the control loop and the workers have ended: the other one begins, and this process ends.
  [[noreturn]] void complete();

 private:
  HandOver(dpdk::Engine& engine, Memory& memory, Ending& ending, std::vector<Handed> handed,
           console::ControlSocket socket);
  void run();
  void answer(Passage passage);
  [[nodiscard]] std::string refusal(const Message& asked) const;
  [[nodiscard]] bool give_all(Passage& passage) const;

  dpdk::Engine& engine_;
  Memory& memory_;
  Ending& ending_;
  const std::vector<Handed> handed_;
  console::ControlSocket socket_;
  console::Descriptor wake_;
  std::optional<std::unique_lock<std::timed_mutex>> commands_{};  // the thread's
  std::optional<Passage> successor_{};                            // written before agreed_, as the next
  int successor_process_ = 0;
  std::atomic<bool> agreed_ = false;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
