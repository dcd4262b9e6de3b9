#include "dpdk/control/shared_lags.hpp"

#include <rte_ethdev.h>

#include <algorithm>
#include <utility>

namespace lagoon::dpdk {

namespace {

// Between two looks at uplinks: reading a link costs a few accesses to registers.
constexpr Duration kUplinkInterval = 2ms;

[[nodiscard]] std::string in_words(const std::vector<std::string>& names, bool up) {
  if (names.empty()) return "none is asked for any more";
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  if (names.size() == 1) return text + (up ? " is up" : " is down");
  return up ? "one at least is up, of " + text : "all are down: " + text;
}

}  // namespace

void SharedLags::resolve(OfLag& of, std::span<const std::unique_ptr<LagRuntime>> lags,
                         std::size_t self) const {
  of.names = lags[self]->lag->options().uplinks;
  of.uplinks.clear();
  for (const std::string& name : of.names) {
    if (const auto port = std::ranges::find(access_.names, name); port != access_.names.end())
      of.uplinks.push_back(
          {.is_lag = false, .index = static_cast<std::size_t>(port - access_.names.begin())});
    for (std::size_t i = 0; i < lags.size(); ++i)
      if (i != self && lags[i]->lag->name() == name) of.uplinks.push_back({.is_lag = true, .index = i});
  }
}

bool SharedLags::look_at_uplinks(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now) {
  if (now < next_look_) return false;
  next_look_ = now + kUplinkInterval;
  bool changed = false;
  for (std::size_t i = 0; i < lags.size(); ++i) {
    OfLag& of = of_[i];
    control::Lag& lag = *lags[i]->lag;
    if (of.names.empty() && lag.options().uplinks.empty()) continue;
    if (of.names != lag.options().uplinks) resolve(of, lags, i);
    const bool up = of.uplinks.empty() || std::ranges::any_of(of.uplinks, [&](const Uplink& uplink) {
                      return uplink.is_lag ? lags[uplink.index]->lag->up() : access_.is_up(uplink.index);
                    });
    if (up == std::exchange(of.up, up)) continue;
    control::uplinks_changed(lag, up, in_words(of.names, up), now);
    changed = true;
  }
  return changed;
}

SharedLags::~SharedLags() {
  for (OfLag& of : of_) of.link.wait();
}

// A switch behind the port whose link goes forgets who was there, and asks the other box. (Where the driver
// has no such function, or it fails, frames are dropped by name all the same.)
void SharedLags::follow(OfLag& of, std::size_t lag) {
  if (of.link_given == of.forwards || of.link.under_way()) return;
  static_cast<void>(of.link.take_done());
  of.link_given = of.forwards;
  const auto port = access_.behind(lag);
  if (!port) return;
  errands_.give(of.link, [port = *port, up = of.forwards] {
    static_cast<void>(up ? rte_eth_dev_set_link_up(port) : rte_eth_dev_set_link_down(port));
  });
}

bool SharedLags::begin_turn(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now) {
  while (of_.size() < lags.size()) of_.emplace_back();
  bool changed = look_at_uplinks(lags, now);
  if (desk_ == nullptr) return changed;
  desk_->turned(now);
  for (std::size_t seat = 0; seat < desk_->size(); ++seat) {
    while (auto saying = desk_->take_saying(seat))
      control::share_said(*lags[desk_->lag(seat)]->lag, saying->to, saying->why, std::move(saying->sentence),
                          now);
    const auto order = desk_->take_order(seat);
    if (!order) continue;
    OfLag& of = of_[desk_->lag(seat)];
    if (!of.order) ++under_way_;
    of.order = order->generation;
    of.published.reset();
    of.sync = order->sync;
    of.forwards = order->forwards;
    control::share(*lags[desk_->lag(seat)]->lag, *order, now);
    changed = true;
  }
  return changed;
}

void SharedLags::end_turn(std::span<const std::unique_ptr<LagRuntime>> lags, const QsbrPublisher& publisher,
                          const SlowTransmitter& transmitter, Instant) {
  if (desk_ == nullptr) return;
  for (std::size_t seat = 0; seat < desk_->size(); ++seat) {
    OfLag& of = of_[desk_->lag(seat)];
    follow(of, desk_->lag(seat));
    const control::Lag& lag = *lags[desk_->lag(seat)]->lag;
    if (const control::ShareFitness fitness = control::fitness_of(lag); of.told != fitness) {
      of.told = fitness;
      desk_->tell(seat, fitness);
    }
    if (!of.order) continue;
    // (its table was published in this turn)
    if (!of.published) of.published = publisher.begin_grace_period();
    if (!publisher.passed(*of.published)) continue;
    // (a Partner that this box goes on with is told in its time)
    if (!of.sync && !(control::told(lag) && transmitter.idle())) continue;
    desk_->tell_passed(seat, *std::exchange(of.order, std::nullopt));
    --under_way_;
  }
}

}  // namespace lagoon::dpdk
