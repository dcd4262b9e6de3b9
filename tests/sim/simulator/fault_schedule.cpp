#include "fault_schedule.hpp"

#include "simulator.hpp"

namespace lagoon::sim {

namespace {

enum class Fault : std::uint8_t {
  loss,
  duplication,
  jitter,
  corruption,
  one_way,
  both_ways,
  carrier,
  flapping
};
constexpr std::uint64_t kFaults = 8;

Duration random_duration(test::Prng& prng, Duration limit) {
  return Duration{static_cast<std::int64_t>(prng.below(static_cast<std::uint64_t>(limit / 1us)) * 1000)};
}

void change_both(Simulator& simulator, std::size_t link, const std::function<void(Impairment&)>& change) {
  change(simulator.link(link).towards(0));
  change(simulator.link(link).towards(1));
}

void flap(Simulator& simulator, std::size_t link, Duration begin, Duration end) {
  bool up = false;
  for (Duration at = begin; at < end; at += 20ms + random_duration(simulator.prng(), 2s)) {
    simulator.schedule(at, [&simulator, link, up] { simulator.set_carrier(link, up); });
    up = !up;
  }
  simulator.schedule(end, [&simulator, link] { simulator.set_carrier(link, true); });
}

void schedule_one(Simulator& simulator, Duration begin, Duration end) {
  test::Prng& prng = simulator.prng();
  const std::size_t link = prng.below(simulator.link_count());
  const std::size_t side = prng.below(2);
  const double much = prng.chance(0.5) ? 0.9 : 0.3;
  const auto between = [&](const std::function<void(bool)>& fault) {
    simulator.schedule(begin, [fault] { fault(true); });
    simulator.schedule(end, [fault] { fault(false); });
  };
  switch (static_cast<Fault>(prng.below(kFaults))) {
    case Fault::loss:
      return between([&simulator, link, side, much](bool on) {
        simulator.link(link).towards(side).loss = on ? much : 0;
      });
    case Fault::duplication:
      return between([&simulator, link, much](bool on) {
        change_both(simulator, link, [&](Impairment& i) { i.duplication = on ? much : 0; });
      });
    case Fault::jitter:
      return between([&simulator, link](bool on) {
        change_both(simulator, link, [&](Impairment& i) { i.jitter = on ? Duration{3s} : Duration{}; });
      });
    case Fault::corruption:
      return between([&simulator, link, side, much](bool on) {
        simulator.link(link).towards(side).corruption = on ? much : 0;
      });
    case Fault::one_way:
      return between([&simulator, link, side](bool on) { simulator.blackhole_towards(link, side, on); });
    case Fault::both_ways:
      return between([&simulator, link](bool on) { simulator.blackhole(link, on); });
    case Fault::carrier:
      return between([&simulator, link](bool on) { simulator.set_carrier(link, !on); });
    case Fault::flapping:
      return flap(simulator, link, begin, end);
  }
}

}  // namespace

void schedule_faults(Simulator& simulator, const FaultSettings& settings) {
  for (std::size_t i = 0; i < settings.faults; ++i) {
    const Duration begin = random_duration(simulator.prng(), settings.duration);
    schedule_one(simulator, begin, begin + random_duration(simulator.prng(), settings.duration - begin));
  }
}

void stop_faults(Simulator& simulator) {
  for (std::size_t i = 0; i < simulator.link_count(); ++i) {
    simulator.link(i).heal();
    simulator.set_carrier(i, true);
  }
}

}  // namespace lagoon::sim
