#include "lagoond/start/requirements.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "config/plan/capabilities.hpp"
#include "config/text/suggest.hpp"
#include "config/values/device_name.hpp"
#include "dpdk/base/capabilities.hpp"
#include "dpdk/base/kernel_interface.hpp"
#include "dpdk/engine/capacity.hpp"
#include "lagoond/privileges/privileges.hpp"

namespace lagoon::lagoond {

namespace {

namespace files = std::filesystem;
using config::Capability;

// Drivers that sit on an interface that is there, and on nothing else.
constexpr std::array<std::string_view, 3> kOnInterfaces{"net_af_packet", "eth_af_packet", "net_af_xdp"};

std::string first_line(const files::path& path) {
  std::ifstream file{path};
  std::string line;
  std::getline(file, line);
  return line;
}

Result<void> check_cpus(const config::Eal& eal) {
  for (const std::uint32_t cpu : eal.lcores) {
    std::error_code error;
    if (files::exists("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology", error)) continue;
    return fail(Errc::no_such_thing, "'lcores:' in 'eal:' names CPU " + std::to_string(cpu) +
                                         ", which this machine has not; online are " +
                                         first_line("/sys/devices/system/cpu/online"));
  }
  return {};
}

std::uint64_t number_in(const files::path& path) {
  return std::strtoull(first_line(path).c_str(), nullptr, 10);
}

// Of all sizes, in use or not: what a lagoond that was killed has left is in files, which EAL removes at its
// start.
std::uint64_t hugepages_mb() {
  std::uint64_t kilobytes = 0;
  std::error_code error;
  for (files::directory_iterator at{"/sys/kernel/mm/hugepages", error}, end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();  // "hugepages-2048kB"
    const std::uint64_t size = std::strtoull(name.c_str() + name.find('-') + 1, nullptr, 10);
    kilobytes +=
        size * (number_in(at->path() / "nr_hugepages") + number_in(at->path() / "nr_overcommit_hugepages"));
  }
  return kilobytes / 1024;
}

// What programs may still have, in swap as well. Nothing: the kernel does not tell.
std::optional<std::uint64_t> available_mb() {
  std::ifstream file{"/proc/meminfo"};
  std::optional<std::uint64_t> kilobytes;
  for (std::string line; std::getline(file, line);)
    for (const std::string_view key : {"MemAvailable:", "SwapFree:"})
      if (line.starts_with(key))
        kilobytes = kilobytes.value_or(0) + std::strtoull(line.c_str() + key.size(), nullptr, 10);
  if (!kilobytes) return std::nullopt;
  return *kilobytes / 1024;
}

// With hugepages DPDK takes more of them as it needs them; without, all at once.
Result<void> check_memory(const config::Config& config) {
  const config::Eal& eal = config.eal;
  if (eal.huge) {
    const std::uint64_t reserved = hugepages_mb();
    if (reserved != 0 && reserved >= eal.memory_mb) return {};
    return fail(Errc::no_resources,
                (reserved == 0 ? std::string{"this machine has no hugepages"}
                               : std::to_string(reserved) +
                                     " MB of hugepages are reserved, and 'memory:' in 'eal:' is " +
                                     std::to_string(eal.memory_mb) + " MB") +
                    "; reserve some ('sysctl vm.nr_hugepages=512' makes 1 GB of 2 MB pages), or say 'huge: "
                    "false' in 'eal:', which does without them");
  }
  const bool chosen = eal.memory_mb != 0;
  const std::uint64_t wanted =
      chosen ? eal.memory_mb : dpdk::memory_needed_mb(config, dpdk::mbuf_room_needed(config));
  const auto available = available_mb();
  if (!available || wanted <= *available) return {};
  return fail(
      Errc::no_resources,
      (chosen ? "'memory:' in 'eal:' is " : "the ports and members take ") + std::to_string(wanted) +
          " MB, and this machine has " + std::to_string(*available) + " MB available; " +
          (chosen ? "'auto' takes what the ports and members need" : "take fewer of them, or fewer lcores"));
}

Result<void> check_rights(const config::Config& config) {
  const auto needed = config::capabilities_of(config, pci_binding_of);
  const std::uint64_t held = dpdk::effective_capabilities(getpid());
  std::string missing;
  for (const auto& [capability, name] :
       {std::pair{Capability::net_admin, "CAP_NET_ADMIN"}, {Capability::net_raw, "CAP_NET_RAW"}})
    if (std::ranges::find(needed, capability) != needed.end() &&
        !dpdk::has_capability(held, static_cast<unsigned>(capability)))
      missing += (missing.empty() ? "" : " and ") + std::string{name};
  if (missing.empty()) return {};
  return fail(
      Errc::permission,
      "the configuration needs the capabilities " + missing +
          ", which this process does not have: start as root ('user:' gives up the rest), or give them "
          "to it (AmbientCapabilities= of systemd, or setcap)");
}

// Where EAL keeps what it has of a prefix.
std::string eal_folder(const config::Config& config) {
  const auto set = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string{value != nullptr ? value : ""};
  };
  std::string base = set("RUNTIME_DIRECTORY");
  if (base.empty() && geteuid() == 0) base = config.user ? kRunFolder : "/var/run";
  if (base.empty()) base = set("XDG_RUNTIME_DIR");
  return (base.empty() ? "/tmp" : base) + "/dpdk/" + config.eal.prefix;
}

// The process that has EAL's lock on its memory's description; 0: nobody.
pid_t holder_of_prefix(const std::string& folder) {
  const int file = open((folder + "/config").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return 0;
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool asked = fcntl(file, F_GETLK, &lock) == 0;
  close(file);
  return asked && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

// (one that is ending has a second for it)
Result<void> check_prefix(const config::Config& config) {
  using namespace std::chrono_literals;
  const std::string folder = eal_folder(config);
  pid_t holder = holder_of_prefix(folder);
  for (int i = 0; i < 500 && holder != 0; ++i) {
    std::this_thread::sleep_for(2ms);
    holder = holder_of_prefix(folder);
  }
  if (holder == 0) return {};
  return fail(Errc::busy,
              "'prefix: " + config.eal.prefix +
                  "' in 'eal:' is in use by another lagoond, or another program of DPDK's: process " +
                  std::to_string(holder) + "; end that, or give this one another prefix");
}

Result<void> check_interfaces(const config::PortSource& source, const std::string& of) {
  const auto* const device = std::get_if<config::DevicePort>(&source);
  if (device == nullptr) return {};
  const std::string name = config::canonical_device(device->devargs);
  if (std::ranges::none_of(kOnInterfaces, [&](std::string_view driver) { return name.starts_with(driver); }))
    return {};
  for (const std::string_view interface : config::interfaces_of(device->devargs))
    if (dpdk::presence_of(std::string{interface}).index == 0)
      return fail(Errc::no_such_thing,
                  of + ": there is no interface " + config::in_quotes(interface) +
                      " in this network namespace; 'ip link' shows those that there are");
  return {};
}

}  // namespace

Result<void> check_requirements(const config::Config& config, bool follows) {
  LAGOON_TRY(check_cpus(config.eal));
  LAGOON_TRY(check_rights(config));
  for (const config::Port& port : config.ports)
    LAGOON_TRY(check_interfaces(port.source, "port '" + port.name + "'"));
  for (const config::Lag& lag : config.lags)
    for (const config::Member& member : lag.members)
      LAGOON_TRY(check_interfaces(member.source, "LAG '" + lag.name + "', member '" + member.name + "'"));
  if (!follows) LAGOON_TRY(check_prefix(config));
  return check_memory(config);
}

}  // namespace lagoon::lagoond
