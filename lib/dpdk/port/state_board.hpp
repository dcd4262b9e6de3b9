// StateBoard: what is to be remembered of a process, for the one that comes after it. Ports and LAGs put it
// there, and a thread beside the control lcore writes it down. It also has what the process before left.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "control/status/saved_lag.hpp"
#include "state/state.hpp"

namespace lagoon::dpdk {

/// Tells configurations apart: of their text (config::to_yaml()).
[[nodiscard]] std::uint64_t digest_of(std::string_view configuration) noexcept;

class StateBoard {
 public:
  /// `before`: what another process left, as far as it is to be believed.
  explicit StateBoard(state::State before);
  ~StateBoard();
  StateBoard(const StateBoard&) = delete;
  StateBoard& operator=(const StateBoard&) = delete;

  [[nodiscard]] Result<void> open();
  /// Writes what the board has, before anything is changed. To be set before ports are opened.
  void use_writer(std::function<void()> write) { write_ = std::move(write); }
  /// What the process before left in the end, which has handed over to this one: before there are LAGs.
  void goes_on_from(state::State before);

  // Interfaces of the kernel. Thread: any but the control lcore.

  struct Noted {
    state::Interface original{};
    std::shared_ptr<void> lease{};  // its end puts the interface back, and forgets it
  };
  /// How the interface was before it was changed for a port's sake: as the process before has noted, or as it
  /// is now. It is written down when the call returns. Nothing: there is no such interface.
  [[nodiscard]] std::optional<Noted> note(const std::string& interface);
  /// Puts back what the process before has changed, and this one has not noted. Gives their names.
  std::vector<std::string> put_back_rest();

  // LAGs.

  /// Thread: any.
  void set_configuration(std::uint64_t digest) noexcept {
    configuration_.store(digest, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t configuration() const noexcept {
    return configuration_.load(std::memory_order_relaxed);
  }
  /// What is known of the LAG from before; nothing: it starts afresh.
  [[nodiscard]] const control::SavedLag* lag_before(std::string_view name) const noexcept;
  /// Why a port over this interface can't go on from before: a static text; empty: it can.
  [[nodiscard]] std::string_view obstacle(const std::string& interface) const;
  /// Takes what LAGs know now in place of what was offered before. Thread: the control lcore; does not wait.
  void offer(std::unique_ptr<const std::vector<control::SavedLag>> lags);

  // The writer. Thread: any but the control lcore, one at a time.

  /// An eventfd, readable when something has come since it was read last.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// All there is, but for the boot and the process.
  [[nodiscard]] state::State take();

 private:
  void wake() const noexcept;
  void give_back(const std::string& interface);
  void erase(const std::string& interface);

  state::State before_;
  std::function<void()> write_{};
  std::atomic<std::uint64_t> configuration_ = 0;
  std::atomic<const std::vector<control::SavedLag>*> offered_ = nullptr;
  std::mutex mutex_;
  // Under mutex_. Until they are noted or put back, those that the process before has left are among them.
  std::vector<state::Interface> interfaces_;
  std::vector<std::string> noted_;
  std::vector<control::SavedLag> lags_;  // as offered last, and before that as they were left
  bool any_offered_ = false;
  std::vector<state::Carrier> carriers_;  // as read last: what changed since then lets nobody go on
  Instant carriers_read_{};
  int descriptor_ = -1;
};

}  // namespace lagoon::dpdk
