// Whether a thread that was seen lives, also one of another process.
//
// Thread: any.
#pragma once

#include <cstdint>

namespace lagoon::dpdk {

/// As the kernel numbers threads, in one pid namespace.
using KernelThread = std::int32_t;
inline constexpr KernelThread kNoThread = 0;
/// Of another pid namespace, where numbers mean others: nobody can say whether it lives.
inline constexpr KernelThread kForeignThread = -1;

/// The inode of this process's pid namespace; 0: the kernel does not say.
[[nodiscard]] std::uint64_t ask_pid_namespace() noexcept;
inline const std::uint64_t kPidNamespace = ask_pid_namespace();

[[nodiscard]] KernelThread ask_own_number() noexcept;
inline thread_local constinit KernelThread own_number = kNoThread;

/// This thread, for who lives in the pid namespace `home`. Asks the kernel the first time in each thread.
[[nodiscard]] inline KernelThread this_thread(std::uint64_t home) noexcept {
  if (own_number == kNoThread) [[unlikely]]
    own_number = ask_own_number();
  return kPidNamespace == home ? own_number : kForeignThread;
}

/// True: no such thread runs any more. Where another has got its number since, it is said to live. Asks the
/// kernel, which does not wait for anything.
[[nodiscard]] bool has_ended(KernelThread thread) noexcept;

}  // namespace lagoon::dpdk
