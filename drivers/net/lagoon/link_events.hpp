// LinkEvents: tells when a driver tells of a member's link (RTE_ETH_EVENT_INTR_LSC).
//
// Thread: the callback comes in the driver's or DPDK's interrupt thread; listen() and ignore(): one at a
// time.
#pragma once

#include <rte_ethdev.h>
#include <rte_pause.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <utility>

namespace lagoon::pmd {

class LinkEvents {
 public:
  explicit LinkEvents(std::function<void()> tell) : tell_{std::move(tell)} {}
  LinkEvents(const LinkEvents&) = delete;
  LinkEvents& operator=(const LinkEvents&) = delete;

  /// Callbacks of a port come in the order in which they were asked for: who is to be told first asks first.
  void listen(std::uint16_t port) {
    rte_eth_dev_callback_register(port, RTE_ETH_EVENT_INTR_LSC, on_event, this);
  }
  /// Blocking: while the callback runs. So not from within it.
  void ignore(std::uint16_t port) {
    while (rte_eth_dev_callback_unregister(port, RTE_ETH_EVENT_INTR_LSC, on_event, this) == -EAGAIN)
      rte_pause();
  }

 private:
  static int on_event(std::uint16_t, rte_eth_event_type, void* self, void*) {
    static_cast<LinkEvents*>(self)->tell_();
    return 0;
  }

  std::function<void()> tell_;
};

}  // namespace lagoon::pmd
