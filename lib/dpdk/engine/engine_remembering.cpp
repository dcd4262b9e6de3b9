// What an Engine takes from the process before it, and leaves for the next one.
#include <algorithm>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "config/file/yaml_writer.hpp"
#include "config/values/device_name.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/engine_parts.hpp"
#include "dpdk/succession/tap_queues.hpp"

namespace lagoon::dpdk {

namespace {

// Why what was known of the port before says nothing now; empty: it does.
std::string_view link_obstacle(const Port& port, const StateBoard& board, bool follows) {
  const auto& interface = port.device().carrier_interface;
  if (interface) return board.obstacle(*interface);
  // (one that another process hands over has never been gone)
  return follows && port.device().is_tap ? "" : "its link can't be followed across a restart";
}

}  // namespace

void Engine::Parts::note_configuration() const {
  if (board != nullptr) board->set_configuration(digest_of(config::to_yaml(config)));
}

void Engine::Parts::put_back_rest() const {
  if (board == nullptr) return;
  for (const std::string& name : board->put_back_rest())
    log_line(LogLevel::notice,
             "interface '" + name + "' is as it was before the last lagoond, which did not end as it should");
}

void Engine::Parts::go_on(LagRuntime& runtime, Instant now) {
  const control::SavedLag* const before = board != nullptr ? board->lag_before(runtime.lag->name()) : nullptr;
  // (of one that two boxes have, the other one knows more)
  if (before == nullptr || runtime.lag->options().multichassis.shared()) return;
  std::vector<control::MemberRestore> members;
  for_each_member(runtime, [&](MemberIndex index, MemberRuntime& member) {
    members.push_back({.member = index,
                       .link = links.ask(member),
                       .obstacle = link_obstacle(member.port, *board, following.any())});
  });
  std::string resumed;
  for (const control::RestoreOutcome& outcome : runtime.lag->restore(*before, members, now)) {
    const std::string& name = runtime.find(outcome.member)->name;
    if (outcome.fault.empty())
      resumed += (resumed.empty() ? "'" : ", '") + name + "'";
    else
      log_line(LogLevel::notice, "LAG '" + runtime.lag->name() + "', member '" + name + "': starts afresh, " +
                                     std::string{outcome.fault});
  }
  if (!resumed.empty())
    log_line(LogLevel::notice,
             "LAG '" + runtime.lag->name() + "': LACP goes on from the process before on " + resumed);
}

Result<std::unique_lock<std::timed_mutex>> Engine::hold_commands() {
  return parts_->begin_command();
}

void Engine::let_go_of_taps() {
  const auto let_go = [](const Port& port) {
    if (!port.device().is_tap) return;
    if (const auto tap = config::interface_of(port.device().devargs))
      static_cast<void>(TapQueues::detach(std::string{*tap}));
  };
  for (const auto& port : parts_->ports)
    if (port != nullptr) let_go(*port);
  for (const auto& lag : parts_->lags)
    for_each_member(*lag, [&](MemberIndex, const MemberRuntime& member) { let_go(member.port); });
}

void Engine::prepare_to_be_followed() {
  // (LACP's limit is 3 LACPDUs in a second: who has just said so much says this one late)
  constexpr Duration kPatience = 1200ms;
  constexpr Duration kLook = 2ms;
  Parts& parts = *parts_;
  const auto lock = parts.begin_command();
  const auto refresh = [&] {
    for (const auto& lag : parts.lags) control::refresh(*lag->lag, dpdk::now());
  };
  if (!lock || !parts.tasks.run(refresh, kAnswerPatience)) return;
  // (frames are carried meanwhile)
  bool sent = false;
  for (const Instant until = dpdk::now() + kPatience; !sent && dpdk::now() < until;) {
    std::this_thread::sleep_for(kLook);
    const auto look = [&] {
      sent = parts.transmitter->idle() &&
             std::ranges::all_of(parts.lags, [](const auto& lag) { return control::told(*lag->lag); });
    };
    static_cast<void>(parts.tasks.run(look, kAnswerPatience));
  }
  if (parts.board == nullptr) return;
  const auto offer = [&] {
    auto lags = std::make_unique<std::vector<control::SavedLag>>();
    for (const auto& lag : parts.lags) lags->push_back(control::saved_of(*lag->lag));
    parts.board->offer(std::move(lags));
  };
  static_cast<void>(parts.tasks.run(offer, kAnswerPatience));
}

}  // namespace lagoon::dpdk
