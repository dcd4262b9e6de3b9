// Memory: what lagoond knows from the process before it, and a thread that writes down what the next one
// needs. Nobody waits for it but who is about to change an interface of the kernel.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "config/model.hpp"
#include "dpdk/port/state_board.hpp"
#include "lagoond/state/state_file.hpp"

namespace lagoon::lagoond {

class Memory {
 public:
  /// Reads what is there of `file`, says what is not to be believed of it and why, and begins to write. The
  /// thread inherits the caller's CPUs and blocked signals. `giver`: a process that hands over to this one,
  /// and writes until take_over(); 0: none does. Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<Memory>> begin(StateFile file, const config::Config& config,
                                                             pid_t giver = 0);
  /// The giver has stopped: the board has what it wrote last, and from here on this process writes.
  void take_over(const config::Config& config);
  /// Writes no more. The file stays.
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  [[nodiscard]] dpdk::StateBoard& board() noexcept { return *board_; }
  [[nodiscard]] const std::string& path() const noexcept { return file_.path(); }
  /// Writes what there is now, and no more after it: the process ends, and another one follows. False: it
  /// could not.
  [[nodiscard]] bool write_last();
  /// All was put back, and the Partners know that we leave: there is nothing to remember.
  void forget();

 private:
  Memory(StateFile file, std::unique_ptr<dpdk::StateBoard> board, pid_t giver);
  void run();
  bool write();

  StateFile file_;
  std::unique_ptr<dpdk::StateBoard> board_;
  std::mutex writing_;
  std::string complaint_{};  // that was made last; under writing_, as the next
  bool done_ = false;
  pid_t giver_ = 0;  // as long as it writes
  std::atomic<bool> stop_ = false;
  int wake_ = -1;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
