#include "cluster/lag_election.hpp"

#include <algorithm>

namespace lagoon::cluster {

LagElection::LagElection(const LagOptions& options, const Self& self, Duration lease, Duration revert_after,
                         Instant start)
    : options_{options},
      self_{self},
      lease_{lease},
      revert_after_{revert_after},
      given_{start},
      lag_id_{options.identity.system},
      used_until_{start},
      carried_{start} {
  order_.id = lag_id_;
  order_.generation = 1;
}

void LagElection::set(const Fitness& fitness) noexcept {
  fitness_ = fitness;
}

void LagElection::passed(std::uint64_t generation, Instant now) noexcept {
  passed_ = std::max(passed_, generation);
  if (generation == order_.generation && order_.role != Role::holder)
    used_until_ = std::min(used_until_, now);
}

std::optional<Revision> LagElection::mine(const Surroundings& s) const noexcept {
  if (!s.active || !s.lease.exists() || s.active->lease != s.lease.id()) return std::nullopt;
  const auto* const record = std::get_if<ActiveRecord>(&s.active->value);
  if (!record || record->node != self_.node || record->incarnation != self_.incarnation) return std::nullopt;
  return s.active->created;
}

std::optional<Instant> LagElection::authority(const Surroundings& s) const noexcept {
  if (given_.binds(s.now)) return std::nullopt;
  std::optional<Instant> until;
  const auto epoch = mine(s);
  if (epoch && *epoch != released_ && s.lease.valid(s.now)) until = s.lease.deadline();
  if (held_.valid(s.now)) until = std::max(until.value_or(Instant::min()), *held_.deadline());
  return until;
}

void LagElection::promised(Instant asked) noexcept {
  // (who has let go of the LAG, or offers itself, has no use for it)
  if (order_.role == Role::holder || order_.role == Role::standby) held_.promised(asked);
}

bool LagElection::asked(bool holds, const Surroundings& s) {
  if (order_.role == Role::holder || order_.role == Role::independent || !out_of_use(s.now)) return false;
  if (order_.role == Role::refused) return false;
  if (!holds) {
    if (order_.role == Role::isolated && fitness_.carries()) return false;
    if (s.etcd && fitness_.fit()) return false;
    if (s.etcd && s.active_known && s.active) return false;
    if (asks_ && outranks(s)) return false;
  }
  held_.forget();
  given_.give(s.now);
  return true;
}

void LagElection::take_back() noexcept {
  if (order_.role != Role::holder || order_.id == options_.identity.system) return;
  LagOrder next = order_;
  next.id = options_.identity.system;
  give(next);
}

void LagElection::give(const LagOrder& order) noexcept {
  // (a table that has no end is not one that has)
  const bool same = order.id == order_.id && order.sync == order_.sync && order.forwards == order_.forwards &&
                    order.valid_until.has_value() == order_.valid_until.has_value();
  const std::uint64_t generation = order_.generation + (same ? 0 : 1);
  order_ = order;
  order_.generation = generation;
  if (order_.role == Role::holder && order_.valid_until)
    used_until_ = std::max(used_until_, *order_.valid_until);
}

void LagElection::learn(const Surroundings& s) {
  if (s.active_known && !s.active) {
    if (!absent_since_) absent_since_ = s.now;
  } else {
    absent_since_.reset();
  }
  if (s.active && s.active->created >= lag_id_from_)
    if (const auto* const record = std::get_if<ActiveRecord>(&s.active->value)) {
      lag_id_ = record->id;
      lag_id_from_ = s.active->created;
      if (record->node != self_.node) held_last_ = false;
    }
  // (without etcd, by who holds it; the next claim says it again)
  if (s.other.authority && s.other.promoted) {
    lag_id_ = s.other.lag_id;
    held_last_ = false;
  }
  const bool ready = s.other.known && s.other.in_etcd && s.other.report.fit;
  if (!ready) other_fit_since_.reset();
  if (ready && !other_fit_since_) other_fit_since_ = s.now;
}

void LagElection::turn(const Surroundings& s) {
  learn(s);
  if (fitness_.carries() && order_.sync) carried_ = s.now;
  if (s.refused) {
    step_down(Role::refused, *s.refused, s);
  } else if (options_.identity.mode == Mode::independent) {
    LagOrder both{.role = Role::independent, .why = Why::independent, .id = options_.identity.system};
    both.sync = both.forwards = fitness_.fit() && !s.leaving;
    give(both);
  } else {
    switch (order_.role) {
      case Role::refused:
      case Role::independent:
      case Role::standby:
        stand_by(s);
        break;
      case Role::holder:
        hold(s);
        break;
      case Role::releasing:
        release(s);
        break;
      case Role::isolated:
        offer(s);
        break;
    }
  }
  asks_ = !s.refused && wants_promise(s);
}

void LagElection::carry(SystemId id, const Surroundings& s) {
  LagOrder order{.role = Role::holder, .id = id, .sync = true, .forwards = true, .valid_until = authority(s)};
  const auto epoch = mine(s);
  order.why = epoch && s.lease.valid(s.now) ? Why::lease : Why::promise;
  order.epoch = epoch.value_or(Revision{});
  if (order_.role != Role::holder) carried_ = s.now;
  held_last_ = true;
  give(order);
}

// With the ID of who carries, where that is known: the Partner has one System before it then.
void LagElection::step_down(Role role, Why why, const Surroundings& s) {
  LagOrder order{.role = role, .why = why, .id = lag_id_};
  if (role == Role::releasing || (role == order_.role && !s.other.known)) order.id = order_.id;
  if (role == Role::refused) order.id = options_.identity.system;
  if (role == Role::standby && (s.other.report.role == Role::holder || other_carries_alone(s)))
    order.id = s.other.known ? s.other.report.using_id : order.id;
  if (role != Role::standby) held_.forget();
  // (the deletion may be under way from now on, and arrive whenever it likes)
  if (role == Role::releasing) released_ = mine(s).value_or(released_);
  give(order);
}

void LagElection::go_alone(const Surroundings& s) {
  const auto base = static_cast<std::uint16_t>(held_last_ ? 0xE000 : 0xF000);
  SystemId own{.priority = static_cast<std::uint16_t>(base + self_.number), .mac = self_.own};
  do {
    own.mac.octets[5] = static_cast<std::uint8_t>(self_.own.octets[5] + owns_++);
  } while (own.mac == lag_id_.mac);
  held_.forget();
  give({.role = Role::isolated,
        .why = Why::alone,
        .id = own,
        .sync = fitness_.fit(),
        .forwards = fitness_.fit()});
  carried_ = s.now;
}

bool LagElection::alone_for(Duration least, const Surroundings& s) const noexcept {
  return s.alone_since != Instant::max() && s.now - s.alone_since >= least;
}

bool LagElection::other_carries_alone(const Surroundings& s) const noexcept {
  return s.other.known && s.other.report.role == Role::isolated && s.other.report.carries;
}

void LagElection::stand_by(const Surroundings& s) {
  if (authority(s) && fitness_.fit() && !s.leaving) return carry(lag_id_, s);
  if (mine(s) && s.lease.valid(s.now))
    return step_down(Role::releasing, reason_to_yield(s).value_or(Why::unused), s);
  const bool other = s.other.known && (s.other.authority || s.other.report.role == Role::holder);
  const bool heard_elsewhere = other || other_carries_alone(s);
  if (options_.isolated == WhenIsolated::ask_partner && !s.leaving && !heard_elsewhere &&
      alone_for(held_last_ ? Duration::zero() : 2 * lease_, s))
    return go_alone(s);
  Why why = held_last_ ? Why::over : Why::nobody;
  if (!fitness_.fit()) why = Why::unfit;
  if (heard_elsewhere) why = Why::other_carries;
  if (s.leaving) why = Why::leaving;
  step_down(Role::standby, why, s);
}

std::optional<Why> LagElection::reason_to_yield(const Surroundings& s) const {
  if (s.leaving) return Why::leaving;
  if (!fitness_.fit()) return Why::unfit;
  const bool other_can = s.etcd && s.other.known && s.other.in_etcd && s.other.report.fit;
  if (other_carries_alone(s) && s.now - carried_ >= kNotTaken) return Why::not_taken;
  if (!other_can || s.now < yield_not_before_) return std::nullopt;
  if (s.want == self_.other) return Why::wanted;
  const bool reverts = options_.revert == Revert::prefer && options_.prefer == self_.other && s.want.empty();
  if (reverts && other_fit_since_ && s.now - *other_fit_since_ >= revert_after_) return Why::preferred;
  return std::nullopt;
}

void LagElection::hold(const Surroundings& s) {
  if (!authority(s)) {
    if (options_.isolated == WhenIsolated::ask_partner && !s.leaving && alone_for(Duration::zero(), s))
      return go_alone(s);
    return step_down(Role::standby, Why::over, s);
  }
  if (const auto why = reason_to_yield(s)) {
    yield_not_before_ = s.now + kYieldPause;
    held_last_ = false;
    return step_down(Role::releasing, *why, s);
  }
  const bool take_back = s.now - carried_ >= kTakeBack && !other_carries_alone(s);
  carry(take_back ? options_.identity.system : order_.id, s);
}

// The key is deleted by step().
void LagElection::release(const Surroundings& s) {
  step_down(Role::releasing, order_.why, s);
  if (out_of_use(s.now) && !mine(s)) step_down(Role::standby, order_.why, s);
}

void LagElection::offer(const Surroundings& s) {
  if (s.leaving) return step_down(Role::standby, Why::leaving, s);
  // (its own ID, under authority from now on: if it is alone again it makes another)
  if (mine(s) && authority(s)) return carry(fitness_.carries() ? order_.id : lag_id_, s);
  const bool alone = s.alone_since != Instant::max();
  const bool other_has = s.other.known && (s.other.authority || s.other.report.carries);
  if (!fitness_.carries() && other_has) return step_down(Role::standby, Why::other_carries, s);
  if (!fitness_.carries() && !alone) {
    const bool both = s.other.known && s.other.report.role == Role::isolated;
    if ((both && !outranks(s)) || s.now - carried_ >= kTakeBack)
      return step_down(Role::standby, Why::nobody, s);
  }
  LagOrder order = order_;
  order.sync = order.forwards = fitness_.fit();
  give(order);
}

const std::string& LagElection::favoured(const Surroundings& s) const noexcept {
  return s.want.empty() ? options_.prefer : s.want;
}

bool LagElection::outranks(const Surroundings& s) const noexcept {
  if (favoured(s) == self_.node) return true;
  if (favoured(s) == self_.other) return false;
  return self_.number < self_.other_number;
}

bool LagElection::wants_claim(const Surroundings& s) const {
  if (order_.role != Role::standby && order_.role != Role::isolated && order_.role != Role::holder)
    return false;
  if (!s.joined || !s.etcd || s.leaving || !s.lease.valid(s.now) || !fitness_.fit()) return false;
  if (!s.active_known || s.active || given_.binds(s.now)) return false;
  if (order_.role == Role::holder) return true;  // by the promise alone
  if (s.other.authority) return false;
  const bool we_carry = order_.role == Role::isolated && fitness_.carries();
  if (other_carries_alone(s) && !we_carry) return false;
  const bool other_first =
      favoured(s) == self_.other && s.other.known && s.other.in_etcd && s.other.report.fit;
  if (we_carry || !other_first) return true;
  // (both may have stood by until now)
  return absent_since_ && s.now - std::max(*absent_since_, given_.until()) >= kHeadStart;
}

bool LagElection::wants_promise(const Surroundings& s) const {
  if (!s.two_way || s.leaving || !fitness_.fit() || given_.binds(s.now)) return false;
  if (order_.role == Role::holder) return !mine(s) || s.lease.deadline() - s.now < lease_ * 55 / 100;
  if (order_.role != Role::standby || s.etcd || s.other.authority) return false;
  if (!outranks(s) && s.other.report.fit && s.now - given_.until() < kHeadStart) return false;
  return !s.other.report.carries && !(s.other.etcd && s.other.report.fit);
}

std::optional<ActiveStep> LagElection::step(const Surroundings& s) const {
  if (options_.identity.mode == Mode::independent) return std::nullopt;
  const auto epoch = mine(s);
  if (epoch && order_.role == Role::releasing && out_of_use(s.now))
    return ActiveStep{.what = ActiveStep::What::remove, .created = *epoch};
  if (wants_claim(s))
    return ActiveStep{
        .what = ActiveStep::What::claim,
        .id = order_.role == Role::holder && passed_ == order_.generation ? order_.id : lag_id_};
  // (not before workers have left the tables that had no end)
  if (epoch && order_.role == Role::holder && order_.id != lag_id_ && passed_ == order_.generation)
    return ActiveStep{.what = ActiveStep::What::rename, .created = *epoch, .id = order_.id};
  return std::nullopt;
}

LagReport LagElection::report() const {
  return {.lag = options_.name,
          .role = order_.role,
          .fit = fitness_.fit(),
          .carries = fitness_.carries() && order_.sync,
          .using_id = order_.id,
          .partner = fitness_.partner};
}

bool LagElection::gone(const Surroundings& s) const noexcept {
  return !order_.sync && out_of_use(s.now) && !mine(s);
}

}  // namespace lagoon::cluster
