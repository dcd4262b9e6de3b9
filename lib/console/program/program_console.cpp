#include "console/program/program_console.hpp"

#include <pthread.h>
#include <rte_eal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "console/socket/socket_path.hpp"
#include "dpdk/base/control_thread.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/telemetry/telemetry.hpp"

namespace lagoon::console {

namespace {

std::mutex mutex;
std::weak_ptr<ProgramConsole>& the_one() {
  static auto* const made = new std::weak_ptr<ProgramConsole>;  // (as ProgramLags)
  return *made;
}

// For a child that is forked, and for the end of a process that closes nothing: they take no lock.
std::atomic<int> listening = -1;
std::array<char, 128> listening_path{};  // written while nothing listens
std::atomic<pid_t> listener = 0;

// The child has the parent's LAGs as little as its threads. Its copy of the socket would go on listening,
// with nobody behind it, when the parent has ended.
void in_child() {
  if (const int socket = listening.exchange(-1); socket >= 0) close(socket);
}

void at_exit() {
  if (listening.load() >= 0 && listener.load() == getpid()) unlink(listening_path.data());
}

void note(const ControlSocket& socket) {
  static std::once_flag registered;
  std::call_once(registered, [] {
    pthread_atfork(nullptr, nullptr, in_child);
    std::atexit(at_exit);
  });
  listening_path[socket.path().copy(listening_path.data(), listening_path.size() - 1)] = '\0';
  listener.store(getpid());
  listening.store(socket.number());
}

Result<std::string> usual_path() {
  const std::string folder = rte_eal_get_runtime_dir();
  if (folder.empty()) return fail(Errc::no_such_thing, "EAL is not up, so its file-prefix is not known");
  return default_socket_path(std::filesystem::path{folder}.filename().string());
}

}  // namespace

Result<std::shared_ptr<ProgramConsole>> ProgramConsole::open(const std::string& said) {
  if (rte_eal_process_type() != RTE_PROC_PRIMARY)
    return fail(
        Errc::not_supported,
        "a secondary process has no control socket; its primary process may have one, for the same LAGs");
  auto path = said.empty() ? usual_path() : said;
  if (!path) return std::unexpected{std::move(path).error()};
  const std::lock_guard lock{mutex};
  if (auto open = the_one().lock()) {
    if (open->path() == *path) return open;
    return fail(Errc::already_exists, "this program has its control socket at " + open->path() +
                                          " already, and one is for all its LAGs; say that path, or none");
  }
  auto socket = ControlSocket::open(*path);
  if (!socket) return std::unexpected{std::move(socket).error()};
  std::shared_ptr<ProgramConsole> made{new ProgramConsole{*std::move(path)}};
  LAGOON_TRY(made->serve(*std::move(socket)));
  the_one() = made;
  return made;
}

// Threads have the CPUs of the one that starts them.
Result<void> ProgramConsole::serve(ControlSocket socket) {
  process_ = getpid();
  note(socket);
  Result<void> made;
  const auto make = [&] {
    try {
      server_ = std::make_unique<ControlServer>(std::move(socket), running_,
                                                [] { pthread_setname_np(pthread_self(), "lagoon-console"); });
    } catch (const std::system_error& no_thread) {
      made = fail(Errc::no_resources, std::string{"no thread for the control socket: "} + no_thread.what());
    }
  };
  auto starter = dpdk::ControlThread::start("lagoon-console", make);
  if (!starter) return std::unexpected{std::move(starter).error()};
  starter->join();
  LAGOON_TRY(made);
  if (const auto offered = dpdk::offer_telemetry(running_); !offered)
    dpdk::log_line(dpdk::LogLevel::warning, offered.error().detail);
  dpdk::log_line(dpdk::LogLevel::notice, "the control socket is " + path_);
  return {};
}

ProgramConsole::~ProgramConsole() {
  if (process_ != getpid()) {
    static_cast<void>(server_.release());  // (its threads are not here)
    return;
  }
  dpdk::retire_telemetry();
  listening.store(-1);
  server_.reset();
}

}  // namespace lagoon::console
