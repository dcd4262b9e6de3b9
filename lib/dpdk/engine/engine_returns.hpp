// Returns: ports whose interface of the kernel is gone, and comes back: it was deleted and made again, moved
// to another namespace and back, or another one has its name now. Such a port is taken from the workers and
// closed, and opened anew when an interface of that name is there and up. A tap, which its driver makes, is
// made again at once.
//
// A member stays in its LAG meanwhile, with its port number, weight, pins, and what was counted; so does an
// access port. The originals (address, MTU, ..) are those of the new interface.
//
// Who notices is the CarrierWatch. All that takes time is done by a thread of our own, as a command is: under
// Parts::commands, and with tasks that the control lcore carries out. It sleeps while nothing is gone. What
// can't be opened is tried again after a pause that doubles, up to 10 s, and at once when the kernel tells
// that the interface has changed.
//
// Candidates that another automatic LAG takes than the one that has them open (dpdk/control/formation.hpp)
// are closed and opened anew by the same thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "control/views/health.hpp"
#include "dpdk/base/control_thread.hpp"
#include "dpdk/base/interface_waiter.hpp"
#include "dpdk/base/kernel_interface.hpp"
#include "dpdk/control/formation.hpp"
#include "dpdk/engine/engine_parts.hpp"

namespace lagoon::dpdk {

class Engine::Parts::Returns {
 public:
  explicit Returns(Parts& parts) : parts_{parts} {}
  ~Returns();
  Returns(const Returns&) = delete;
  Returns& operator=(const Returns&) = delete;

  /// Starts the thread, once there are LAGs. Errors: system.
  [[nodiscard]] Result<void> open();
  /// Blocking: until what is under way has ended.
  void end();
  /// Something may be gone. Never blocks. Thread: any.
  void wake() const noexcept { waiter_.wake(); }
  /// The control lcore's; it gives us ports to move.
  [[nodiscard]] Formation& formation() noexcept { return formation_; }
  /// What is to be said of access ports. Thread: any but the control lcore.
  void add_health(control::Health& health) const;

 private:
  struct Missing {
    std::optional<std::size_t> lag{};  // nothing: an access port
    std::size_t index = 0;             // MemberIndex, or position among the access ports
    std::string name{};
    std::string interface{};
    bool is_tap = false;
    bool leaves = false;  // the workers are giving its port up
    bool closed = false;
    Presence seen{};  // of the interface, last
    Instant next{};   // try
    Duration pause{};
    std::string obstacle{};
  };
  enum class Outcome : std::uint8_t {
    waits,  // to be tried again
    done,
  };

  /// A port on its way from LAG to LAG, which no LAG has any more.
  struct Transfer {
    Formation::Move move{};
    bool homeless = false;
  };

  void work();
  void move_candidates();
  [[nodiscard]] bool may_move(const Formation::Move& wanted) const;
  [[nodiscard]] bool still_homeless(Transfer& transfer) const;
  [[nodiscard]] Result<void> move(Transfer& transfer);
  [[nodiscard]] Result<void> add_candidate(std::size_t lag, const std::string& port);
  /// Gives how long nothing will be due.
  [[nodiscard]] Duration turn();
  void find_lost();
  [[nodiscard]] bool is_known(std::optional<std::size_t> lag, std::size_t index) const noexcept;
  /// Until the next try, which is put off for longer each time.
  static void put_off(Missing& missing);
  /// Whether its port is closed now.
  [[nodiscard]] bool close(Missing& missing);
  [[nodiscard]] bool close_member(Missing& missing);
  [[nodiscard]] bool close_access(Missing& missing);
  [[nodiscard]] bool give_up_access(std::size_t port, const GracePeriod& period, std::unique_ptr<Port>& gone);
  [[nodiscard]] bool is_due(Missing& missing, Instant now) const;
  [[nodiscard]] Outcome take_back(Missing& missing);
  [[nodiscard]] bool is_wanted(const Missing& missing);
  [[nodiscard]] Result<void> open_member(const Missing& missing);
  [[nodiscard]] Result<void> open_access(const Missing& missing);
  /// Says why it can't be taken back, if that is news.
  void refuse(Missing& missing, const std::string& obstacle);

  Parts& parts_;
  InterfaceWaiter waiter_;
  std::atomic<bool> ends_ = false;
  Formation formation_{[this] { wake(); }};
  std::vector<Transfer> transfers_{};  // that are to be tried again
  Instant next_transfer_{};
  Duration transfer_pause_{};
  // Under mutex_, as are access ports while they are taken away or put in place. Others than the thread read.
  mutable std::mutex mutex_;
  std::vector<Missing> missing_;
  std::optional<ControlThread> thread_{};
};

}  // namespace lagoon::dpdk
