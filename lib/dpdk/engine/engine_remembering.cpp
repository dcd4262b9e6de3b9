// What an Engine takes from the process before it, and leaves for the next one.
#include "config/file/yaml_writer.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/engine/engine_parts.hpp"

namespace lagoon::dpdk {

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
  if (before == nullptr) return;
  std::vector<control::MemberRestore> members;
  for_each_member(runtime, [&](MemberIndex index, MemberRuntime& member) {
    const auto& interface = member.port.device().carrier_interface;
    members.push_back({.member = index,
                       .link = links.ask(member),
                       .obstacle = interface ? board->obstacle(*interface)
                                             : "its link can't be followed across a restart"});
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

}  // namespace lagoon::dpdk
