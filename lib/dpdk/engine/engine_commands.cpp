// Commands of an operator to a running Engine. What takes time with a port (probe, start, stop, close) is
// done in the caller's thread; the control lcore only takes in what is ready, and lets go of what is done.
#include <rte_ethdev.h>

#include <chrono>
#include <thread>
#include <utility>

#include "config/values/device_name.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/engine_parts.hpp"

#include <bsd/stdlib.h>

namespace lagoon::dpdk {

namespace {

// Telling a slow Partner takes up to two seconds; then the port is closed.
constexpr Duration kRemovalPatience = 4s;
constexpr Duration kRemovalLook = 2ms;
// (as long as a Marker may be under way, and a pause is waited for)
constexpr Duration kMovePatience = 2s;

std::unexpected<Error> no_member(const std::string& lag, const std::string& member) {
  return fail(Errc::no_such_thing, "LAG '" + lag + "' has no member '" + member + "'");
}

config::Member* find(config::Lag& lag, const std::string& name) {
  for (config::Member& member : lag.members)
    if (member.name == name) return &member;
  return nullptr;
}

void warn_of_speed(const LagRuntime& lag, const MemberRuntime& added) {
  const BitsPerSecond speed = added.port.link().speed;
  for_each_member(lag, [&](MemberIndex, const MemberRuntime& other) {
    const BitsPerSecond theirs = other.port.link().speed;
    if (&other == &added || speed.value() == 0 || theirs.value() == 0 || speed == theirs) return;
    log_line(LogLevel::notice, "member '" + added.name + "' has " + std::to_string(to_mbps(speed)) +
                                   " Mbit/s, '" + other.name + "' " + std::to_string(to_mbps(theirs)));
  });
}

}  // namespace

Result<std::string> Engine::execute(const config::Command& command) {
  const std::lock_guard lock{parts_->commands};
  const auto position = parts_->position_of(command.lag);
  if (!position) return fail(Errc::no_such_thing, "no LAG '" + command.lag + "'");
  return std::visit([&](const auto& action) { return parts_->run(*position, action); }, command.action);
}

Result<void> Engine::set_address(std::string_view lag, const MacAddress& address) {
  const std::lock_guard lock{parts_->commands};
  const auto position = parts_->position_of(lag);
  if (!position) return fail(Errc::no_such_thing, "no LAG '" + std::string{lag} + "'");
  Result<void> done = no_answer();
  const auto work = [&] { done = parts_->lags[*position]->lag->set_address(address, dpdk::now()); };
  if (!parts_->tasks.run(work, kAnswerPatience)) return no_answer();
  if (!done) return done;
  config::Lag& known = parts_->config.lags[*position];
  known.options.mac = address;
  known.options.mac_from.clear();
  return {};
}

config::Config Engine::running_config() {
  const std::lock_guard lock{parts_->commands};
  return parts_->config;
}

Result<std::string> Engine::Parts::run(std::size_t lag, const config::AddMember& command) {
  config::Lag& known = config.lags[lag];
  const config::Member& wanted = command.member;
  if (find(known, wanted.name) != nullptr)
    return fail(Errc::already_exists, "LAG '" + known.name + "' has a member '" + wanted.name + "' already");
  if (known.members.size() >= kMembersMax)
    return fail(Errc::no_resources,
                "LAG '" + known.name + "' has " + std::to_string(kMembersMax) + " members; remove one first");
  auto member = open_member(wanted);
  if (!member) return std::unexpected{member.error()};
  if (rte_eth_dev_count_total() > ports_most)
    return fail(Errc::no_resources, "there are mbufs for " + std::to_string(ports_most) +
                                        " ports; remove a member first, or start with more 'memory:'");
  LAGOON_TRY(configure_member(**member, lag));
  LAGOON_TRY(start_member(**member, lag));
  Result<void> taken = no_answer();
  const auto take = [&] {
    LagRuntime& runtime = *lags[lag];
    (*member)->port.drain();
    if (taken = wires.arm(); !taken) return;
    control::MemberSettings settings = settings_of(wanted, (*member)->port);
    const auto index =
        membership->attach(runtime, *member, std::move(settings), count_all(runtime.users), dpdk::now());
    if (!index)
      taken = std::unexpected{index.error()};
    else
      warn_of_speed(runtime, *runtime.find(*index));
  };
  if (!tasks.run(take, kAnswerPatience)) return no_answer();
  if (!taken) return std::unexpected{taken.error()};
  known.members.push_back(wanted);
  return "member '" + wanted.name + "' added to LAG '" + known.name + "'";
}

Result<std::string> Engine::Parts::run(std::size_t lag, const config::RemoveMember& command) {
  config::Lag& known = config.lags[lag];
  LagRuntime& runtime = *lags[lag];
  Result<MemberIndex> index = no_answer();
  const auto leave = [&] {
    const auto found = runtime.lag->find(command.member);
    if (!found)
      index = no_member(known.name, command.member);
    else if (auto left = membership->leave(runtime, *found, true, dpdk::now()); left) {
      index = *found;
      if (capture) capture->leave_port(runtime.find(*found)->port.id().value());
    } else
      index = fail(left.error().code, "member '" + command.member + "': " + left.error().detail);
  };
  if (!tasks.run(leave, kAnswerPatience)) return no_answer();
  if (!index) return std::unexpected{index.error()};
  std::erase_if(known.members, [&](const config::Member& m) { return m.name == command.member; });

  std::unique_ptr<MemberRuntime> gone;
  const Instant until = dpdk::now() + kRemovalPatience;
  while (gone == nullptr && !tasks.is_server() && dpdk::now() < until) {
    std::this_thread::sleep_for(kRemovalLook);
    if (!tasks.run([&] { gone = membership->take(runtime, *index); }, kAnswerPatience)) break;
  }
  if (gone == nullptr) {
    static_cast<void>(tasks.run([&] { membership->abandon(runtime, *index); }, kAnswerPatience));
    return "removal of member '" + command.member + "' from LAG '" + known.name + "' is under way";
  }
  gone.reset();
  static_cast<void>(tasks.run([&] { membership->closed(runtime, *index, dpdk::now()); }, kAnswerPatience));
  return "member '" + command.member + "' removed from LAG '" + known.name + "'";
}

void Engine::Parts::device_goes(const std::string& device) {
  const std::lock_guard lock{commands};
  for (std::size_t i = 0; i < config.lags.size(); ++i)
    for (const config::Member& member : config.lags[i].members) {
      const auto* const source = std::get_if<config::DevicePort>(&member.source);
      if (source == nullptr || config::canonical_device(source->devargs) != device) continue;
      const auto done = run(i, config::RemoveMember{member.name});
      log_line(LogLevel::warning, device + " is taken away: " + (done ? *done : done.error().detail));
      return;
    }
}

Result<std::string> Engine::Parts::administrate(std::size_t lag, const std::string& member,
                                                control::Administration administration) {
  config::Lag& known = config.lags[lag];
  Result<void> done = no_answer();
  const auto work = [&] {
    control::Lag& of = *lags[lag]->lag;
    if (const auto index = of.find(member))
      done = of.administrate(*index, administration, dpdk::now());
    else
      done = no_member(known.name, member);
  };
  if (!tasks.run(work, kAnswerPatience)) return no_answer();
  if (!done) return std::unexpected{done.error()};
  if (config::Member* const m = find(known, member)) m->administration = administration;
  return "member '" + member + "' is " + std::string{control::name_of(administration)};
}

Result<std::string> Engine::Parts::run(std::size_t lag, const config::EnableMember& command) {
  return administrate(lag, command.member, control::Administration::enabled);
}
Result<std::string> Engine::Parts::run(std::size_t lag, const config::DisableMember& command) {
  return administrate(lag, command.member, control::Administration::disabled);
}
Result<std::string> Engine::Parts::run(std::size_t lag, const config::DrainMember& command) {
  return administrate(lag, command.member, control::Administration::drained);
}

Result<std::string> Engine::Parts::run(std::size_t lag, const config::ActivateMember& command) {
  Result<void> done = no_answer();
  const auto work = [&] {
    control::Lag& of = *lags[lag]->lag;
    if (const auto index = of.find(command.member))
      done = of.activate(*index, dpdk::now());
    else
      done = no_member(config.lags[lag].name, command.member);
  };
  if (!tasks.run(work, kAnswerPatience)) return no_answer();
  if (!done) return std::unexpected{done.error()};
  return "member '" + command.member + "' is active";
}

Result<std::string> Engine::Parts::run(std::size_t lag, const config::WeighMember& command) {
  Result<void> done = no_answer();
  const auto work = [&] {
    control::Lag& of = *lags[lag]->lag;
    if (const auto index = of.find(command.member))
      done = of.weigh(*index, command.weight, dpdk::now());
    else
      done = no_member(config.lags[lag].name, command.member);
  };
  if (!tasks.run(work, kAnswerPatience)) return no_answer();
  if (!done) return std::unexpected{done.error()};
  if (config::Member* const member = find(config.lags[lag], command.member)) member->weight = command.weight;
  return "member '" + command.member + "' weighs " +
         (command.weight ? std::to_string(*command.weight) : "what its speed has it");
}

Result<std::string> Engine::Parts::run(std::size_t lag, const config::MoveBuckets& command) {
  const std::string& name = config.lags[lag].name;
  Result<control::Lag::BucketsPlaced> done = no_answer();
  std::optional<MemberIndex> to;
  const auto place = [&] {
    control::Lag& of = *lags[lag]->lag;
    control::Lag::BucketChoice which{.first = command.first, .last = command.last};
    if (!command.of.empty() && !(which.of = of.find(command.of)))
      done = no_member(name, command.of);
    else if (!command.to.empty() && !(to = of.find(command.to)))
      done = no_member(name, command.to);
    else
      done = of.place_buckets(which, to, dpdk::now());
  };
  if (!tasks.run(place, kAnswerPatience)) return no_answer();
  if (!done) return std::unexpected{done.error()};
  const std::string buckets = std::to_string(done->chosen) +
                              (done->chosen == 1 ? " bucket of LAG '" : " buckets of LAG '") + name + "' ";
  if (!to) return buckets + (done->chosen == 1 ? "goes" : "go") + " where capacities and loads have them";
  bool moving = true;
  std::size_t there = 0;
  const auto look = [&] {
    moving = lags[lag]->lag->wants_progress();
    there = lags[lag]->lag->count_on(done->buckets, *to);
  };
  const Instant until = dpdk::now() + kMovePatience;
  while (moving && !tasks.is_server() && dpdk::now() < until) {
    std::this_thread::sleep_for(kRemovalLook);
    if (!tasks.run(look, kAnswerPatience)) return no_answer();
  }
  const std::string member = "member '" + command.to + "'";
  if (moving) return buckets + "on their way to " + member;
  if (there == done->chosen) return buckets + "now on " + member;
  return buckets + "chosen, of which " + std::to_string(there) + " are on " + member +
         ": the others could not move in order (see the counters of moves), and stay";
}

// All ports or none: what was set is taken back when one refuses.
Result<std::string> Engine::Parts::change_ports(LagRuntime& lag, const control::PortOptions& wanted) {
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

Result<std::string> Engine::Parts::run(std::size_t lag, const config::SetOption& command) {
  config::Lag wanted = config.lags[lag];
  LAGOON_TRY(config::set_option(wanted, command.key, command.value));
  if (wanted.options.random_seed && !config.lags[lag].options.random_seed)
    wanted.options.fast.hash.seed = arc4random();
  const auto remarks = change(lag, std::move(wanted));
  if (!remarks) return remarks;
  return command.key + " set" + *remarks;
}

Result<std::string> Engine::Parts::change(std::size_t lag, config::Lag wanted) {
  Result<std::string> done = no_answer();
  const auto work = [&] {
    LagRuntime& runtime = *lags[lag];
    done = std::string{};
    const control::PortOptions before = runtime.port_options;
    if (!(wanted.options.port == before)) done = change_ports(runtime, wanted.options.port);
    if (!done) return;
    if (auto changed = runtime.lag->change(wanted.options, dpdk::now()); !changed) {
      if (!(wanted.options.port == before)) static_cast<void>(change_ports(runtime, before));
      done = std::unexpected{changed.error()};
    }
  };
  if (!tasks.run(work, kAnswerPatience)) return no_answer();
  if (!done) return done;
  config.lags[lag] = std::move(wanted);
  return done;
}

}  // namespace lagoon::dpdk
