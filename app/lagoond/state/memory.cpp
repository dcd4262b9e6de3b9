#include "lagoond/state/memory.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <utility>

#include "config/file/yaml_writer.hpp"
#include "lagoond/output/output.hpp"

namespace lagoon::lagoond {

namespace {

// What is no clock's doing but a sleep's.
constexpr Duration kSleepNoticed = 100ms;

void drain(int descriptor) noexcept {
  std::uint64_t count = 0;
  static_cast<void>(!::read(descriptor, &count, sizeof count));
}

// What is left is believed as far as it can be: interfaces are what they were whatever the configuration
// says.
[[nodiscard]] state::State believed(const StateFile& file, const config::Config& config, pid_t giver) {
  auto found = file.load(giver);
  if (!found) {
    Output::say("lagoond: " + found.error().detail + "; it is not used, all begins afresh\n");
    return {};
  }
  if (!*found) return {};
  state::State state = **std::move(found);
  std::string why;
  if (state.configuration != dpdk::digest_of(config::to_yaml(config)))
    why = "another configuration ran";
  else if (suspended_so_far() > state.suspended + kSleepNoticed)
    why = "the machine slept meanwhile";
  if (!why.empty()) {
    if (!state.lags.empty()) Output::say("lagoond: " + file.path() + ": " + why + "; LAGs begin afresh\n");
    state.lags.clear();
  }
  return state;
}

}  // namespace

Result<std::unique_ptr<Memory>> Memory::begin(StateFile file, const config::Config& config, pid_t giver) {
  auto board = std::make_unique<dpdk::StateBoard>(believed(file, config, giver));
  LAGOON_TRY(board->open());
  return std::unique_ptr<Memory>{new Memory{std::move(file), std::move(board), giver}};
}

void Memory::take_over(const config::Config& config) {
  board_->goes_on_from(believed(file_, config, giver_));
  const std::lock_guard lock{writing_};
  giver_ = 0;
}

Memory::Memory(StateFile file, std::unique_ptr<dpdk::StateBoard> board, pid_t giver)
    : file_{std::move(file)},
      board_{std::move(board)},
      giver_{giver},
      wake_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)},
      thread_{[this] { run(); }} {
  board_->use_writer([this] { write(); });
}

Memory::~Memory() {
  stop_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
  thread_.join();
  ::close(wake_);
}

void Memory::run() {
  pthread_setname_np(pthread_self(), "memory");
  while (!stop_.load(std::memory_order_acquire)) {
    // (where there is no eventfd, it looks once in a while)
    std::array<pollfd, 2> wait{{{.fd = board_->descriptor(), .events = POLLIN, .revents = 0},
                                {.fd = wake_, .events = POLLIN, .revents = 0}}};
    ::poll(wait.data(), wait.size(), 500);
    if ((wait[0].revents & POLLIN) == 0) continue;
    drain(board_->descriptor());
    write();
  }
}

bool Memory::write() {
  const std::lock_guard lock{writing_};
  if (done_ || giver_ != 0) return false;
  const auto stored = file_.store(board_->take());
  const std::string words = stored ? "" : stored.error().detail;
  if (std::exchange(complaint_, words) == words) return stored.has_value();
  Output::say(words.empty() ? "lagoond: " + file_.path() + ": it is written again\n"
                            : "lagoond: " + words + "; a crash would cost more than it has to\n");
  return stored.has_value();
}

bool Memory::write_last() {
  if (!write()) return false;
  const std::lock_guard lock{writing_};
  done_ = true;
  return true;
}

void Memory::forget() {
  const std::lock_guard lock{writing_};
  done_ = true;
  file_.remove();
}

}  // namespace lagoon::lagoond
