#include "dpdk/port/port_lock.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "base/time.hpp"
#include "config/values/device_name.hpp"
#include "dpdk/base/capabilities.hpp"
#include "dpdk/base/log.hpp"

namespace lagoon::dpdk {

namespace {

// A process that was killed has its sockets a little longer; where it can be seen to die, it is waited for
// longer.
constexpr int kTries = 7;
constexpr int kTriesOfDying = 60;
constexpr Duration kBetweenTries = 50ms;
constexpr const char* kPciDevices = "/sys/bus/pci/devices/";

struct Holding {
  std::string user;
  int descriptor = -1;
};

// Who in this process has which lock.
struct Holders {
  std::mutex mutex;
  std::map<std::string, Holding, std::less<>> users;
  std::map<std::string, int, std::less<>> inherited;  // of the process that this one follows
  [[nodiscard]] std::optional<std::string> of(std::string_view name) {
    const std::lock_guard lock{mutex};
    const auto found = users.find(name);
    return found == users.end() ? std::nullopt : std::optional{found->second.user};
  }
  // A descriptor of our own of a lock that the process before has; -1: it has none of that name, or somebody
  // here has it.
  [[nodiscard]] int take_inherited(std::string_view name) {
    const std::lock_guard lock{mutex};
    const auto found = inherited.find(name);
    if (found == inherited.end() || users.contains(name)) return -1;
    return fcntl(found->second, F_DUPFD_CLOEXEC, 0);
  }
};
Holders& holders() {
  static Holders all;
  return all;
}

struct Holder {
  pid_t process = 0;  // 0: in another namespace of processes
  std::optional<uid_t> user{};
};

std::unexpected<Error> refuse(std::string_view what, std::string_view said, std::string_view name,
                              const Holder& holder) {
  if (const auto user = holders().of(name)) return fail(Errc::busy, config::used_already(what, said, *user));
  if (holder.process == getpid())
    return fail(Errc::busy, config::used_already(what, said, "another LAG of this program"));
  std::string words = std::string{what} + " '" + std::string{said} + "' is in use by ";
  std::string command;
  if (holder.process != 0)
    std::getline(std::ifstream{"/proc/" + std::to_string(holder.process) + "/comm"}, command);
  words += holder.process == 0 ? (holder.user ? "a process in another container" : "another process")
                               : (command.empty() ? "another process" : command) + ", process " +
                                     std::to_string(holder.process);
  return fail(Errc::busy, words + "; stop that, or take another " + std::string{what});
}

std::unexpected<Error> os_error(std::string_view what, std::string_view said, const char* call) {
  return fail(Errc::system, std::string{what} + " '" + std::string{said} + "': the lock that keeps other " +
                                "processes off it: " + call + ": " + std::strerror(errno));
}

struct AbstractName {
  sockaddr_un address{};
  socklen_t size = 0;
  explicit AbstractName(std::string_view name) {
    address.sun_family = AF_UNIX;
    const std::size_t length = std::min(name.size(), sizeof address.sun_path - 1);
    std::copy_n(name.data(), length, address.sun_path + 1);  // (after the 0 that makes it abstract)
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
  }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

// Who listens there.
Holder holder_of(const AbstractName& name) {
  Holder holder;
  const int asks = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (asks >= 0 && connect(asks, name.get(), name.size) == 0 &&
      getsockopt(asks, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0)
    holder = {credentials.pid, credentials.uid};
  if (asks >= 0) close(asks);
  return holder;
}

// Who has a flock on that file: /proc/locks names it by device and inode.
Holder locker_of(int descriptor) {
  struct stat file{};
  if (fstat(descriptor, &file) != 0) return {};
  std::array<char, 64> id{};
  std::snprintf(id.data(), id.size(), " %02x:%02x:%lu ", major(file.st_dev), minor(file.st_dev), file.st_ino);
  std::ifstream locks{"/proc/locks"};
  for (std::string line; std::getline(locks, line);) {
    const std::size_t at = line.find(id.data());
    if (at == std::string::npos || line.find("FLOCK") == std::string::npos) continue;
    const std::size_t begin = line.rfind(' ', at - 1) + 1;
    Holder holder;
    std::from_chars(line.data() + begin, line.data() + at, holder.process);
    struct stat process{};
    if (holder.process > 0 && stat(("/proc/" + std::to_string(holder.process)).c_str(), &process) == 0)
      holder.user = process.st_uid;
    return holder;
  }
  return {};
}

// Whether it has been killed or ends: a zombie, or on its way there (proc(5): SIGKILL pending, PF_EXITING).
bool is_dying(const Holder& holder) {
  if (holder.process == 0) return false;
  const std::string folder = "/proc/" + std::to_string(holder.process);
  std::string words;
  std::getline(std::ifstream{folder + "/stat"}, words);
  const std::size_t command_ends = words.rfind(')');
  if (command_ends == std::string::npos) return true;  // gone
  std::istringstream fields{words.substr(command_ends + 1)};
  char state = 0;
  std::int64_t skipped = 0;
  std::uint64_t flags = 0;
  fields >> state;
  for (int i = 0; i < 5; ++i) fields >> skipped;
  fields >> flags;
  constexpr std::uint64_t kExiting = 4;
  if (state == 'Z' || state == 'X' || (flags & kExiting) != 0) return true;
  std::ifstream status{folder + "/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("SigPnd:") || line.starts_with("ShdPnd:"))
      if ((std::strtoull(line.c_str() + 7, nullptr, 16) >> (SIGKILL - 1) & 1) != 0) return true;
  return false;
}

// `holder()`: who has it now.
template <typename HolderNow>
bool keeps_trying(int tries, HolderNow holder) {
  return tries < kTries || (tries < kTriesOfDying && is_dying(holder()));
}

// Nobody who may not use the interface is to keep others off it.
bool may_hold(const Holder& holder) {
  return !holder.user || *holder.user == 0 || *holder.user == geteuid() ||
         may_use_interfaces(effective_capabilities(holder.process));
}

void warn_of_lock(std::string_view what, std::string_view said, const Holder& holder) {
  log_line(LogLevel::warning, std::string{what} + " '" + std::string{said} + "': process " +
                                  std::to_string(holder.process) + " of user " +
                                  std::to_string(*holder.user) +
                                  " holds its lock, and may not: the lock is ignored");
}

}  // namespace

PortLock::PortLock(int descriptor, std::string name, const std::string& user)
    : descriptor_{descriptor}, name_{std::move(name)} {
  if (descriptor_ < 0) return;
  const std::lock_guard lock{holders().mutex};
  holders().users.insert_or_assign(name_, Holding{.user = user, .descriptor = descriptor_});
}

PortLock::PortLock(PortLock&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, name_{std::move(other.name_)} {}

PortLock::~PortLock() {
  if (descriptor_ < 0) return;
  {
    const std::lock_guard lock{holders().mutex};
    holders().users.erase(name_);
  }
  close(descriptor_);
}

Result<PortLock> PortLock::of_socket(const std::string& name, std::string_view what, std::string_view said,
                                     const std::string& user) {
  if (const int inherited = holders().take_inherited(name); inherited >= 0)
    return PortLock{inherited, name, user};
  const AbstractName address{name};
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return os_error(what, said, "socket");
  Holder holder;
  for (int tries = 0; keeps_trying(tries, [&] { return holder; }); ++tries) {
    if (bind(descriptor, address.get(), address.size) == 0) {
      if (listen(descriptor, SOMAXCONN) == 0) return PortLock{descriptor, name, user};
      close(descriptor);
      return os_error(what, said, "listen");
    }
    if (errno != EADDRINUSE) {
      close(descriptor);
      return os_error(what, said, "bind");
    }
    // (once: each question stays in the holder's queue, which it never looks at)
    if (!holder.user) holder = holder_of(address);
    if (holder.process == getpid() || !may_hold(holder)) break;
    std::this_thread::sleep_for(kBetweenTries);
  }
  if (may_hold(holder)) {
    close(descriptor);
    return refuse(what, said, name, holder);
  }
  warn_of_lock(what, said, holder);
  return PortLock{descriptor, name, user};
}

Result<PortLock> PortLock::of_interface(unsigned index, std::string_view said, const std::string& user) {
  return of_socket("lagoon/port/interface/" + std::to_string(index), "interface", said, user);
}

Result<PortLock> PortLock::of_tap(const std::string& name, const std::string& user) {
  // (one that is there may have been called by another of its names)
  std::array<char, IF_NAMESIZE> own{};
  const unsigned index = if_nametoindex(name.c_str());
  const bool known = index != 0 && if_indextoname(index, own.data()) != nullptr;
  return of_socket("lagoon/port/tap/" + (known ? std::string{own.data()} : name), "interface", name, user);
}

Result<PortLock> PortLock::of_pci(const std::string& address, const std::string& user) {
  const std::string path = kPciDevices + address + "/config";
  if (const int inherited = holders().take_inherited(path); inherited >= 0)
    return PortLock{inherited, path, user};
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return PortLock{-1, path, user};
  for (int tries = 0; keeps_trying(tries, [&] { return locker_of(descriptor); }); ++tries) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return PortLock{descriptor, path, user};
    if (errno != EWOULDBLOCK) {
      close(descriptor);
      return os_error("device", address, "flock");
    }
    if (holders().of(path)) break;
    std::this_thread::sleep_for(kBetweenTries);
  }
  const Holder holder = locker_of(descriptor);
  if (!may_hold(holder)) {
    warn_of_lock("device", address, holder);
    return PortLock{descriptor, path, user};
  }
  close(descriptor);
  return refuse("device", address, path, holder);
}

std::vector<HeldLock> held_locks() {
  const std::lock_guard lock{holders().mutex};
  std::vector<HeldLock> held;
  for (const auto& [name, holding] : holders().users)
    held.push_back({.name = name, .descriptor = holding.descriptor});
  return held;
}

void inherit_locks(std::vector<HeldLock> locks) {
  const std::lock_guard lock{holders().mutex};
  for (HeldLock& each : locks)
    if (const auto [at, is_new] = holders().inherited.emplace(std::move(each.name), each.descriptor); !is_new)
      close(each.descriptor);
}

// (listen() gives a socket the credentials of its caller: unix(7), SO_PEERCRED)
void own_inherited_locks() {
  const std::lock_guard lock{holders().mutex};
  for (const auto& [name, descriptor] : holders().inherited) {
    if (const auto user = holders().users.find(name); user != holders().users.end())
      static_cast<void>(listen(user->second.descriptor, SOMAXCONN));
    close(descriptor);
  }
  holders().inherited.clear();
}

namespace {

// Drivers that make the interface of that name, rather than sit on one.
bool makes_interface(std::string_view driver) {
  return driver.starts_with("net_tap") || driver.starts_with("net_virtio_user") ||
         driver.starts_with("virtio_user");
}

Result<void> add(std::vector<PortLock>& locks, Result<PortLock> lock) {
  if (!lock) return std::unexpected{std::move(lock).error()};
  locks.push_back(*std::move(lock));
  return {};
}

}  // namespace

Result<std::vector<PortLock>> lock_device(const Device& device, const std::string& user) {
  std::vector<PortLock> locks;
  if (rte_eal_process_type() == RTE_PROC_SECONDARY || device.bus == DeviceBus::wire) return locks;
  if (device.bus == DeviceBus::pci) {
    LAGOON_TRY(add(locks, PortLock::of_pci(config::canonical_device(device.name), user)));
    return locks;
  }
  if (device.name.starts_with("net_tap") && !config::interface_of(device.devargs))
    return fail(Errc::invalid_argument,
                "device '" + device.name + "' has no name for its interface; give one ('" + device.name +
                    ",iface=NAME', or tap: NAME), or the driver takes the next number, which another "
                    "process may have");
  const std::string_view makes =
      makes_interface(device.name) ? config::interface_of(device.devargs).value_or("") : std::string_view{};
  for (const std::string_view interface : config::interfaces_of(device.devargs)) {
    const std::string name{interface};
    if (interface == makes) {
      LAGOON_TRY(add(locks, PortLock::of_tap(name, user)));
    } else if (const unsigned index = if_nametoindex(name.c_str()); index != 0) {
      // (what is no interface, as a path of net_vhost's, is the driver's to judge)
      LAGOON_TRY(add(locks, PortLock::of_interface(index, name, user)));
    }
  }
  return locks;
}

Result<std::vector<PortLock>> lock_ethdev(EthdevId port, const std::string& user) {
  std::vector<PortLock> locks;
  rte_eth_dev_info info{};
  if (rte_eal_process_type() == RTE_PROC_SECONDARY || rte_eth_dev_info_get(port.value(), &info) != 0)
    return locks;
  if (info.device != nullptr) {
    const rte_bus* const bus = rte_dev_bus(info.device);
    if (bus != nullptr && std::string_view{rte_bus_name(bus)} == "pci")
      LAGOON_TRY(add(locks, PortLock::of_pci(rte_dev_name(info.device), user)));
  }
  std::array<char, IF_NAMESIZE> name{};
  if (info.if_index == 0 || if_indextoname(info.if_index, name.data()) == nullptr) return locks;
  LAGOON_TRY(add(locks, makes_interface(info.driver_name)
                            ? PortLock::of_tap(name.data(), user)
                            : PortLock::of_interface(info.if_index, name.data(), user)));
  return locks;
}

}  // namespace lagoon::dpdk
