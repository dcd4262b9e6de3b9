#include "cluster/node.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/check.hpp"
#include "cluster/filled.hpp"
#include "cluster/guard.hpp"
#include "cluster/sentence.hpp"

namespace lagoon::cluster {

namespace {

constexpr Duration kMessageLeast = 10ms;  // between two messages, however much changes
constexpr Duration kAmbiguousAgain = 60s;

std::string in_words(const std::optional<std::string>& differs, std::string_view lag) {
  if (!differs) return {};
  return filled(
      "{}, and both boxes have to say the same (where etcd is wrong: end both, and delete its key "
      "lags/{}/identity)",
      {*differs, lag});
}

}  // namespace

Node::Node(const Options& options, Incarnation incarnation, Instant start)
    : options_{options},
      self_{.node = options.node,
            .other = options.other,
            .number = options.number,
            .other_number = options.other_number,
            .incarnation = incarnation,
            .own = options.own},
      book_{kFirstLag + 2 * options.lags.size(), options.endpoints, options.lease / 5},
      peer_{incarnation, options.peer_interval, kStandBy},
      start_{start},
      chance_{incarnation.value()},
      alone_since_{start},
      ambiguous_told_{start - kAmbiguousAgain} {
  LAGOON_CHECK(options.lags.size() <= kLagsMax);
  for (const LagOptions& lag : options.lags)
    lags_.push_back({.election = LagElection{lag, self_, options.lease, options.revert_after, start}});
}

void Node::set(std::size_t lag, const Fitness& fitness) {
  lags_[lag].election.set(fitness);
}

void Node::passed(std::size_t lag, std::uint64_t generation, Instant now) {
  lags_[lag].election.passed(generation, now);
}

bool Node::has_etcd(Instant now) const noexcept {
  return etcd_sent_ && now < *etcd_sent_ + usable(options_.lease);
}

bool Node::joined() const {
  const Entry* const entry = store_.find({KeyKind::node, self_.node});
  if (!entry || !lease_.exists() || entry->lease != lease_.id()) return false;
  const auto* const record = std::get_if<NodeRecord>(&entry->value);
  return record && record->incarnation == self_.incarnation;
}

bool Node::name_is_anothers() const {
  const Entry* const entry = store_.find({KeyKind::node, self_.node});
  const auto* const record = entry ? std::get_if<NodeRecord>(&entry->value) : nullptr;
  return record && record->incarnation != self_.incarnation;
}

const NodeRecord* Node::other_record() const {
  const Entry* const entry = store_.find({KeyKind::node, self_.other});
  return entry ? std::get_if<NodeRecord>(&entry->value) : nullptr;
}

OtherSide Node::other_side(const OneLag& lag, Instant now) const {
  const std::string& name = lag.election.options().name;
  const NodeRecord* const record = has_etcd(now) ? other_record() : nullptr;
  if (peer_.heard_lately(now))
    if (const PeerLag* const said = peer_.lag(name))
      return {.known = true,
              .in_etcd = record != nullptr,
              .authority = said->has_authority,
              .etcd = peer_.last()->etcd,
              .promoted = said->has_authority,
              .lag_id = said->lag_id,
              .report = said->report};
  if (!record) return {};
  const auto found = std::ranges::find(record->lags, name, &LagReport::lag);
  if (found == record->lags.end()) return {};
  return {.known = true, .in_etcd = true, .etcd = true, .report = *found};
}

Surroundings Node::surroundings(const OneLag& lag, Instant now) const {
  const std::string& name = lag.election.options().name;
  const Entry* const want = store_.find({KeyKind::want, name});
  const auto* const wanted = want ? std::get_if<WantRecord>(&want->value) : nullptr;
  Surroundings s{.now = now,
                 .joined = joined() && lag.agreed && now >= paused_until_,
                 .etcd = has_etcd(now),
                 .leaving = leaving_,
                 .two_way = peer_.both_ways(now),
                 .alone_since = alone_since_.value_or(Instant::max()),
                 .lease = lease_,
                 .active_known = store_.known(),
                 .active = store_.find({KeyKind::active, name}),
                 .want = wanted ? wanted->node : std::string{},
                 .other = other_side(lag, now)};
  if (!lag.differs.empty()) s.refused = Why::identity;
  if (name_taken_ && s.etcd) s.refused = Why::name;
  return s;
}

void Node::turn(Instant now) {
  while (const auto slot = book_.overdue(now)) book_.failed(*slot, *slot == kKeep || *slot == kOnBehalf, now);
  judge_store(now);
  judge_others(now);
  for (std::size_t i = 0; i < lags_.size(); ++i) {
    OneLag& lag = lags_[i];
    const bool asked = lag.election.asks();
    lag.election.turn(surroundings(lag, now));
    const LagOrder& order = lag.election.order();
    if (asked != lag.election.asks() || order.generation != lag.told.generation ||
        order.role != lag.told.role)
      message_due_ = std::min(message_due_, message_at_ ? *message_at_ + kMessageLeast : now);
    if (order.role == lag.told.role && order.why == lag.told.why && order.epoch == lag.told.epoch &&
        order.id == lag.told.id)
      continue;
    lag.told = order;
    tell(EventKind::role, lag.election.options().name, sentence(i, now), now);
  }
}

void Node::judge_store(Instant now) {
  const bool taken = name_is_anothers();
  if (taken && !name_taken_)
    tell(EventKind::name_taken, {},
         filled("another box is in domain {} as {}, or this one's last life is not over there yet: it takes "
                "no part until that key is gone; each box needs a `node` of its own",
                {options_.domain, self_.node}),
         now);
  name_taken_ = taken;
  for (OneLag& lag : lags_) {
    const LagOptions& options = lag.election.options();
    const Entry* const agreed = store_.find({KeyKind::identity, options.name});
    const auto* const identity = agreed ? std::get_if<LagIdentity>(&agreed->value) : nullptr;
    if (!identity) continue;
    const std::string before =
        std::exchange(lag.differs, in_words(difference(options.identity, *identity), options.name));
    if (!lag.differs.empty() && before.empty())
      tell(EventKind::identity_differs, options.name,
           filled("{}: {}; this box takes no part until then", {options.name, lag.differs}), now);
    lag.agreed = lag.differs.empty();
  }
}

void Node::judge_others(Instant now) {
  const bool etcd = has_etcd(now);
  const bool both_ways = peer_.both_ways(now);
  if (etcd || both_ways)
    alone_since_.reset();
  else if (!alone_since_)
    alone_since_ = now;
  // (a box that starts has time to find them)
  const bool settled = now >= start_ + kStandBy;
  if (etcd != had_etcd_ && (etcd || settled)) {
    had_etcd_ = etcd;
    tell(etcd ? EventKind::coordination_back : EventKind::coordination_lost, {},
         etcd      ? "etcd answers"
         : denied_ ? "etcd does not let this box in: look at user, password-file, ca, certificate and key"
                   : "etcd does not answer: look at its members and at the way to them",
         now);
  }
  if (options_.peer && both_ways != had_peer_ && (both_ways || settled)) {
    had_peer_ = both_ways;
    tell(both_ways ? EventKind::peer_back : EventKind::peer_lost, {},
         both_ways ? filled("{} is heard, and hears us", {self_.other})
         : peer_.heard_lately(now)
             ? filled("{} is heard, but does not hear us: look at show cluster there", {self_.other})
             : filled("{} is not heard: look at it, and at the way to it", {self_.other}),
         now);
  }
  for (OneLag& lag : lags_) {
    const OtherSide other = other_side(lag, now);
    const auto fault = other.known ? two_partners(lag.election.fitness().partner, other.report.partner, self_)
                                   : std::nullopt;
    const std::string& name = lag.election.options().name;
    if (fault && lag.miswired.empty()) tell(EventKind::miswired, name, name + ": " + *fault, now);
    if (other.known) lag.miswired = fault.value_or("");
  }
}

void Node::tell(EventKind kind, std::string lag, std::string sentence, Instant now) {
  events_.push_overwriting({.at = now, .kind = kind, .lag = std::move(lag), .sentence = std::move(sentence)});
}

std::string Node::sentence(std::size_t lag, Instant now) const {
  const OneLag& one = lags_[lag];
  const LagOrder& order = one.election.order();
  return sentence_of(one.election.options().name, order, self_, other_side(one, now),
                     order.why == Why::identity ? one.differs : std::string_view{});
}

bool Node::gone(Instant now) const {
  return leaving_ && !lease_.valid(now) && std::ranges::all_of(lags_, [&](const OneLag& lag) {
           return lag.election.gone(surroundings(lag, now));
         });
}

}  // namespace lagoon::cluster
