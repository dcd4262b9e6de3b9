// CarrierWatch: carrier and speed of kernel interfaces, for ports whose driver says "up" always. rtnetlink
// tells of changes as they come; asking (ETHTOOL_GLINK) is for the start and for the safety poll, since the
// kernel may hold back messages of interfaces that it does not find urgent for up to a second. Asking takes
// the kernel's rtnl lock, which others may hold for seconds. So a thread of the watch's own reads the
// messages and asks, and the control lcore reads its answers, which stand in atomics.
//
// A port sits on an interface by its index, and an operator means it by its name. When the two part (it was
// deleted, moved to another namespace, renamed, or another one has its name) the interface is lost, for good:
// a port on it hears nothing any more, or hears what nobody meant.
//
// Thread: the control lcore, but for work() and what it calls. Network namespace: that of the thread that
// called open().
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "dpdk/base/control_thread.hpp"

struct nlmsghdr;

namespace lagoon::dpdk {

class CarrierWatch {
 public:
  struct Answer {
    bool carrier = false;
    std::optional<BitsPerSecond> speed{};  // nothing: its driver says none
  };

  /// What became of an interface that is lost.
  enum class Loss : std::uint8_t { none, deleted, renamed, replaced };

  CarrierWatch() = default;
  /// Blocking: until the kernel has answered what is being asked.
  ~CarrierWatch();
  CarrierWatch(const CarrierWatch&) = delete;
  CarrierWatch& operator=(const CarrierWatch&) = delete;

  /// Starts the thread. Errors: system.
  [[nodiscard]] Result<void> open();
  /// Gives a number by which to ask; nothing while all numbers are in use. `index`: that it had when the port
  /// was made; 0: not known, and then it is never lost.
  [[nodiscard]] std::optional<std::size_t> add(const std::string& interface, unsigned index);
  /// The number may be given to another interface later.
  void remove(std::size_t number) noexcept;
  /// Between two polls of the interface; zero: only when rtnetlink tells something.
  void poll_every(std::size_t number, Duration interval) noexcept;
  /// True once after answers changed.
  [[nodiscard]] bool take_news() noexcept;
  /// The latest; nothing: the kernel has not answered yet.
  [[nodiscard]] std::optional<Answer> answer(std::size_t number) const noexcept;
  [[nodiscard]] Loss loss(std::size_t number) const noexcept {
    return interfaces_[number].loss.load(std::memory_order_relaxed);
  }
  /// Counts interfaces that were lost.
  [[nodiscard]] std::uint64_t losses() const noexcept { return losses_.load(std::memory_order_acquire); }
  /// Readable when take_news() has something; for sleeping on. -1 before open().
  [[nodiscard]] int descriptor() const noexcept { return told_; }

 private:
  static constexpr std::size_t kMost = 128;     // (four times as many as DPDK has ports)
  static constexpr std::size_t kNameRoom = 16;  // IFNAMSIZ
  enum class Use : std::uint8_t {
    none,
    taken,
    left,  // until the thread has seen it
  };
  struct Interface {
    std::atomic<Use> use = Use::none;
    std::array<char, kNameRoom> name{};  // written while nobody uses it
    unsigned index = 0;                  // the same
    std::atomic<Loss> loss = Loss::none;
    std::atomic<Duration> interval = Duration::zero();
    std::atomic<std::uint64_t> answer = 0;  // packed; zero: none yet
    Instant asked{};                        // the thread's
  };

  void work();
  /// Asks about what is due. Gives how long nothing will be.
  [[nodiscard]] Duration ask_all(bool everything);
  void ask(Interface& interface);
  void put(Interface& interface, std::uint64_t answer) noexcept;
  void lose(Interface& interface, Loss why) noexcept;
  /// True when messages were lost.
  [[nodiscard]] bool read_messages();
  void take_message(const nlmsghdr* message);

  int netlink_ = -1;
  int control_ = -1;  // any socket: ioctl needs one
  int told_ = -1;     // eventfd: to the control lcore
  int wake_ = -1;     // eventfd: to the thread
  std::array<Interface, kMost> interfaces_{};
  std::atomic<std::uint64_t> changes_ = 0;
  std::atomic<std::uint64_t> losses_ = 0;
  std::uint64_t seen_ = 0;
  std::atomic<bool> ends_ = false;
  std::optional<ControlThread> thread_{};
};

}  // namespace lagoon::dpdk
