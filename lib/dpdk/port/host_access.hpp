// HostAccess: the kernel's interface behind a LAG (a tap as its access port). Its carrier follows the LAG, so
// that the kernel's routing and daemons see what an interface of a bonding driver would tell them; and its
// IP addresses, also those of VLAN interfaces on it, are known, so that they can be announced.
//
// What waits for the kernel is a task, which the control lcore has done by another thread
// (dpdk/base/errand.hpp):
//
//   next() gives a task --> carry_out(task), in any thread --> take() makes known what it read
//
// Thread: the control lcore, but for carry_out(). Network namespace: that of the thread that called open().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ip_address.hpp"

struct nlmsghdr;

namespace lagoon::dpdk {

class HostAccess {
 public:
  HostAccess(std::string interface, unsigned index) : interface_{std::move(interface)}, index_{index} {}
  ~HostAccess();
  HostAccess(const HostAccess&) = delete;
  HostAccess& operator=(const HostAccess&) = delete;

  struct Task {
    bool carrier = false;  // that the interface is to have
    bool read = false;     // the addresses anew
  };

  [[nodiscard]] Result<void> open();
  /// Reads the messages that have come; never blocks.
  void poll();
  /// What is to be done so that the carrier is `up`, and the addresses are known; nothing: it is so. To be
  /// called when no task is under way.
  [[nodiscard]] std::optional<Task> next(bool up);
  /// Blocking. Thread: any, one at a time.
  void carry_out(const Task& task);
  /// After a task. True when the addresses changed.
  [[nodiscard]] bool take();
  [[nodiscard]] std::span<const HostAddress> addresses() const noexcept { return known_.addresses; }
  [[nodiscard]] const std::string& interface() const noexcept { return interface_; }
  /// Readable when poll() has something to do.
  [[nodiscard]] int descriptor() const noexcept { return watch_; }

 private:
  struct Place {
    unsigned index = 0;                   // the kernel's, of an interface
    std::optional<std::uint16_t> vlan{};  // that it stands for
  };
  struct Found {
    std::vector<Place> places{};
    std::vector<HostAddress> addresses{};
  };
  [[nodiscard]] bool concerns_us(const nlmsghdr* message) const;
  // Of carry_out().
  template <typename Take>
  bool dump(std::uint16_t type, Take take);
  void take_link(const nlmsghdr* message);
  void take_address(const nlmsghdr* message);
  void read_all();
  void set_carrier(bool up);

  std::string interface_;
  unsigned index_;
  int watch_ = -1;                 // what changes
  int ask_ = -1;                   // requests and their answers
  std::optional<bool> carrier_{};  // of the last task
  bool stale_ = true;              // what is known is to be read anew
  Found known_;
  // Of carry_out().
  std::optional<bool> carrier_set_{};
  Found found_;
};

}  // namespace lagoon::dpdk
