// Which of root's powers (capabilities(7)) a process has now.
#pragma once

#include <linux/capability.h>
#include <sys/types.h>

#include <cstdint>

namespace lagoon::dpdk {

/// The effective ones, a bit for each; 0 where the process is gone or can't be seen. Thread: any but the
/// control lcore; it reads /proc.
[[nodiscard]] std::uint64_t effective_capabilities(pid_t process);

[[nodiscard]] constexpr bool has_capability(std::uint64_t set, unsigned capability) noexcept {
  return (set >> capability & 1) != 0;
}
/// It can open a kernel interface as a port: CAP_NET_ADMIN and CAP_NET_RAW.
[[nodiscard]] constexpr bool may_use_interfaces(std::uint64_t set) noexcept {
  return has_capability(set, CAP_NET_ADMIN) && has_capability(set, CAP_NET_RAW);
}

/// The calling thread has no CAP_NET_ADMIN as long as this lives: what a driver sets of an interface then, it
/// does not. Capabilities are each thread's own.
class WithoutNetAdmin {
 public:
  WithoutNetAdmin() noexcept;
  ~WithoutNetAdmin();
  WithoutNetAdmin(const WithoutNetAdmin&) = delete;
  WithoutNetAdmin& operator=(const WithoutNetAdmin&) = delete;

 private:
  bool taken_ = false;
};

}  // namespace lagoon::dpdk
