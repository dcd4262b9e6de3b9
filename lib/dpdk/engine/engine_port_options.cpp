// Options of a LAG that runs, and of its ports.
#include <bsd/stdlib.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/control/addresses.hpp"
#include "dpdk/engine/engine_commands.hpp"

namespace lagoon::dpdk {

namespace {

// What ports were given stands, or is refused, within this: the kernel may be busy.
constexpr Duration kSettingPatience = 5s;
constexpr std::chrono::milliseconds kSettingLook{1};

// Nothing: not all ports have answered. Thread: the control lcore.
std::optional<Result<std::string>> answer_of_ports(const LagRuntime& lag) {
  const auto stands = [&](const PortSetting& s) {
    return !s.errand.under_way() && s.stands.options == lag.port_options_revision;
  };
  bool all = lag.host_port == nullptr || stands(lag.host_setting);
  Result<std::string> words{""};
  for_each_member(lag, [&](MemberIndex, const MemberRuntime& member) {
    if (!member.served) return;
    all = all && stands(member.setting);
    if (!all || !words) return;
    const auto& lacks = member.setting.lacks;
    if (!lacks)
      words = fail(lacks.error().code, "member '" + member.name + "': " + lacks.error().detail);
    else
      for (const std::string& lack : *lacks) *words += "; member '" + member.name + "' " + lack;
  });
  if (!all) return std::nullopt;
  if (words && lag.host_port != nullptr && !lag.host_setting.refusal.empty())
    *words += "; " + lag.host_setting.refusal;
  return words;
}

}  // namespace

Result<std::string> Engine::Parts::Commands::give_ports(const control::PortOptions& wanted) {
  const auto give = [&] {
    runtime().port_options = wanted;
    ++runtime().port_options_revision;
  };
  if (!parts_.tasks.run(give, kAnswerPatience)) return no_answer();
  std::optional<Result<std::string>> answer;
  const auto look = [&] {
    set_ports(runtime(), parts_.errands, dpdk::now());
    answer = answer_of_ports(runtime());
  };
  for (const Instant until = dpdk::now() + kSettingPatience; dpdk::now() < until;
       std::this_thread::sleep_for(kSettingLook)) {
    if (!parts_.tasks.run(look, kAnswerPatience)) return no_answer();
    if (answer) return *answer;
  }
  return fail(Errc::busy, "the ports have not taken it within 5 s");
}

// What was set is taken back when one refuses.
Result<std::string> Engine::Parts::Commands::change_ports(const control::PortOptions& wanted) {
  const control::PortOptions before = runtime().port_options;
  auto warnings = give_ports(wanted);
  if (!warnings) static_cast<void>(give_ports(before));
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
  Result<std::string> done{""};
  const control::PortOptions before = known().options.port;
  const bool changes_ports = !(wanted.options.port == before);
  if (changes_ports) done = change_ports(wanted.options.port);
  if (!done) return done;
  Result<void> changed = no_answer();
  const auto work = [&] { changed = runtime().lag->change(wanted.options, dpdk::now()); };
  if (!parts_.tasks.run(work, kAnswerPatience)) changed = no_answer();
  if (!changed) {
    if (changes_ports) static_cast<void>(change_ports(before));
    return std::unexpected{changed.error()};
  }
  known() = std::move(wanted);
  runtime().registered.put(parts_.identity_of(lag_, known()));
  return done;
}

}  // namespace lagoon::dpdk
