#include "lagoond/handover/take_over.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "config/file/yaml_writer.hpp"
#include "dpdk/port/device.hpp"
#include "dpdk/port/port_lock.hpp"
#include "dpdk/port/state_board.hpp"
#include "lagoond/output/output.hpp"

namespace lagoon::lagoond {

namespace {

constexpr Duration kAnswerPatience = 10s;  // a command of the other one's may be under way
constexpr Duration kStopPatience = 10s;
constexpr Duration kLook = 100ms;
constexpr std::string_view kLock = "lock:";

// Why two processes can't have the port open at a time; empty: they can.
std::string obstacle_of(const config::PortSource& source, const std::string& of) {
  const dpdk::Device device = dpdk::device_of(source, 0);
  if (device.is_af_packet || device.is_tap) return {};
  return of + ": " + device.name +
         ": only interfaces of the kernel (net_af_packet) and taps can be handed over from one process "
         "to the next; restart lagoond instead";
}

std::string obstacle_of(const config::Config& config) {
  if (config.cluster)
    return "two boxes have these LAGs: 'cluster want' lets the other box carry, and then restart this one";
  std::string found;
  const auto look = [&found](const config::PortSource& source, const std::string& of) {
    if (found.empty()) found = obstacle_of(source, of);
  };
  for (const config::Port& port : config.ports) look(port.source, "port '" + port.name + "'");
  for (const config::Lag& lag : config.lags)
    for (const config::Member& member : lag.members)
      look(member.source, "LAG '" + lag.name + "', member '" + member.name + "'");
  return found;
}

}  // namespace

Result<std::unique_ptr<TakeOver>> TakeOver::begin(const StateFile& file, const config::Config& config) {
  if (std::string why = obstacle_of(config); !why.empty()) return fail(Errc::not_supported, std::move(why));
  const std::string path = passage_path(file.path());
  auto socket = console::connect_to(path);
  if (!socket)
    return fail(Errc::no_such_thing, "there is no lagoond to take over from: " + socket.error().detail +
                                         "; start this one without --take-over, or say where the other one's "
                                         "state file is");
  Passage passage{*std::move(socket)};
  const auto digest = dpdk::digest_of(config::to_yaml(config));
  static_cast<void>(passage.say(kAsks, std::to_string(kPassageVersion) + " " + std::to_string(digest)));
  std::map<std::string, console::Descriptor, std::less<>> given;
  for (;;) {
    auto heard = passage.hear(kAnswerPatience);
    if (!heard) return fail(heard.error().code, "the lagoond that carries: " + heard.error().detail);
    if (heard->word == kRefuses)
      return fail(Errc::busy, "the lagoond that carries does not hand over: " + heard->text);
    if (heard->word == kAll) {
      const pid_t process = static_cast<pid_t>(std::strtol(heard->text.c_str(), nullptr, 10));
      std::vector<dpdk::HeldLock> locks;
      for (auto& [name, descriptor] : given)
        if (name.starts_with(kLock))
          locks.push_back({.name = name.substr(kLock.size()),
                           .descriptor = fcntl(descriptor.number(), F_DUPFD_CLOEXEC, 0)});
      dpdk::inherit_locks(std::move(locks));
      std::erase_if(given, [](const auto& each) { return each.first.starts_with(kLock); });
      return std::unique_ptr<TakeOver>{new TakeOver{std::move(passage), process, std::move(given)}};
    }
    if (heard->word == kGives && heard->descriptor.is_open())
      given.insert_or_assign(heard->text, std::move(heard->descriptor));
  }
}

console::Descriptor TakeOver::take(std::string_view name) {
  const auto found = given_.find(name);
  if (found == given_.end()) return console::Descriptor{};
  console::Descriptor descriptor = std::move(found->second);
  given_.erase(found);
  return descriptor;
}

Result<void> TakeOver::await_turn(const std::function<bool()>& gives_up) {
  static_cast<void>(passage_.say(kReady, std::to_string(getpid())));
  for (Duration waited{}; waited < kStopPatience; waited += kLook) {
    const auto heard = passage_.hear(kLook);
    if (heard && heard->word == kStopped) return {};
    if (!heard && heard.error().code == Errc::no_such_thing) {
      Output::say("lagoond: process " + std::to_string(process_) +
                  " has ended by itself; this one goes on from its state file\n");
      return {};
    }
    if (gives_up()) return fail(Errc::busy, "it was to end before it had taken over");
  }
  return fail(Errc::busy,
              "process " + std::to_string(process_) + " does not stop; it may carry on, and this one ends");
}

void TakeOver::carries() {
  carrying_ = true;
  static_cast<void>(passage_.say(kCarries));
}

}  // namespace lagoon::lagoond
