#include "dpdk/control/removal_watch.hpp"

#include <rte_dev.h>
#include <rte_ethdev.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace lagoon::dpdk {

namespace {

void on_device_event(const char* device, rte_dev_event_type event, void* self) {
  if (event == RTE_DEV_EVENT_REMOVE) static_cast<RemovalWatch*>(self)->tell(device);
}

int on_port_event(std::uint16_t port, rte_eth_event_type, void* self, void*) {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(port, &info) == 0 && info.device != nullptr)
    static_cast<RemovalWatch*>(self)->tell(rte_dev_name(info.device));
  return 0;
}

}  // namespace

RemovalWatch::RemovalWatch(std::function<void(const std::string& device)> on_removal)
    : on_removal_{std::move(on_removal)}, thread_{[this] { work(); }} {
  rte_dev_event_callback_register(nullptr, on_device_event, this);
  rte_eth_dev_callback_register(RTE_ETH_ALL, RTE_ETH_EVENT_INTR_RMV, on_port_event, this);
}

RemovalWatch::~RemovalWatch() {
  // (-EAGAIN: it is being called)
  while (rte_dev_event_callback_unregister(nullptr, on_device_event, this) == -EAGAIN)
    std::this_thread::yield();
  while (rte_eth_dev_callback_unregister(RTE_ETH_ALL, RTE_ETH_EVENT_INTR_RMV, on_port_event, this) == -EAGAIN)
    std::this_thread::yield();
  {
    const std::lock_guard lock{mutex_};
    ends_ = true;
  }
  told_.notify_one();
  thread_.join();
}

void RemovalWatch::tell(const char* device) {
  const std::lock_guard lock{mutex_};
  if (std::find(devices_.begin(), devices_.end(), device) != devices_.end()) return;
  devices_.emplace_back(device);
  told_.notify_one();
}

void RemovalWatch::work() {
  std::unique_lock lock{mutex_};
  while (true) {
    told_.wait(lock, [&] { return ends_ || !devices_.empty(); });
    if (ends_) return;
    const std::string device = std::move(devices_.front());
    devices_.pop_front();
    lock.unlock();
    on_removal_(device);
    lock.lock();
  }
}

}  // namespace lagoon::dpdk
