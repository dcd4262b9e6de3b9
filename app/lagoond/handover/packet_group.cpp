#include "lagoond/handover/packet_group.hpp"

#include <bsd/unistd.h>
#include <net/if.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <vector>

#include "dpdk/port/device.hpp"

namespace lagoon::lagoond {

namespace {

constexpr unsigned kGroupMask = 0xffff;
constexpr int kTries = 64;
constexpr int kPassedOn[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};

std::atomic<pid_t> child_of_ours = 0;  // (lock-free, so a signal handler may read it)

void pass_on(int signal) {
  ::kill(child_of_ours.load(std::memory_order_relaxed), signal);
}

std::vector<unsigned> interfaces_of(const config::Config& config) {
  std::vector<unsigned> found;
  const auto look = [&found](const config::PortSource& source) {
    const dpdk::Device device = dpdk::device_of(source, 0);
    if (!device.is_af_packet) return;
    if (const unsigned index = if_nametoindex(device.carrier_interface->c_str()); index != 0)
      found.push_back(index);
  };
  for (const config::Port& port : config.ports) look(port.source);
  for (const config::Lag& lag : config.lags)
    for (const config::Member& member : lag.members) look(member.source);
  return found;
}

int await(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

[[noreturn]] void stand_for(pid_t child) {
  child_of_ours.store(child, std::memory_order_relaxed);
  for (const int signal : kPassedOn) std::signal(signal, pass_on);
  ::closefrom(STDERR_FILENO + 1);
  ::_exit(await(child));
}

}  // namespace

bool groups_collide(pid_t mine, pid_t other, std::span<const unsigned> interfaces) noexcept {
  const unsigned between = static_cast<unsigned>(mine) ^ static_cast<unsigned>(other);
  for (const unsigned a : interfaces)
    for (const unsigned b : interfaces)
      if (a != b && ((between ^ a ^ b) & kGroupMask) == 0) return true;
  return false;
}

Result<void> keep_groups_apart(pid_t other, const config::Config& config) {
  const std::vector<unsigned> interfaces = interfaces_of(config);
  if (!groups_collide(getpid(), other, interfaces)) return {};
  for (int i = 0; i < kTries; ++i) {
    const pid_t child = ::fork();
    if (child < 0) return fail(Errc::system, std::string{"fork: "} + std::strerror(errno));
    const bool collides = groups_collide(child == 0 ? getpid() : child, other, interfaces);
    if (child == 0 && collides) ::_exit(0);
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // (whoever kills this process means lagoond)
      return {};
    }
    if (!collides) stand_for(child);
    await(child);
  }
  return fail(Errc::system, "no process number that net_af_packet can use beside process " +
                                std::to_string(other) + "; try again later");
}

}  // namespace lagoon::lagoond
