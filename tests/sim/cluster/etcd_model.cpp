#include "etcd_model.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace lagoon::sim::cluster {

bool EtcdModel::has_leader(Instant now) const {
  return !electing_until_ || *electing_until_ <= now;
}

bool EtcdModel::serves(std::size_t member, Instant now) const {
  const auto together = std::ranges::count_if(members_, [](const Member& m) { return !m.isolated; });
  return !members_.at(member).isolated && together >= 2 && has_leader(now);
}

Duration EtcdModel::on_leaders_clock(Duration ttl) const {
  return Duration{static_cast<std::int64_t>(static_cast<double>(ttl.count()) / rate_)};
}

void EtcdModel::isolate(std::size_t member, bool isolated, bool lies, Instant now) {
  Member& m = members_.at(member);
  if (isolated == m.isolated) return;
  m.isolated = isolated;
  m.lies = isolated && lies;
  m.past.clear();
  if (m.lies)
    for (const auto& [domain, store] : stores_) m.past[domain] = {lc::Revision{revision_}, all_of(domain)};
  if (isolated && leader_ == member) {
    if (has_leader(now)) m.leads_until = now + kElection + kElectionTimeout;
    lose_leader(now);
  }
  if (!isolated) m.leads_until.reset();
  if (!isolated) return;
  // (two alone have no leader either)
  if (std::ranges::count_if(members_, [](const Member& x) { return !x.isolated; }) < 2) lose_leader(now);
}

void EtcdModel::lose_leader(Instant now) {
  electing_until_ = now + kElection;
}

void EtcdModel::elect(Instant now) {
  const auto together = std::ranges::count_if(members_, [](const Member& m) { return !m.isolated; });
  if (together < 2) {
    electing_until_ = now + kElection;
    return;
  }
  electing_until_.reset();
  while (members_.at(leader_).isolated) leader_ = (leader_ + 1) % kMembers;
  for (auto& [id, lease] : leases_) lease.expires = now + on_leaders_clock(lease.ttl + kElectionTimeout);
}

void EtcdModel::advance(Instant now) {
  if (electing_until_ && *electing_until_ <= now) elect(now);
  if (now < next_check_ || !has_leader(now)) return;
  next_check_ = now + kExpiryCheck;
  std::vector<lc::LeaseId> over;
  for (const auto& [id, lease] : leases_)
    if (lease.expires <= now) over.push_back(id);
  for (const lc::LeaseId id : over) expire(id);
}

void EtcdModel::expire(lc::LeaseId id) {
  const auto found = leases_.find(id);
  if (found == leases_.end()) return;
  const auto keys = std::move(found->second.keys);
  leases_.erase(found);
  ++revision_;
  for (const auto& [domain, key] : keys)
    if (const lc::Entry* const entry = find(domain, key); entry && entry->lease == id)
      change(domain, key, std::nullopt);
}

const lc::Entry* EtcdModel::find(const std::string& domain, const lc::Key& key) const {
  const auto store = stores_.find(domain);
  if (store == stores_.end()) return nullptr;
  const auto entry = store->second.entries.find(key);
  return entry == store->second.entries.end() ? nullptr : &entry->second;
}

// At the revision that stands.
void EtcdModel::change(const std::string& domain, const lc::Key& key, const std::optional<lc::Entry>& entry) {
  Store& store = stores_[domain];
  if (entry)
    store.entries[key] = *entry;
  else
    store.entries.erase(key);
  const lc::Change what{.key = key, .at = lc::Revision{revision_}, .entry = entry};
  store.history.push_back(what);
  for (const auto& [watcher, of] : watchers_)
    if (of.domain == domain && !members_.at(of.member).isolated) {
      ++counts_.events;
      seen_(watcher, {what});
    }
}

void EtcdModel::put(const std::string& domain, const lc::Key& key, const lc::Value& value) {
  ++revision_;
  const lc::Entry* const old = find(domain, key);
  change(domain, key,
         lc::Entry{.key = key,
                   .value = value,
                   .created = old ? old->created : lc::Revision{revision_},
                   .modified = lc::Revision{revision_}});
}

void EtcdModel::remove(const std::string& domain, const lc::Key& key) {
  if (!find(domain, key)) return;
  ++revision_;
  change(domain, key, std::nullopt);
}

