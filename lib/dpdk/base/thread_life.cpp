#include "dpdk/base/thread_life.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>

namespace lagoon::dpdk {

namespace {

// "12 (a name) Z ..": it has ended, and nobody has asked how.
[[nodiscard]] bool is_zombie(KernelThread thread) noexcept {
  std::array<char, 32> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", thread);
  const int file = open(path.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  std::array<char, 128> text{};
  const ssize_t size = read(file, text.data(), text.size());
  close(file);
  const std::string_view words{text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  const std::size_t at = words.rfind(") ");
  return at != std::string_view::npos && at + 2 < words.size() &&
         (words[at + 2] == 'Z' || words[at + 2] == 'X');
}

}  // namespace

std::uint64_t ask_pid_namespace() noexcept {
  struct stat found{};
  return stat("/proc/self/ns/pid", &found) == 0 ? found.st_ino : 0;
}

KernelThread ask_own_number() noexcept {
  return gettid();
}

bool has_ended(KernelThread thread) noexcept {
  if (thread <= 0 || kPidNamespace == 0) return false;
  return (kill(thread, 0) != 0 && errno == ESRCH) || is_zombie(thread);
}

}  // namespace lagoon::dpdk
