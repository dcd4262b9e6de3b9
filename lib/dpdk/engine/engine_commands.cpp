// Commands of an operator to a running Engine. What takes time with a port (probe, start, stop, close) is
// done in the caller's thread; the control lcore only takes in what is ready, and lets go of what is done.
#include <rte_ethdev.h>

#include <chrono>
#include <thread>
#include <utility>

#include "config/change/rehearse.hpp"
#include "config/rules/judge.hpp"
#include "config/values/candidates.hpp"
#include "config/values/device_name.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/engine_commands.hpp"

namespace lagoon::dpdk {

namespace {

// Telling a slow Partner takes up to two seconds; then the port is closed.
constexpr Duration kRemovalPatience = 4s;
// For a command of somebody else's that is under way.
constexpr std::chrono::seconds kCommandPatience = 6s;
constexpr Duration kRemovalLook = 2ms;
// (as long as a Marker may be under way, and a pause is waited for)
constexpr Duration kMovePatience = 2s;

std::unexpected<Error> no_member(const std::string& lag, const std::string& member) {
  return fail(Errc::no_such_thing, "LAG '" + lag + "' has no member '" + member + "'");
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

Result<Engine::Parts::CommandsLock> Engine::Parts::begin_command() {
  CommandsLock lock{commands, std::defer_lock};
  // (by the system's clock: ThreadSanitizer does not see a lock that is taken by the steady one)
  if (!lock.try_lock_until(std::chrono::system_clock::now() + kCommandPatience))
    return fail(Errc::busy, "another command is under way, and has not ended within " +
                                std::to_string(kCommandPatience.count()) + " s; try again");
  return lock;
}

Result<std::string> Engine::execute(const config::Command& command) {
  const auto lock = parts_->begin_command();
  if (!lock) return std::unexpected{lock.error()};
  const auto position = parts_->position_of(command.lag);
  if (!position) return fail(Errc::no_such_thing, "no LAG '" + command.lag + "'");
  auto done = parts_->execute(*position, command);
  parts_->note_configuration();
  return done;
}

Result<std::string> Engine::Parts::execute(std::size_t lag, const config::Command& command) {
  const auto after = config::with(config, command);
  if (!after) return std::unexpected{after.error()};
  RegisteredLag& registered = lags[lag]->registered;
  LAGOON_TRY(registered.change(identity_of(lag, after->lags[lag])));
  auto done = std::visit(Commands{*this, lag}, command.action);
  registered.put(identity_of(lag, config.lags[lag]));
  return done;
}

Result<std::string> Engine::let_go(std::string_view lag, const std::string& member,
                                   const std::function<void()>& unserved) {
  const auto lock = parts_->begin_command();
  if (!lock) return std::unexpected{lock.error()};
  const auto position = parts_->position_of(lag);
  if (!position) return fail(Errc::no_such_thing, "no LAG '" + std::string{lag} + "'");
  auto done = Parts::Commands{*parts_, *position}.remove(member, unserved);
  parts_->note_configuration();
  return done;
}

Result<void> Engine::set_address(std::string_view lag, const MacAddress& address) {
  const auto lock = parts_->begin_command();
  if (!lock) return std::unexpected{lock.error()};
  const auto position = parts_->position_of(lag);
  if (!position) return fail(Errc::no_such_thing, "no LAG '" + std::string{lag} + "'");
  config::Config after = parts_->config;
  config::Lag& changed = after.lags[*position];
  changed.options.mac = address;
  changed.options.mac_from.clear();
  LAGOON_TRY(config::judge(parts_->config, after));
  RegisteredLag& registered = parts_->lags[*position]->registered;
  LAGOON_TRY(registered.change(parts_->identity_of(*position, changed)));
  Result<void> done = no_answer();
  const auto work = [&] { done = parts_->lags[*position]->lag->set_address(address, dpdk::now()); };
  if (!parts_->tasks.run(work, kAnswerPatience)) done = no_answer();
  if (done) parts_->config = std::move(after);
  parts_->note_configuration();
  registered.put(parts_->identity_of(*position, parts_->config.lags[*position]));
  return done;
}

Result<config::Config> Engine::running_config() {
  const auto lock = parts_->begin_command();
  if (!lock) return std::unexpected{lock.error()};
  return parts_->config;
}

Result<std::string> Engine::Parts::Commands::operator()(const config::AddMember& command) {
  const config::Member& wanted = command.member;
  auto member = parts_.open_member(wanted, known().name, known().options.port.mtu);
  if (!member) return std::unexpected{member.error()};
  if (rte_eth_dev_count_total() > parts_.pool_size.ports_most)
    return fail(Errc::no_resources, "there are mbufs for " + std::to_string(parts_.pool_size.ports_most) +
                                        " ports; remove a member first, or start with more 'memory:'");
  LAGOON_TRY(parts_.configure_member(**member, lag_));
  LAGOON_TRY(parts_.start_member(**member, lag_));
  Result<void> taken = no_answer();
  const auto take = [&] {
    (*member)->port.drain();
    if (taken = parts_.wires.arm(); !taken) return;
    control::MemberSettings settings = parts_.settings_of(wanted, (*member)->port);
    const auto index = parts_.lifecycle->attach(runtime(), *member, std::move(settings),
                                                count_all(runtime().users), dpdk::now());
    if (!index)
      taken = std::unexpected{index.error()};
    else
      warn_of_speed(runtime(), *runtime().find(*index));
  };
  if (!parts_.tasks.run(take, kAnswerPatience)) return no_answer();
  if (!taken) return std::unexpected{taken.error()};
  known().members.push_back(wanted);
  return "member '" + wanted.name + "' added to LAG '" + known().name + "'";
}

Result<std::string> Engine::Parts::Commands::operator()(const config::RemoveMember& command) {
  return remove(command.member, {});
}

// A member whose interface is gone, and whose port is closed. Thread: the control lcore.
bool Engine::Parts::Commands::forget_absent(MemberIndex member) {
  if (!runtime().absent[member.value()] || parts_.lifecycle->is_under_way(runtime(), member)) return false;
  runtime().absent[member.value()].reset();
  runtime().lag->leave_member(member, dpdk::now());
  runtime().lag->forget_member(member, dpdk::now());
  return true;
}

Result<std::string> Engine::Parts::Commands::remove(const std::string& member,
                                                    const std::function<void()>& unserved) {
  Result<MemberIndex> index = no_answer();
  bool was_closed = false;
  const auto leave = [&] {
    const auto found = runtime().lag->find(member);
    if (!found)
      index = no_member(known().name, member);
    else if ((was_closed = forget_absent(*found)))
      index = *found;
    else if (auto left = parts_.lifecycle->leave(runtime(), *found, true, dpdk::now()); left) {
      index = *found;
      if (parts_.capture) parts_.capture->leave_port(runtime().find(*found)->port.id().value());
    } else
      index = fail(left.error().code, "member '" + member + "': " + left.error().detail);
  };
  if (!parts_.tasks.run(leave, kAnswerPatience)) return no_answer();
  if (!index) return std::unexpected{index.error()};
  std::erase_if(known().members, [&](const config::Member& m) { return m.name == member; });

  if (was_closed) return "member '" + member + "' removed from LAG '" + known().name + "'";
  std::unique_ptr<MemberRuntime> gone;
  const auto take = [&] { gone = parts_.lifecycle->take(runtime(), *index); };
  // (another one may have to take its place first)
  // (a device that goes waits for no newcomer)
  const Duration swap = unserved ? Duration::zero() : known().options.lacp.swap_patience;
  const Instant until = dpdk::now() + kRemovalPatience + swap;
  while (gone == nullptr && !parts_.tasks.is_server() && dpdk::now() < until) {
    std::this_thread::sleep_for(kRemovalLook);
    if (!parts_.tasks.run(take, kAnswerPatience)) break;
  }
  if (gone == nullptr) {
    static_cast<void>(
        parts_.tasks.run([&] { parts_.lifecycle->abandon(runtime(), *index); }, kAnswerPatience));
    return "removal of member '" + member + "' from LAG '" + known().name + "' is under way";
  }
  if (unserved) unserved();
  gone.reset();
  static_cast<void>(
      parts_.tasks.run([&] { parts_.lifecycle->closed(runtime(), *index, dpdk::now()); }, kAnswerPatience));
  return "member '" + member + "' removed from LAG '" + known().name + "'";
}

void Engine::Parts::device_goes(const std::string& device) {
  const std::lock_guard lock{commands};
  for (std::size_t i = 0; i < config.lags.size(); ++i)
    for (const config::Member& member : config.lags[i].members) {
      const auto* const source = std::get_if<config::DevicePort>(&member.source);
      if (source == nullptr || config::canonical_device(source->devargs) != device) continue;
      const auto done = Commands{*this, i}(config::RemoveMember{member.name});
      log_line(LogLevel::warning, device + " is taken away: " + (done ? *done : done.error().detail));
      return;
    }
}

template <typename Work>
Result<void> Engine::Parts::Commands::with_member(const std::string& member, Work work) {
  Result<void> done = no_answer();
  const auto task = [&] {
    control::Lag& of = *runtime().lag;
    if (const auto index = of.find(member))
      done = work(of, *index);
    else
      done = no_member(known().name, member);
  };
  if (!parts_.tasks.run(task, kAnswerPatience)) return no_answer();
  return done;
}

Result<std::string> Engine::Parts::Commands::administrate(const std::string& member,
                                                          control::Administration to) {
  bool waits = false;
  LAGOON_TRY(with_member(member, [to, &waits](control::Lag& lag, MemberIndex index) {
    auto done = lag.administrate(index, to, dpdk::now());
    waits = control::is_being_replaced(lag, index);
    return done;
  }));
  config::change_member(parts_.config, known(), member, [to](config::Member& m) { m.administration = to; });
  return "member '" + member + "' is " + std::string{control::name_of(to)} +
         (waits ? ": it goes on until another one distributes in its place, or swap-patience is over" : "");
}

Result<std::string> Engine::Parts::Commands::operator()(const config::EnableMember& command) {
  return administrate(command.member, control::Administration::enabled);
}
Result<std::string> Engine::Parts::Commands::operator()(const config::DisableMember& command) {
  return administrate(command.member, control::Administration::disabled);
}
Result<std::string> Engine::Parts::Commands::operator()(const config::DrainMember& command) {
  return administrate(command.member, control::Administration::drained);
}

Result<std::string> Engine::Parts::Commands::operator()(const config::ActivateMember& command) {
  LAGOON_TRY(with_member(
      command.member, [](control::Lag& lag, MemberIndex index) { return lag.activate(index, dpdk::now()); }));
  return "member '" + command.member + "' is active";
}

Result<std::string> Engine::Parts::Commands::operator()(const config::WeighMember& command) {
  LAGOON_TRY(with_member(command.member, [&command](control::Lag& lag, MemberIndex index) {
    return lag.weigh(index, command.weight, dpdk::now());
  }));
  config::change_member(parts_.config, known(), command.member,
                        [&command](config::Member& m) { m.weight = command.weight; });
  return "member '" + command.member + "' weighs " +
         (command.weight ? std::to_string(*command.weight) : "what its speed has it");
}

Result<std::string> Engine::Parts::Commands::operator()(const config::ExpectNeighbor& command) {
  LAGOON_TRY(with_member(command.member, [&command](control::Lag& lag, MemberIndex index) -> Result<void> {
    control::expect_neighbor(lag, index, command.expected);
    return {};
  }));
  config::change_member(parts_.config, known(), command.member,
                        [&command](config::Member& m) { m.expect = command.expected; });
  return "member '" + command.member + "' has another neighbour to be there";
}

Result<std::string> Engine::Parts::Commands::operator()(const config::MoveBuckets& command) {
  const std::string& name = known().name;
  Result<control::Lag::BucketsPlaced> done = no_answer();
  std::optional<MemberIndex> to;
  const auto place = [&] {
    control::Lag& of = *runtime().lag;
    control::Lag::BucketChoice which{.first = command.first, .last = command.last};
    if (!command.of.empty() && !(which.of = of.find(command.of)))
      done = no_member(name, command.of);
    else if (!command.to.empty() && !(to = of.find(command.to)))
      done = no_member(name, command.to);
    else
      done = of.place_buckets(which, to, dpdk::now());
  };
  if (!parts_.tasks.run(place, kAnswerPatience)) return no_answer();
  if (!done) return std::unexpected{done.error()};
  const std::string buckets = std::to_string(done->chosen) +
                              (done->chosen == 1 ? " bucket of LAG '" : " buckets of LAG '") + name + "' ";
  if (!to) return buckets + (done->chosen == 1 ? "goes" : "go") + " where capacities and loads have them";
  bool moving = true;
  std::size_t there = 0;
  const auto look = [&] {
    moving = runtime().lag->wants_progress();
    there = runtime().lag->count_on(done->buckets, *to);
  };
  const Instant until = dpdk::now() + kMovePatience;
  while (moving && !parts_.tasks.is_server() && dpdk::now() < until) {
    std::this_thread::sleep_for(kRemovalLook);
    if (!parts_.tasks.run(look, kAnswerPatience)) return no_answer();
  }
  const std::string member = "member '" + command.to + "'";
  if (moving) return buckets + "on their way to " + member;
  if (there == done->chosen) return buckets + "now on " + member;
  return buckets + "chosen, of which " + std::to_string(there) + " are on " + member +
         ": the others could not move in order (see the counters of moves), and stay";
}

}  // namespace lagoon::dpdk
