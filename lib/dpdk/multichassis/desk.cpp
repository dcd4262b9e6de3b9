#include "dpdk/multichassis/desk.hpp"

#include <rte_cycles.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "dpdk/base/monotonic_clock.hpp"

namespace lagoon::dpdk {

namespace {

// The counter is read before the clock, and rates differ by far less than the guard that `until` has in it
// (cluster/guard.hpp): it is never later than the Instant.
[[nodiscard]] std::uint64_t counter_at(Instant until) noexcept {
  const std::uint64_t counter = rte_rdtsc();
  const Duration left = until - dpdk::now();
  if (left <= Duration::zero()) return 0;
  constexpr double kNanoseconds = 1e9;
  return counter + static_cast<std::uint64_t>(static_cast<double>(left.count()) *
                                              static_cast<double>(rte_get_tsc_hz()) / kNanoseconds);
}

[[nodiscard]] cluster::Fitness fitness_of(const control::ShareFitness& from) noexcept {
  return {.members_ready = from.members_ready,
          .members_carrying = from.members_carrying,
          .uplinks = from.uplinks,
          .partner = {.system = {.priority = from.partner_priority, .mac = from.partner},
                      .key = from.partner_key}};
}

}  // namespace

MultichassisDesk::MultichassisDesk(std::vector<std::size_t> lags) : lags_{std::move(lags)} {
  for (std::size_t i = 0; i < lags_.size(); ++i) seats_.push_back(std::make_unique<Seat>());
}

MultichassisDesk::~MultichassisDesk() {
  if (news_ >= 0) close(news_);
}

Result<void> MultichassisDesk::open() {
  news_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (news_ < 0) return fail(Errc::system, std::string{"eventfd: "} + std::strerror(errno));
  return {};
}

void MultichassisDesk::clear_news() noexcept {
  eventfd_t count = 0;
  static_cast<void>(eventfd_read(news_, &count));
}

void MultichassisDesk::give(std::size_t index, const cluster::LagOrder& order, Instant) {
  Seat& seat = *seats_[index];
  const auto renew = [&](table::Validity& validity) {
    validity.until.store(counter_at(*order.valid_until), std::memory_order_relaxed);
  };
  if (order.generation == seat.given.generation) {
    if (order.forwards && order.valid_until) renew(seat.validities[seat.given.authority % kValidities]);
    return;
  }
  control::ShareOrder next{.generation = order.generation,
                           .system_priority = order.id.priority,
                           .system = order.id.mac,
                           .sync = order.sync,
                           .forwards = order.forwards,
                           .authority = seat.given.authority};
  const bool has_end = order.valid_until.has_value();
  if (order.forwards && (!seat.given.forwards || has_end != seat.has_end)) ++next.authority;
  if (order.forwards && has_end) {
    table::Validity& validity = seat.validities[next.authority % kValidities];
    renew(validity);
    next.validity = &validity;
  }
  seat.has_end = has_end;
  seat.given = next;
  {
    const std::lock_guard lock{seat.mutex};
    seat.order = next;
  }
  seat.has_order.store(true, std::memory_order_release);
}

std::optional<cluster::Fitness> MultichassisDesk::take_fitness(std::size_t index) {
  Seat& seat = *seats_[index];
  const std::lock_guard lock{seat.mutex};
  return std::exchange(seat.fitness, std::nullopt);
}

std::optional<std::uint64_t> MultichassisDesk::take_passed(std::size_t index) {
  Seat& seat = *seats_[index];
  const std::lock_guard lock{seat.mutex};
  return std::exchange(seat.passed, std::nullopt);
}

std::optional<control::ShareOrder> MultichassisDesk::take_order(std::size_t index) {
  Seat& seat = *seats_[index];
  leave(seat);
  if (!seat.has_order.load(std::memory_order_acquire)) return std::nullopt;
  const std::unique_lock lock{seat.mutex, std::try_to_lock};
  if (!lock) return std::nullopt;
  seat.has_order.store(false, std::memory_order_relaxed);
  return std::exchange(seat.order, std::nullopt);
}

void MultichassisDesk::say(std::size_t index, Saying saying) {
  Seat& seat = *seats_[index];
  {
    const std::lock_guard lock{seat.mutex};
    seat.sayings.push_overwriting(std::move(saying));
  }
  seat.has_sayings.store(true, std::memory_order_release);
}

std::optional<MultichassisDesk::Saying> MultichassisDesk::take_saying(std::size_t index) {
  Seat& seat = *seats_[index];
  if (!seat.has_sayings.load(std::memory_order_acquire)) return std::nullopt;
  const std::unique_lock lock{seat.mutex, std::try_to_lock};
  if (!lock) return std::nullopt;
  auto saying = seat.sayings.pop();
  if (!saying) seat.has_sayings.store(false, std::memory_order_relaxed);
  return saying;
}

void MultichassisDesk::leave(Seat& seat) {
  if (!seat.fitness_waits && !seat.passed_waits) return;
  {
    const std::unique_lock lock{seat.mutex, std::try_to_lock};
    if (!lock) return;
    if (seat.fitness_waits) seat.fitness = std::exchange(seat.fitness_waits, std::nullopt);
    if (seat.passed_waits) seat.passed = std::exchange(seat.passed_waits, std::nullopt);
  }
  static_cast<void>(eventfd_write(news_, 1));
}

void MultichassisDesk::tell(std::size_t index, const control::ShareFitness& fitness) {
  Seat& seat = *seats_[index];
  seat.fitness_waits = fitness_of(fitness);
  leave(seat);
}

void MultichassisDesk::tell_passed(std::size_t index, std::uint64_t generation) {
  Seat& seat = *seats_[index];
  seat.passed_waits = generation;
  leave(seat);
}

}  // namespace lagoon::dpdk
