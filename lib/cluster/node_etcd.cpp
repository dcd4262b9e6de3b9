// What a Node asks of etcd, and what follows from the answers.
#include <algorithm>
#include <cstdint>
#include <variant>

#include "cluster/node.hpp"

namespace lagoon::cluster {

namespace {

constexpr Duration kRecordLeast = 100ms;  // between two changes of nodes/NODE

}  // namespace

NodeRecord Node::own_record() const {
  NodeRecord record{.incarnation = self_.incarnation, .number = self_.number};
  for (const OneLag& lag : lags_) record.lags.push_back(lag.election.report());
  return record;
}

// SplitMix64.
Duration Node::spread(Duration d) noexcept {
  chance_ += 0x9e3779b97f4a7c15;
  std::uint64_t z = chance_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return d - d * static_cast<std::int64_t>((z ^ (z >> 31)) % 201) / 1000;
}

std::optional<Order> Node::wanted(std::size_t slot, Instant now) const {
  const bool control = control_at_ && now < *control_at_ + kControlSilence;
  const bool ended = leaving_ && std::ranges::all_of(lags_, [&](const OneLag& lag) {
                       return lag.election.gone(surroundings(lag, now));
                     });
  switch (slot) {
    case kGrant:
      if (lease_.exists() || !control || leaving_ || now < paused_until_) return std::nullopt;
      return GrantLease{.ttl = options_.lease};
    case kKeep:
      if (!lease_.exists() || !control || ended) return std::nullopt;
      return KeepAlive{.lease = lease_.id()};
    case kOnBehalf:
      if (!peer_.heard_lately(now) || !peer_.last()->renew || peer_.last()->lease == LeaseId{})
        return std::nullopt;
      return KeepAlive{.lease = peer_.last()->lease};
    case kRead:
      return ReadAll{};
    case kRevoke:
      if (!ended || !lease_.exists()) return std::nullopt;
      return Revoke{.lease = lease_.id()};
    case kRecord: {
      if (!store_.known() || !lease_.valid(now) || leaving_ || name_is_anothers()) return std::nullopt;
      const Entry* const entry = store_.find({KeyKind::node, self_.node});
      NodeRecord record = own_record();
      if (entry && entry->lease == lease_.id() && entry->value == Value{record}) return std::nullopt;
      return Transaction{.key = {KeyKind::node, self_.node},
                         .created = entry ? entry->created : Revision{},
                         .value = std::move(record),
                         .lease = lease_.id()};
    }
    default:
      return wanted_of_lag(slot, now);
  }
}

std::optional<Order> Node::wanted_of_lag(std::size_t slot, Instant now) const {
  const OneLag& lag = lags_[(slot - kFirstLag) / 2];
  const LagOptions& options = lag.election.options();
  if (slot == identity_slot((slot - kFirstLag) / 2)) {
    if (!store_.known() || store_.find({KeyKind::identity, options.name})) return std::nullopt;
    return Transaction{.key = {KeyKind::identity, options.name}, .value = options.identity};
  }
  const auto step = lag.election.step(surroundings(lag, now));
  if (!step) return std::nullopt;
  Transaction order{.key = {KeyKind::active, options.name}, .created = step->created};
  if (step->what == ActiveStep::What::remove) return order;
  order.value = ActiveRecord{.node = self_.node, .incarnation = self_.incarnation, .id = step->id};
  order.lease = lease_.id();
  return order;
}

std::optional<Request> Node::next_request(Instant now) {
  const std::size_t slots = kFirstLag + 2 * lags_.size();
  for (std::size_t slot = 0; slot < slots; ++slot) {
    if (!book_.may_send(slot, now)) continue;
    auto order = wanted(slot, now);
    if (!order) continue;
    if (slot == kOnBehalf) {
      renewing_ = peer_.last()->stamp;
      renewing_lease_ = peer_.last()->lease;
    }
    const RequestBook::Sent sent = book_.send(slot, highest_, now);
    return Request{
        .id = sent.id, .endpoint = sent.endpoint, .deadline = sent.deadline, .order = std::move(*order)};
  }
  return std::nullopt;
}

void Node::failed(RequestId id, Instant now) {
  if (const auto slot = book_.slot_of(id)) book_.failed(*slot, *slot == kKeep || *slot == kOnBehalf, now);
}

void Node::answered(RequestId id, const Answer& answer, Instant now) {
  const auto slot = book_.slot_of(id);
  if (!slot) return;
  const RequestBook::Sent sent = *book_.sent(*slot);
  if (const auto* const denied = std::get_if<Denied>(&answer.what)) {
    if (!denied_) tell(EventKind::denied, {}, "etcd does not let this box in: " + denied->words, now);
    denied_ = true;
    return book_.failed(*slot, false, now);
  }
  denied_ = false;
  etcd_sent_ = etcd_sent_ ? std::max(*etcd_sent_, sent.at) : sent.at;
  const bool linearizable =
      std::holds_alternative<AllRead>(answer.what) || std::holds_alternative<Done>(answer.what);
  if (linearizable && answer.revision < sent.known) {
    book_.answered(*slot, now);
    highest_ = answer.revision;
    return go_back(now);
  }
  if (linearizable) highest_ = std::max(highest_, answer.revision);
  take(*slot, sent, answer, now);
}

void Node::take(std::size_t slot, const RequestBook::Sent& sent, const Answer& answer, Instant now) {
  Instant next = now;
  if (std::holds_alternative<NoLease>(answer.what)) {
    lease_.lost();
    next = now + RequestBook::kRetry;
  } else if (const auto* const granted = std::get_if<Granted>(&answer.what)) {
    if (slot == kGrant) lease_.granted(granted->lease, sent.at, granted->ttl);
  } else if (const auto* const kept = std::get_if<Kept>(&answer.what)) {
    next = sent.at + spread(options_.lease / (slot == kKeep ? 4 : 8));
    if (slot == kKeep && kept->alive) lease_.kept(sent.at);
    if (slot == kKeep && !kept->alive) lease_.lost();
    if (slot == kOnBehalf && kept->alive) {
      renewed_ = renewing_;
      renewed_lease_ = renewing_lease_;
    }
  } else if (const auto* const all = std::get_if<AllRead>(&answer.what)) {
    // (whether etcd answers is known from keepalives, else from this)
    next = now + spread(lease_.exists() && !leaving_ ? kReadAgain : options_.lease / 4);
    take_read(*all, answer.revision, now);
  } else if (const auto* const done = std::get_if<Done>(&answer.what)) {
    if (slot == kRecord) next = now + kRecordLeast;
    take_done(slot, *done, answer.revision);
  } else if (slot == kRevoke) {
    lease_.lost();
  }
  book_.answered(slot, next);
}

void Node::take_done(std::size_t slot, const Done& done, Revision at) {
  if (slot == kRecord) return store_.told({KeyKind::node, self_.node}, done.there, at);
  if (slot < kFirstLag) return;
  const std::size_t lag = (slot - kFirstLag) / 2;
  const KeyKind kind = slot == identity_slot(lag) ? KeyKind::identity : KeyKind::active;
  store_.told({kind, lags_[lag].election.options().name}, done.there, at);
}

// Where a read tells what the watch did not, the watch is taken for silent.
void Node::take_read(const AllRead& all, Revision at, Instant) {
  if (store_.read(all.entries, at) || !watch_) watch_from(Revision{at.value() + 1});
}

void Node::watch_from(Revision from) {
  watch_ = WatchId{++watches_};
  watch_wanted_ = Watch{.id = *watch_, .endpoint = book_.endpoint(), .from = from};
}

std::optional<Watch> Node::next_watch() {
  return std::exchange(watch_wanted_, std::nullopt);
}

void Node::watched(WatchId id, const std::vector<Change>& changes) {
  if (id != watch_) return;
  for (const Change& change : changes) {
    highest_ = std::max(highest_, change.at);
    store_.change(change);
  }
}

void Node::watch_ended(WatchId id, Instant now) {
  if (id != watch_) return;
  watch_.reset();
  book_.hurry(kRead, now + RequestBook::kRetry);
}

void Node::go_back(Instant now) {
  tell(EventKind::back_in_time, {},
       "etcd shows an older state than it did before (was it restored?): this box lets go of all, and begins "
       "anew",
       now);
  lease_.lost();
  store_.forget();
  watch_.reset();
  book_.answered(kKeep, now);
  book_.answered(kGrant, now);
  book_.hurry(kRead, now);
  paused_until_ = now + options_.lease;
}

}  // namespace lagoon::cluster
