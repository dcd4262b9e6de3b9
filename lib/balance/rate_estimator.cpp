#include "balance/rate_estimator.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace lagoon::balance {
namespace {

// Of the newest square of an error; slow, since scatter is to be known better than the load.
constexpr double kNewestSquare = 1.0 / 16;

// How much less an exponential average scatters than one measurement.
constexpr double smoothing(double newest) noexcept {
  return (2 - newest) / newest;
}

void smooth_into(double& rate, double& variance, double sample, double newest) noexcept {
  const double off = sample - rate;
  rate += newest * off;
  variance += kNewestSquare * (off * off - variance);
}

}  // namespace

RateEstimator::RateEstimator(std::size_t counters, std::optional<Instant> since)
    : rate_(counters, 0),
      variance_(counters, 0),
      sample_(counters, 0),
      last_(counters, 0),
      last_measured_{since} {}

bool RateEstimator::measured(std::span<const std::uint64_t> octets, Instant now) {
  LAGOON_CHECK(octets.size() == last_.size());
  if (last_measured_ && now <= *last_measured_) return false;
  if (last_measured_) {
    const double seconds = std::chrono::duration<double>{now - *last_measured_}.count();
    for (std::size_t i = 0; i < last_.size(); ++i) {
      const std::uint64_t sent = octets[i] >= last_[i] ? octets[i] - last_[i] : octets[i];
      smooth(i, static_cast<double>(sent) / seconds);
    }
    seeded_ = true;
  }
  std::ranges::copy(octets, last_.begin());
  last_measured_ = now;
  return seeded_;
}

void RateEstimator::smooth(std::size_t counter, double sample) noexcept {
  sample_[counter] = sample;
  if (seeded_)
    smooth_into(rate_[counter], variance_[counter], sample, kNewest);
  else
    rate_[counter] = sample;
  if (rate_[counter] < kIdle) {
    rate_[counter] = 0;
    variance_[counter] = 0;
  }
}

void RateEstimator::forget() {
  std::ranges::fill(rate_, 0);
  std::ranges::fill(variance_, 0);
  std::ranges::fill(sample_, 0);
  seeded_ = false;
  last_measured_.reset();  // the octets counted meanwhile are not known
}

// The parts are taken for independent, each scattering as its part of the rate.
void RateEstimator::split(std::size_t from, std::size_t to, double rate) noexcept {
  const double moved = std::min(rate, rate_[from]);
  const double part = rate_[from] > 0 ? moved / rate_[from] : 0;
  rate_[to] = moved;
  variance_[to] = variance_[from] * part;
  rate_[from] -= moved;
  variance_[from] -= variance_[to];
}

void RateEstimator::merge(std::size_t from, std::size_t to) noexcept {
  rate_[to] += rate_[from];
  variance_[to] += variance_[from];
  rate_[from] = 0;
  variance_[from] = 0;
}

double RateEstimator::variance(std::size_t counter) const noexcept {
  return variance_[counter] / smoothing(kNewest);
}

void SmoothedRate::measured(double sample, bool steady) noexcept {
  if (!seeded_) rate_ = sample;
  seeded_ = true;
  if (!steady) {
    rate_ += kNewest * (sample - rate_);
    return;
  }
  smooth_into(rate_, variance_, sample, kNewest);
}

double SmoothedRate::variance() const noexcept {
  return variance_ / smoothing(kNewest);
}

void SmoothedRate::add(double rate) noexcept {
  const double sum = std::max(0.0, rate_ + rate);
  if (rate_ > 0 && sum < rate_) variance_ *= sum / rate_;
  rate_ = sum;
}

}  // namespace lagoon::balance
