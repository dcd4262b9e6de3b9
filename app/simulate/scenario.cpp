#include "scenario.hpp"

#include <algorithm>
#include <memory>

#include "conversations.hpp"
#include "lag_station.hpp"
#include "modulo_station.hpp"
#include "workload.hpp"

namespace lagoon::simulate {

namespace {

constexpr Duration kStep = 20us;
constexpr Duration kConvergesIn = 10s;
// Of polarised conversations' parts: nine tenths' worth against one.
constexpr double kHeavy = 9;

[[nodiscard]] std::unique_ptr<Station> make_station(const Options& options, Conversations& conversations,
                                                    Instant now) {
  if (options.dealing == Dealing::modulo) return std::make_unique<ModuloStation>(options, conversations);
  return std::make_unique<LagStation>(options, conversations, now);
}

[[nodiscard]] BitsPerSecond rate_of(const Options& options) {
  double sum = 0;
  for (const Cable& cable : options.links) sum += static_cast<double>(cable.speed.value());
  return BitsPerSecond{static_cast<std::uint64_t>(sum * options.load)};
}

// Those that the station's hash has on link 0 are heavy. (Conversations of one seed are the same ones.)
[[nodiscard]] std::vector<double> polarised_parts(const Options& options, const Station& station) {
  Conversations same{options.seed};
  std::vector<double> parts;
  for (std::uint32_t i = 0; i < options.conversations; ++i)
    parts.push_back(station.link_of(same.headers(same.add())) == 0 ? kHeavy : 1);
  return parts;
}

[[nodiscard]] Result<std::unique_ptr<Workload>> make_workload(const Options& options,
                                                              Conversations& conversations,
                                                              const Station& station, Instant now) {
  const std::uint64_t seed = options.seed + 1;
  const auto steady = [&](const std::vector<double>& parts) {
    return std::make_unique<Steady>(conversations, parts, rate_of(options), options.frame, seed, now);
  };
  if (options.workload == "equal") return steady(equal_parts(options.conversations));
  if (options.workload == "zipf") return steady(zipf_parts(options.conversations, options.exponent));
  if (options.workload == "polarised") return steady(polarised_parts(options, station));
  auto sizes = sizes_named(options.workload);
  if (!sizes) return fail(sizes.error().code, "--workload: " + sizes.error().detail);
  return std::make_unique<Arrivals>(conversations, *std::move(sizes), rate_of(options), options.peak,
                                    options.frame, seed, now);
}

/// Makes rows of what is counted since the start.
class Sampler {
 public:
  Sampler(const Options& options, Conversations& conversations, const Station& station, Instant start)
      : conversations_{conversations},
        station_{station},
        start_{start},
        last_{start},
        octets_(options.links.size()),
        before_{conversations.tally},
        moves_{station.moves(start)} {
    for (std::size_t i = 0; i < octets_.size(); ++i) octets_[i] = station.link(i).octets_gone(start);
  }

  [[nodiscard]] Row row(Instant now) {
    const Tally tally = conversations_.tally;
    Row row;
    row.at = now - start_;
    add_utilisation(row, now);
    row.sent = tally.sent - before_.sent;
    row.received = tally.received - before_.received;
    row.reordered = tally.reordered - before_.reordered;
    row.duplicated = tally.duplicated - before_.duplicated;
    row.dropped = tally.dropped - before_.dropped;
    row.lost = tally.lost_in_flight - before_.lost_in_flight;
    for (std::size_t i = 0; i < octets_.size(); ++i) {
      const std::uint64_t changed = tally.changed_from[i] - before_.changed_from[i];
      row.changed += changed;
      if (station_.is_up(i)) row.changed_needless += changed;
    }
    const MoveFacts moves = station_.moves(now);
    row.moves = moves.begun - moves_.begun;
    if (moves.released != moves_.released) row.pause = moves.last_pause;
    row.longest_wait = tally.longest_wait;
    conversations_.tally.longest_wait = {};
    before_ = tally;
    moves_ = moves;
    last_ = now;
    return row;
  }

 private:
  void add_utilisation(Row& row, Instant now) {
    const double ns = static_cast<double>((now - last_).count());
    double carried = 0;
    double could = 0;
    double busiest = 0;
    for (std::size_t i = 0; i < octets_.size(); ++i) {
      const SimLink& link = station_.link(i);
      const double gone = link.octets_gone(now);
      const double bits = (gone - octets_[i]) * 8;
      const double capacity = link.speed() * ns / 1e9;
      octets_[i] = gone;
      row.utilisation.push_back(bits / capacity);
      if (!station_.is_up(i)) continue;
      carried += bits;
      could += capacity;
      busiest = std::max(busiest, row.utilisation.back());
    }
    if (carried > 0) row.imbalance = busiest / (carried / could);
  }

  Conversations& conversations_;
  const Station& station_;
  Instant start_;
  Instant last_;
  std::vector<double> octets_;
  Tally before_;
  MoveFacts moves_;
};

}  // namespace

Result<void> run_scenario(const Options& options, const std::function<void(const Row&)>& take) {
  Instant now{1s};
  Conversations conversations{options.seed};
  const auto station = make_station(options, conversations, now);
  for (const Instant limit = now + kConvergesIn; !station->ready(); now += kStep) {
    station->run(now);
    if (now >= limit) return fail(Errc::system, "not all links came into use");
  }
  const auto workload = make_workload(options, conversations, *station, now);
  if (!workload) return std::unexpected{workload.error()};
  const Instant start = now;
  Sampler sampler{options, conversations, *station, start};
  auto event = options.events.begin();
  for (Instant next_row = start + options.interval; now < start + options.time;) {
    now += kStep;
    station->run(now);
    for (; event != options.events.end() && start + event->at <= now; ++event)
      if (auto applied = station->apply(*event, now); !applied)
        return fail(applied.error().code,
                    "--event " + std::string{kEventNames[static_cast<std::size_t>(event->kind)]} + ": " +
                        applied.error().detail);
    (*workload)->run(now, [&](SimFrame* frame) { station->offer(frame, now); });
    if (now < next_row) continue;
    take(sampler.row(now));
    next_row += options.interval;
  }
  return {};
}

}  // namespace lagoon::simulate
