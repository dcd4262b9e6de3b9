#include "lagoond/handover/hand_over.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "dpdk/port/port_lock.hpp"
#include "dpdk/port/state_board.hpp"
#include "lagoond/output/output.hpp"
#include "lagoond/service_manager.hpp"

namespace lagoon::lagoond {

namespace {

constexpr std::string_view kPassageName = "passage";
constexpr Duration kAskPatience = 1s;
constexpr Duration kReadyPatience = 60s;  // EAL and all ports, on a slow machine
constexpr Duration kCarriesPatience = 5s;

}  // namespace

Result<std::unique_ptr<HandOver>> HandOver::offer(dpdk::Engine& engine, Memory& memory, Ending& ending,
                                                  TakeOver* from, std::vector<Handed> handed) {
  const std::string path = passage_path(memory.path());
  console::Descriptor given = from != nullptr ? from->take(kPassageName) : console::Descriptor{};
  auto socket = given.is_open() ? console::ControlSocket::inherit(std::move(given), path)
                                : console::ControlSocket::open(path);
  if (!socket) return std::unexpected{std::move(socket).error()};
  ending.removes(path);
  handed.push_back({.name = std::string{kPassageName}, .descriptor = socket->number()});
  return std::unique_ptr<HandOver>{
      new HandOver{engine, memory, ending, std::move(handed), *std::move(socket)}};
}

HandOver::HandOver(dpdk::Engine& engine, Memory& memory, Ending& ending, std::vector<Handed> handed,
                   console::ControlSocket socket)
    : engine_{engine},
      memory_{memory},
      ending_{ending},
      handed_{std::move(handed)},
      socket_{std::move(socket)},
      wake_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)},
      thread_{[this] { run(); }} {}

HandOver::~HandOver() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_.number(), &one, sizeof one));
  thread_.join();
}

void HandOver::run() {
  pthread_setname_np(pthread_self(), "hand-over");
  std::array<pollfd, 2> wait{{{.fd = wake_.number(), .events = POLLIN, .revents = 0},
                              {.fd = socket_.number(), .events = POLLIN, .revents = 0}}};
  while (::poll(wait.data(), wait.size(), -1) < 0 || wait[0].revents == 0) {
    if (wait[1].revents == 0) continue;
    console::Descriptor accepted{::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC)};
    const auto peer = accepted.is_open() ? console::peer_of(accepted) : std::nullopt;
    if (peer && console::may_use(*peer, geteuid())) answer(Passage{std::move(accepted)});
    if (agreed()) wait[1].fd = -1;  // (the commands stay locked)
  }
}

std::string HandOver::refusal(const Message& asked) const {
  if (asked.word != kAsks || asked.text.substr(0, asked.text.find(' ')) != std::to_string(kPassageVersion))
    return "it is of another version, and can't hand over to this one; restart it";
  if (ending_.requested()) return "it ends";
  if (engine_.desk() != nullptr)
    return "two boxes have its LAGs: 'cluster want' lets the other box carry, and then restart it";
  if (asked.text.substr(asked.text.find(' ') + 1) != std::to_string(memory_.board().configuration()))
    return "it runs another configuration than this file (what commands changed counts): reload it, or "
           "'config save', so that both are the same";
  return {};
}

bool HandOver::give_all(Passage& passage) const {
  for (const dpdk::HeldLock& lock : dpdk::held_locks())
    if (lock.descriptor >= 0 && !passage.say(kGives, "lock:" + lock.name, lock.descriptor)) return false;
  for (const Handed& handed : handed_)
    if (!passage.say(kGives, handed.name, handed.descriptor)) return false;
  return passage.say(kAll, std::to_string(getpid()));
}

void HandOver::answer(Passage passage) {
  const auto asked = passage.hear(kAskPatience, wake_.number());
  if (!asked) return;
  // (before it is judged: no command changes the configuration from here on)
  auto commands = engine_.hold_commands();
  const std::string why = commands ? refusal(*asked) : commands.error().detail;
  if (!why.empty()) {
    static_cast<void>(passage.say(kRefuses, why));
    return;
  }
  Output::say("lagoond: another process prepares to take over; commands wait\n");
  const auto ready = give_all(passage) ? passage.hear(kReadyPatience, wake_.number())
                                       : Result<Message>{fail(Errc::no_such_thing, "")};
  if (!ready || ready->word != kReady || ending_.requested()) {
    Output::say("lagoond: it does not take over, and this one carries on\n");
    return;
  }
  commands_ = *std::move(commands);
  successor_.emplace(std::move(passage));
  successor_process_ = static_cast<int>(std::strtol(ready->text.c_str(), nullptr, 10));
  agreed_.store(true, std::memory_order_release);
  engine_.hand_over();
}

void HandOver::complete() {
  engine_.let_go_of_taps();
  static_cast<void>(memory_.write_last());
  static_cast<void>(successor_->say(kStopped));
  const std::string who = "process " + std::to_string(successor_process_);
  const auto carries = successor_->hear(kCarriesPatience);
  ending_.keep_files();
  if (!carries || carries->word != kCarries) {
    Output::say("lagoond: " + who + " was to take over, and does not carry: start lagoond again\n");
    Output::finish();
    ::_exit(1);
  }
  ServiceManager::succeeded_by(successor_process_);
  Output::say("lagoond: " + who + " carries now; this one ends\n");
  ending_.leave();
}

}  // namespace lagoon::lagoond
