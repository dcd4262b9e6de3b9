// PortLock: one process at a time has an interface of the kernel, a tap, or a PCI device, whatever its file
// prefix: two on one would double every frame, fight over LACP, and undo each other's settings at their end.
//
// Interfaces and taps: an abstract Unix socket of a name made of the interface's index, or the tap's name.
// The kernel keeps one such name space for each network namespace, as it does for interfaces. PCI devices: a
// lock (flock) on the device's configuration space in sysfs, of which a machine has one, but for containers
// with a sysfs of their own. Both end with the process, however it ends, and leave no file behind.
//
// A secondary process of DPDK takes no locks: its primary has them.
//
// Thread: any. Blocking: some 0.3 s where another process has the lock, for that may be ending.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "dpdk/port/device.hpp"

namespace lagoon::dpdk {

class PortLock {
 public:
  // `user` is who wants it: "LAG 'lag0'". Errors: busy (and who has it), system.

  /// `said` is how the interface was called, which may be another of its names.
  [[nodiscard]] static Result<PortLock> of_interface(unsigned index, std::string_view said,
                                                     const std::string& user);
  /// There need not be one of that name yet.
  [[nodiscard]] static Result<PortLock> of_tap(const std::string& name, const std::string& user);
  /// "0000:3b:00.0". One that sysfs does not know is not locked.
  [[nodiscard]] static Result<PortLock> of_pci(const std::string& address, const std::string& user);

  PortLock(PortLock&& other) noexcept;
  PortLock& operator=(PortLock&&) = delete;
  ~PortLock();

 private:
  PortLock(int descriptor, std::string name, const std::string& user);
  [[nodiscard]] static Result<PortLock> of_socket(const std::string& name, std::string_view what,
                                                  std::string_view said, const std::string& user);

  int descriptor_ = -1;
  std::string name_;
};

/// A lock as one process hands it to the one that follows: who has the descriptor has the lock.
struct HeldLock {
  std::string name;
  int descriptor = -1;
};
/// All that this process holds. The descriptors stay where they are.
[[nodiscard]] std::vector<HeldLock> held_locks();
/// From now on a lock of such a name is taken from these, which are ours to close, and not from the system.
void inherit_locks(std::vector<HeldLock> locks);
/// The process that had them has stopped. From now on this one is named to whoever asks, and what it did not
/// take is let go.
void own_inherited_locks();

/// All that a device needs before it is probed: what its devargs name. Errors: those of PortLock.
[[nodiscard]] Result<std::vector<PortLock>> lock_device(const Device& device, const std::string& user);
/// All that an ethdev sits on that was probed by somebody else.
[[nodiscard]] Result<std::vector<PortLock>> lock_ethdev(EthdevId port, const std::string& user);

}  // namespace lagoon::dpdk
