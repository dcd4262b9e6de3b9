#include "dpdk/engine/cleanup_watch.hpp"

// (before DPDK's, or its headers declare parts of the standard library as C)
#include <array>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <utility>

#include <bus_vdev_driver.h>
#include <dev_driver.h>
#include <rte_bus_vdev.h>
#include <rte_eal.h>

namespace lagoon::dpdk {

namespace {

struct Watch {
  std::mutex mutex;
  std::function<void()> work;
  std::array<char, 40> name{};
  rte_vdev_driver driver{};
};

// (made when this is loaded, and needed until the process ends)
Watch& watch() {
  static auto* const made = new Watch;
  return *made;
}

int probe(rte_vdev_device* device) {
  // Secondary processes are told of devices that have a name, and may not have the driver.
  device->device.name = "";
  return 0;
}

int remove(rte_vdev_device*) {
  std::function<void()> work;
  {
    const std::lock_guard lock{watch().mutex};
    work.swap(watch().work);
  }
  if (work && rte_eal_process_type() == RTE_PROC_PRIMARY) work();
  return 0;
}

// EAL looks for devices, and has none yet.
void on_scan(void*) {
  rte_vdev_init(watch().name.data(), "");
}

[[gnu::constructor]] void register_driver() {
  Watch& here = watch();
  // A program may have this twice, in the driver and in the library: each copy has a name of its own.
  std::snprintf(here.name.data(), here.name.size(), "lagoon_end_%p", static_cast<void*>(&here));
  here.driver.driver.name = here.name.data();
  here.driver.probe = probe;
  here.driver.remove = remove;
  rte_vdev_register(&here.driver);
  rte_vdev_add_custom_scan(on_scan, nullptr);
}

}  // namespace

void before_cleanup(std::function<void()> work) {
  const std::lock_guard lock{watch().mutex};
  watch().work = std::move(work);
}

}  // namespace lagoon::dpdk
