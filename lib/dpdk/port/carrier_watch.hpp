// CarrierWatch: the carrier of kernel interfaces, for ports whose driver says "up" always. rtnetlink tells of
// changes as they come; asking (ETHTOOL_GLINK) is for the start and for the safety poll, since the kernel may
// hold back messages of interfaces that it does not find urgent for up to a second.
//
// Thread: the control lcore. Network namespace: that of the thread that called open().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/units.hpp"

namespace lagoon::dpdk {

class CarrierWatch {
 public:
  CarrierWatch() = default;
  ~CarrierWatch();
  CarrierWatch(const CarrierWatch&) = delete;
  CarrierWatch& operator=(const CarrierWatch&) = delete;

  [[nodiscard]] Result<void> open();
  /// Gives a number by which to ask.
  std::size_t add(std::string interface);
  /// The number may be given to another interface.
  void remove(std::size_t number) noexcept;
  /// Reads the messages that have come; never blocks. True when a carrier changed.
  bool poll();
  /// Asks the kernel about one interface, now. True when its carrier changed.
  bool refresh(std::size_t number);
  [[nodiscard]] bool carrier(std::size_t number) const noexcept { return interfaces_[number].carrier; }
  /// What the interface's driver says of its speed; nothing where it says nothing.
  [[nodiscard]] std::optional<BitsPerSecond> speed(std::size_t number) const;
  /// Readable when poll() has something to do; for sleeping on. -1 before open().
  [[nodiscard]] int descriptor() const noexcept { return netlink_; }

 private:
  struct Interface {
    std::string name;  // empty: the number is free
    bool carrier = false;
  };
  bool take_message(const void* message, std::size_t size);

  int netlink_ = -1;
  int control_ = -1;  // any socket: ioctl needs one
  std::vector<Interface> interfaces_;
};

}  // namespace lagoon::dpdk
