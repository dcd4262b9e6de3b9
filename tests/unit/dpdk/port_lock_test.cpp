// Locks against another process: a PCI device of this machine, whichever, and a tap that need not be there.
#include "dpdk/port/port_lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "support/catch.hpp"

namespace port_lock_test {

using namespace lagoon;
using dpdk::PortLock;

namespace {

using Take = std::function<Result<PortLock>()>;

constexpr uid_t kNobody = 65534;

std::optional<std::string> some_pci_device() {
  std::error_code none;
  const std::filesystem::directory_iterator devices{"/sys/bus/pci/devices", none};
  if (none || devices == std::filesystem::directory_iterator{}) return std::nullopt;
  return devices->path().filename();
}

/// Another process, which has the lock until it is killed.
class Other {
 public:
  Other(const Take& take, std::optional<uid_t> user) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    process_ = fork();
    if (process_ == 0) {
      const bool changed = !user || setuid(*user) == 0;
      const auto lock = take();
      const char has = changed && lock ? 'y' : 'n';
      static_cast<void>(write(pipe[1], &has, 1));
      pause();
      _exit(0);
    }
    char has = 'n';
    CHECK(read(pipe[0], &has, 1) == 1);
    close(pipe[0]);
    close(pipe[1]);
    CHECK(has == 'y');
  }
  ~Other() { kill(); }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;
  void kill() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
    process_ = 0;
  }
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  pid_t process_ = 0;
};

void check_lock(const Take& take, const std::string& what) {
  {
    Other other{take, std::nullopt};
    const auto refused = take();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::busy);
    CHECK(refused.error().detail.find(what + " is in use by ") == 0);
    CHECK(refused.error().detail.find(", process " + std::to_string(other.process()) + ";") !=
          std::string::npos);
    other.kill();
    CHECK(take());
  }
  // (who may not use it keeps nobody off it)
  if (geteuid() == 0) {
    const Other stranger{take, kNobody};
    CHECK(take());
  }
  const auto mine = take();
  REQUIRE(mine);
  const auto again = take();
  REQUIRE_FALSE(again);
  CHECK(again.error().detail == what + " is used already by LAG 'l'; expected another");
}

}  // namespace

TEST_CASE("A tap's lock is one process's, until that is killed", "[dpdk][lock]") {
  const std::string name = "lock" + std::to_string(getpid());
  check_lock([&] { return PortLock::of_tap(name, "LAG 'l'"); }, "interface '" + name + "'");
}

TEST_CASE("A PCI device's lock is one process's, until that is killed", "[dpdk][lock]") {
  const auto address = some_pci_device();
  if (!address) {
    WARN("no PCI device here");
    return;
  }
  check_lock([&] { return PortLock::of_pci(*address, "LAG 'l'"); }, "device '" + *address + "'");
}

TEST_CASE("A PCI device that sysfs does not know is not locked", "[dpdk][lock]") {
  CHECK(PortLock::of_pci("ffff:ff:1f.7", "LAG 'l'"));
  CHECK(PortLock::of_pci("ffff:ff:1f.7", "LAG 'm'"));
}

}  // namespace port_lock_test
