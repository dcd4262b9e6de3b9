// Options of a LAG that runs, and of its ports.
#include <bsd/stdlib.h>

#include <utility>

#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/engine_commands.hpp"

namespace lagoon::dpdk {

// What was set is taken back when one refuses.
Result<std::string> Engine::Parts::Commands::change_ports(const control::PortOptions& wanted) {
  LagRuntime& lag = runtime();
  const control::PortOptions before = std::exchange(lag.port_options, wanted);
  Result<std::string> warnings{""};
  for_each_member(lag, [&](MemberIndex, MemberRuntime& member) {
    if (!warnings || !member.served) return;
    const auto lacks = member.upkeep.apply(wanted, member.address_refused);
    if (!lacks)
      warnings = fail(lacks.error().code, "member '" + member.name + "': " + lacks.error().detail);
    else
      for (const std::string& lack : *lacks) *warnings += "; member '" + member.name + "' " + lack;
  });
  if (warnings) {
    if (lag.host_port != nullptr && wanted.mtu != before.mtu)
      if (auto set = lag.host_port->set_mtu(wanted.mtu); !set) *warnings += "; " + set.error().detail;
    return warnings;
  }
  lag.port_options = before;
  for_each_member(lag, [&](MemberIndex, MemberRuntime& member) {
    if (member.served) static_cast<void>(member.upkeep.apply(before, member.address_refused));
  });
  return warnings;
}

Result<std::string> Engine::Parts::Commands::operator()(const config::SetOption& command) {
  config::Lag wanted = known();
  LAGOON_TRY(config::set_option(wanted, command.key, command.value));
  if (wanted.options.random_seed && !known().options.random_seed)
    wanted.options.fast.hash.seed = arc4random();
  const auto remarks = change(std::move(wanted));
  if (!remarks) return remarks;
  return command.key + " set" + *remarks;
}

Result<std::string> Engine::Parts::Commands::change(config::Lag wanted) {
  Result<std::string> done = no_answer();
  const auto work = [&] {
    done = std::string{};
    const control::PortOptions before = runtime().port_options;
    if (!(wanted.options.port == before)) done = change_ports(wanted.options.port);
    if (!done) return;
    if (auto changed = runtime().lag->change(wanted.options, dpdk::now()); !changed) {
      if (!(wanted.options.port == before)) static_cast<void>(change_ports(before));
      done = std::unexpected{changed.error()};
    }
  };
  if (!parts_.tasks.run(work, kAnswerPatience)) return no_answer();
  if (!done) return done;
  known() = std::move(wanted);
  runtime().registered.put(parts_.identity_of(lag_, known()));
  return done;
}

}  // namespace lagoon::dpdk
