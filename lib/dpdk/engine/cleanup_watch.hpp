// CleanupWatch: rte_eal_cleanup() and rte_exit() take away every device of a program, members of a LAG that
// still runs among them, and their memory. This hears of it before the first one goes.
//
// EAL tells nobody but drivers, and takes virtual devices away in the order in which they came. So here is a
// driver with one device, which is no port, and which comes before all others: whoever links this has it from
// the moment when it is loaded. Loaded after EAL has started, the device comes later than those that are
// there.
#pragma once

#include <functional>

namespace lagoon::dpdk {

/// Calls `work` once, in the thread that cleans EAL up, before virtual devices are taken away; not in a
/// secondary process. To be called once. Thread: any.
void before_cleanup(std::function<void()> work);

}  // namespace lagoon::dpdk
