// Node: one box of a domain: what it asks of etcd, what it says to the other box, and what each of its LAGs
// is.
//
// Sans-IO: what happened comes in with its time, orders go out. In each turn of its thread, in any order:
// what was answered, seen and heard; then turn(); then next_request(), next_watch(), next_message() and
// next_event() until there is nothing, and order() of each LAG. A turn at least each kTurn, which is about
// speed alone.
//
// Two rules about time keep it safe (docs/cluster.md, the rule, 5). The time given to next_request() and
// next_message() was read before they were called, and what they give is sent afterwards. The time given to
// heard() was read after the message was received. All times are one clock's of this box, which goes on while
// the process stands (CLOCK_MONOTONIC does, while the machine runs).
//
// Thread: one at a time. Bounded: one request of each kind under way, kEventsMax events, kLagsMax LAGs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "cluster/event.hpp"
#include "cluster/lag_election.hpp"
#include "cluster/lag_order.hpp"
#include "cluster/lease.hpp"
#include "cluster/options.hpp"
#include "cluster/peer_link.hpp"
#include "cluster/peer_message.hpp"
#include "cluster/record.hpp"
#include "cluster/request.hpp"
#include "cluster/request_book.hpp"
#include "cluster/store_view.hpp"
#include "cluster/surroundings.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

class Node {
 public:
  static constexpr Duration kTurn = 20ms;
  static constexpr Duration kReadAgain = 4s;       // all of it, whatever the watch says
  static constexpr Duration kControlSilence = 1s;  // of the control lcore: nothing is renewed then
  static constexpr std::size_t kEventsMax = 64;

  /// Precondition: options are as the configuration's rules have them. `incarnation`: by chance.
  Node(const Options& options, Incarnation incarnation, Instant start);

  /// The control lcore's: what a LAG is worth here; that it turned; that it has carried out an order.
  void set(std::size_t lag, const Fitness& fitness);
  void control_answered(Instant at) noexcept { control_at_ = at; }
  void passed(std::size_t lag, std::uint64_t generation, Instant now);

  /// etcd's. Answers to what is not under way any more change nothing.
  void answered(RequestId id, const Answer& answer, Instant now);
  void failed(RequestId id, Instant now);
  void watched(WatchId id, const std::vector<Change>& changes);
  /// Cancelled, compacted, or its connection is gone.
  void watch_ended(WatchId id, Instant now);

  /// The other box's. `now`: read after the message was received.
  void heard(const PeerMessage& message, Instant now);

  /// An operator's: end politely (gone() tells when); use the configured System ID at once.
  void leave() noexcept { leaving_ = true; }
  void take_back(std::size_t lag) { lags_[lag].election.take_back(); }

  void turn(Instant now);

  [[nodiscard]] std::optional<Request> next_request(Instant now);
  [[nodiscard]] std::optional<Watch> next_watch();
  [[nodiscard]] std::optional<PeerMessage> next_message(Instant now);
  [[nodiscard]] std::optional<Event> next_event() { return events_.pop(); }

  [[nodiscard]] const LagOrder& order(std::size_t lag) const { return lags_[lag].election.order(); }
  /// Who carries and why.
  [[nodiscard]] std::string sentence(std::size_t lag, Instant now) const;
  [[nodiscard]] std::size_t lags() const noexcept { return lags_.size(); }
  [[nodiscard]] bool has_etcd(Instant now) const noexcept;
  /// Etcd's last answer was that it does not let this box in.
  [[nodiscard]] bool denied() const noexcept { return denied_; }
  [[nodiscard]] const PeerLink& peer() const noexcept { return peer_; }
  /// Who speaks in the peer's place, in words; empty: nobody does, or the peer is heard.
  [[nodiscard]] std::string peer_fault(Instant now) const;
  /// Its members and the other box's lead to two Partners, in words; empty: not as far as is known.
  [[nodiscard]] const std::string& fault(std::size_t lag) const { return lags_[lag].miswired; }
  /// After leave(): nothing is carried, and nothing of it is left in etcd, or etcd does not answer.
  [[nodiscard]] bool gone(Instant now) const;

 private:
  struct OneLag {
    LagElection election;
    bool agreed = false;                // etcd has our identity
    std::string differs{};              // which value of the identity; empty: none does
    std::string miswired{};             // which Partners; empty: one
    std::optional<Instant> promised{};  // to the peer: its stamp
    LagOrder told{};                    // what the last event said
  };
  // Slots of the book: these, then for each LAG its identity and its active key.
  enum Slot : std::size_t { kGrant, kKeep, kOnBehalf, kRead, kRecord, kRevoke, kFirstLag };
  [[nodiscard]] static std::size_t identity_slot(std::size_t lag) noexcept { return kFirstLag + 2 * lag; }
  [[nodiscard]] static std::size_t active_slot(std::size_t lag) noexcept { return kFirstLag + 2 * lag + 1; }

  [[nodiscard]] Surroundings surroundings(const OneLag& lag, Instant now) const;
  [[nodiscard]] OtherSide other_side(const OneLag& lag, Instant now) const;
  [[nodiscard]] const NodeRecord* other_record() const;
  [[nodiscard]] NodeRecord own_record() const;
  [[nodiscard]] bool joined() const;
  [[nodiscard]] bool name_is_anothers() const;
  [[nodiscard]] std::optional<Order> wanted(std::size_t slot, Instant now) const;
  [[nodiscard]] std::optional<Order> wanted_of_lag(std::size_t slot, Instant now) const;
  void take(std::size_t slot, const RequestBook::Sent& sent, const Answer& answer, Instant now);
  /// 80 to 100 % of it, so that boxes which started at once do not ask at once for ever.
  [[nodiscard]] Duration spread(Duration d) noexcept;
  void take_done(std::size_t slot, const Done& done, Revision at);
  void take_read(const AllRead& all, Revision at, Instant now);
  void go_back(Instant now);
  void watch_from(Revision from);
  void answer_questions(const PeerMessage& message, Instant now);
  void judge_store(Instant now);
  void judge_others(Instant now);
  void tell(EventKind kind, std::string lag, std::string sentence, Instant now);

  Options options_;
  Self self_;
  std::vector<OneLag> lags_;
  RequestBook book_;
  StoreView store_{};
  PeerLink peer_;
  Lease lease_{};
  Revision highest_{};  // of etcd's revisions that were seen
  Instant start_;
  std::uint64_t chance_;
  std::optional<Instant> etcd_sent_{};  // the last request that was answered
  std::optional<Instant> control_at_{};
  std::optional<Instant> alone_since_;
  Instant paused_until_{};  // after etcd went back
  std::optional<WatchId> watch_{};
  std::optional<Watch> watch_wanted_{};
  std::uint64_t watches_ = 0;
  std::optional<Instant> renewing_{};  // the peer's question that is being carried out
  LeaseId renewing_lease_{};
  std::optional<Instant> renewed_{};  // and the last that succeeded
  LeaseId renewed_lease_{};
  Instant message_due_{};
  std::optional<Instant> message_at_{};
  Instant ambiguous_told_{};
  bool leaving_ = false;
  bool name_taken_ = false;
  bool denied_ = false;
  bool had_etcd_ = true;
  bool had_peer_ = true;
  RingQueue<Event, kEventsMax> events_{};
};

}  // namespace lagoon::cluster