std::vector<lc::Entry> EtcdModel::all_of(const std::string& domain) const {
  std::vector<lc::Entry> entries;
  if (const auto store = stores_.find(domain); store != stores_.end())
    for (const auto& [key, entry] : store->second.entries) entries.push_back(entry);
  return entries;
}

bool EtcdModel::watch(std::size_t member, std::size_t watcher, const std::string& domain, lc::Revision from,
                      Instant now) {
  if (!serves(member, now)) return false;
  watchers_[watcher] = {.member = member, .domain = domain};
  std::vector<lc::Change> missed;
  std::ranges::copy_if(stores_[domain].history, std::back_inserter(missed),
                       [&](const lc::Change& c) { return c.at >= from; });
  if (!missed.empty()) seen_(watcher, missed);
  return true;
}

std::optional<lc::Answer> EtcdModel::ask(std::size_t member, const std::string& domain,
                                         const lc::Order& order, Instant now) {
  Member& m = members_.at(member);
  ++counts_.requests;
  if (m.isolated && m.lies && std::holds_alternative<lc::ReadAll>(order))
    return lc::Answer{.revision = m.past[domain].first, .what = lc::AllRead{m.past[domain].second}};
  // (it still takes itself for the leader, and does not ask the others)
  if (m.leads_until && now < *m.leads_until)
    if (const auto* const keep = std::get_if<lc::KeepAlive>(&order))
      return lc::Answer{.revision = lc::Revision{revision_}, .what = lc::Kept{leases_.contains(keep->lease)}};
  if (!serves(member, now)) return std::nullopt;
  return apply(domain, order, now);
}

lc::Answer EtcdModel::apply(const std::string& domain, const lc::Order& order, Instant now) {
  lc::Answer answer{};
  if (const auto* const grant = std::get_if<lc::GrantLease>(&order)) {
    ++counts_.grants;
    const lc::LeaseId id{++lease_ids_};
    leases_[id] = {.ttl = grant->ttl, .expires = now + on_leaders_clock(grant->ttl)};
    answer.what = lc::Granted{.lease = id, .ttl = grant->ttl};
  } else if (const auto* const keep = std::get_if<lc::KeepAlive>(&order)) {
    ++counts_.keepalives;
    const auto found = leases_.find(keep->lease);
    // (one that is over is not renewed, even if it was not yet looked for)
    const bool alive = found != leases_.end() && found->second.expires > now;
    if (alive) found->second.expires = now + on_leaders_clock(found->second.ttl);
    answer.what = lc::Kept{.alive = alive};
  } else if (const auto* const revoke = std::get_if<lc::Revoke>(&order)) {
    expire(revoke->lease);
    answer.what = lc::Revoked{};
  } else if (std::holds_alternative<lc::ReadAll>(order)) {
    ++counts_.reads;
    answer.what = lc::AllRead{all_of(domain)};
  } else {
    ++counts_.transactions;
    return transact(domain, std::get<lc::Transaction>(order));
  }
  answer.revision = lc::Revision{revision_};
  return answer;
}

lc::Answer EtcdModel::transact(const std::string& domain, const lc::Transaction& t) {
  const lc::Entry* const old = find(domain, t.key);
  const bool holds = (old ? old->created : lc::Revision{}) == t.created;
  const bool no_lease = t.value && t.lease != lc::LeaseId{} && !leases_.contains(t.lease);
  if (holds && no_lease) return {.revision = lc::Revision{revision_}, .what = lc::NoLease{}};
  lc::Done done{.succeeded = holds};
  if (!holds) {
    if (old) done.there = *old;
    return {.revision = lc::Revision{revision_}, .what = done};
  }
  if (t.value || old) ++revision_;
  if (t.value) {
    done.there = lc::Entry{.key = t.key,
                           .value = *t.value,
                           .created = old ? old->created : lc::Revision{revision_},
                           .modified = lc::Revision{revision_},
                           .lease = t.lease};
    if (t.lease != lc::LeaseId{}) leases_[t.lease].keys.emplace_back(domain, t.key);
    change(domain, t.key, done.there);
  } else if (old) {
    change(domain, t.key, std::nullopt);
  }
  return {.revision = lc::Revision{revision_}, .what = done};
}

}  // namespace lagoon::sim::cluster
