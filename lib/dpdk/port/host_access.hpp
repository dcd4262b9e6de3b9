// HostAccess: the kernel's interface behind a LAG (a tap as its access port). Its carrier follows the LAG, so
// that the kernel's routing and daemons see what an interface of a bonding driver would tell them; and its
// IP addresses, also those of VLAN interfaces on it, are known, so that they can be announced.
//
// Thread: the control lcore. Network namespace: that of the thread that called open().
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

  /// Reads the addresses for the first time.
  [[nodiscard]] Result<void> open();
  /// Reads the messages that have come; never blocks. True when the addresses changed.
  [[nodiscard]] bool poll();
  [[nodiscard]] std::span<const HostAddress> addresses() const noexcept { return addresses_; }
  /// Asks the kernel when it is another than last time.
  void set_carrier(bool up);
  [[nodiscard]] const std::string& interface() const noexcept { return interface_; }
  /// Readable when poll() has something to do.
  [[nodiscard]] int descriptor() const noexcept { return watch_; }

 private:
  struct Place {
    unsigned index = 0;                   // the kernel's, of an interface
    std::optional<std::uint16_t> vlan{};  // that it stands for
  };
  template <typename Take>
  bool dump(std::uint16_t type, Take take);
  [[nodiscard]] bool concerns_us(const nlmsghdr* message) const;
  void take_link(const nlmsghdr* message);
  void take_address(const nlmsghdr* message);
  void read_all();

  std::string interface_;
  unsigned index_;
  int watch_ = -1;  // what changes
  int ask_ = -1;    // requests and their answers
  std::optional<bool> carrier_{};
  std::vector<Place> places_;
  std::vector<HostAddress> addresses_;
};

}  // namespace lagoon::dpdk
