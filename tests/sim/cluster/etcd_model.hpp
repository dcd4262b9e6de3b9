// EtcdModel: three members of etcd as boxes meet them. The majority has one linearizable store; leases count
// on the leader's clock, and start anew, with an election timeout more, at a new leader. A member that is cut
// off answers nothing, but for two things that real ones do: a leader that was just cut off goes on renewing
// leases for up to an election timeout; and a member may answer reads from the past (`lies`), which is what
// serializable reads would be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cluster/record.hpp"
#include "cluster/request.hpp"

namespace lagoon::sim::cluster {

namespace lc = lagoon::cluster;

class EtcdModel {
 public:
  static constexpr std::size_t kMembers = 3;
  static constexpr Duration kElectionTimeout = 1s;
  static constexpr Duration kElection = 1200ms;  // without a leader
  static constexpr Duration kExpiryCheck = 500ms;

  struct Counts {
    std::uint64_t requests = 0, keepalives = 0, grants = 0, reads = 0, transactions = 0, events = 0;
  };
  /// What a watch sees.
  using Seen = std::function<void(std::size_t watcher, const std::vector<lc::Change>& changes)>;

  explicit EtcdModel(Seen seen) : seen_{std::move(seen)} {}

  /// Nothing: no answer ever comes. `domain`: whose keys.
  [[nodiscard]] std::optional<lc::Answer> ask(std::size_t member, const std::string& domain,
                                              const lc::Order& order, Instant now);
  /// Expiry, elections. To be called at least each 50 ms.
  void advance(Instant now);
  /// What `watcher` sees of `domain` from `from` on; takes the place of what it saw before. False: no answer.
  bool watch(std::size_t member, std::size_t watcher, const std::string& domain, lc::Revision from,
             Instant now);
  void end_watch(std::size_t watcher) { watchers_.erase(watcher); }
  [[nodiscard]] bool serves(std::size_t member, Instant now) const;

  void isolate(std::size_t member, bool isolated, bool lies, Instant now);
  void lose_leader(Instant now);
  void set_rate(double rate) { rate_ = rate; }
  /// An operator's put.
  void put(const std::string& domain, const lc::Key& key, const lc::Value& value);
  void remove(const std::string& domain, const lc::Key& key);

  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
  [[nodiscard]] const lc::Entry* find(const std::string& domain, const lc::Key& key) const;

 private:
  struct Store {
    std::map<lc::Key, lc::Entry> entries{};
    std::vector<lc::Change> history{};
  };
  struct LeaseState {
    Duration ttl{};
    Instant expires{};
    std::vector<std::pair<std::string, lc::Key>> keys{};
  };
  struct Member {
    bool isolated = false;
    bool lies = false;
    std::optional<Instant> leads_until{};  // it was the leader when it was cut off
    std::map<std::string, std::pair<lc::Revision, std::vector<lc::Entry>>> past{};
  };
  struct Watcher {
    std::size_t member = 0;
    std::string domain{};
  };

  [[nodiscard]] bool has_leader(Instant now) const;
  [[nodiscard]] Duration on_leaders_clock(Duration ttl) const;
  [[nodiscard]] lc::Answer apply(const std::string& domain, const lc::Order& order, Instant now);
  [[nodiscard]] lc::Answer transact(const std::string& domain, const lc::Transaction& t);
  void change(const std::string& domain, const lc::Key& key, const std::optional<lc::Entry>& entry);
  void expire(lc::LeaseId lease);
  [[nodiscard]] std::vector<lc::Entry> all_of(const std::string& domain) const;
  void elect(Instant now);

  Seen seen_;
  std::map<std::string, Store> stores_{};
  std::map<lc::LeaseId, LeaseState> leases_{};
  std::map<std::size_t, Watcher> watchers_{};
  std::array<Member, kMembers> members_{};
  std::size_t leader_ = 0;
  std::optional<Instant> electing_until_{};
  Instant next_check_{};
  std::int64_t revision_ = 1;
  std::int64_t lease_ids_ = 1000;
  double rate_ = 1;
  Counts counts_{};
};

}  // namespace lagoon::sim::cluster
