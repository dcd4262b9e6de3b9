// LagElection: what one LAG is at this box, and what is wanted of etcd and of the peer for it.
//
// Safety is in authority() and asked() (docs/cluster.md, the rule); all else is about who should carry, and
// may be wrong without harm.
//
// Thread: one at a time. Times are the box's own, monotonic.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "cluster/lag_order.hpp"
#include "cluster/options.hpp"
#include "cluster/promise.hpp"
#include "cluster/record.hpp"
#include "cluster/surroundings.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

/// What is wanted of the key lags/LAG/active.
struct ActiveStep {
  enum class What : std::uint8_t { claim, rename, remove };
  What what{};
  Revision created{};  // the condition
  SystemId id{};       // to stand in it
};

class LagElection {
 public:
  static constexpr Duration kHeadStart = 500ms;  // of who is to carry, before the other claims
  static constexpr Duration kNotTaken = 3s;      // without a Partner that collects, before the other is let
  static constexpr Duration kTakeBack = 5s;      // and before the configured ID is taken back
  static constexpr Duration kYieldPause = 10s;   // between two times that the LAG is given away

  LagElection(const LagOptions& options, const Self& self, Duration lease, Duration revert_after,
              Instant start);

  void set(const Fitness& fitness) noexcept;
  /// The order of `generation` is carried out: the Partner's LACPDUs were taken by the driver, workers use
  /// its table.
  void passed(std::uint64_t generation, Instant now) noexcept;
  void turn(const Surroundings& s);
  /// The peer asks us to stand by. `holds`: it has authority. Returns whether it is promised. `now`: read
  /// after the question was received.
  [[nodiscard]] bool asked(bool holds, const Surroundings& s);
  /// The peer has promised. `asked`: read before the question was sent.
  void promised(Instant asked) noexcept;
  /// The configured ID, now.
  void take_back() noexcept;

  [[nodiscard]] const LagOrder& order() const noexcept { return order_; }
  [[nodiscard]] const LagOptions& options() const noexcept { return options_; }
  [[nodiscard]] const Fitness& fitness() const noexcept { return fitness_; }
  [[nodiscard]] SystemId lag_id() const noexcept { return lag_id_; }
  /// Whether the peer is to be asked to stand by.
  [[nodiscard]] bool asks() const noexcept { return asks_; }
  [[nodiscard]] bool has_authority(const Surroundings& s) const noexcept { return authority(s).has_value(); }
  [[nodiscard]] std::optional<ActiveStep> step(const Surroundings& s) const;
  [[nodiscard]] LagReport report() const;
  /// Nothing is carried under the LAG's ID, nor will be: no key, no table.
  [[nodiscard]] bool gone(const Surroundings& s) const noexcept;

 private:
  /// Until when the LAG's ID may be used with SYNC=1; nothing: not at all.
  [[nodiscard]] std::optional<Instant> authority(const Surroundings& s) const noexcept;
  /// The epoch of our key; nothing: it is not ours.
  [[nodiscard]] std::optional<Revision> mine(const Surroundings& s) const noexcept;
  /// No worker has a table that was made under authority.
  [[nodiscard]] bool out_of_use(Instant now) const noexcept { return used_until_ <= now; }
  void learn(const Surroundings& s);
  void stand_by(const Surroundings& s);
  void hold(const Surroundings& s);
  void release(const Surroundings& s);
  void offer(const Surroundings& s);
  void carry(SystemId id, const Surroundings& s);
  void step_down(Role role, Why why, const Surroundings& s);
  void go_alone(const Surroundings& s);
  void give(const LagOrder& order) noexcept;
  [[nodiscard]] std::optional<Why> reason_to_yield(const Surroundings& s) const;
  [[nodiscard]] bool wants_claim(const Surroundings& s) const;
  [[nodiscard]] bool wants_promise(const Surroundings& s) const;
  [[nodiscard]] bool alone_for(Duration least, const Surroundings& s) const noexcept;
  [[nodiscard]] bool other_carries_alone(const Surroundings& s) const noexcept;
  [[nodiscard]] const std::string& favoured(const Surroundings& s) const noexcept;
  [[nodiscard]] bool outranks(const Surroundings& s) const noexcept;

  LagOptions options_;
  Self self_;
  Duration lease_;
  Duration revert_after_;
  GivenPromise given_;
  HeldPromise held_{};
  Fitness fitness_{};
  LagOrder order_{};
  SystemId lag_id_;
  Revision lag_id_from_{};  // the epoch that it is known from
  Revision released_{};     // our epoch that is given away: never used again
  Instant used_until_{};    // the last table that was made under authority
  std::uint64_t passed_ = 0;
  std::uint8_t owns_ = 0;   // own IDs made
  bool held_last_ = false;  // by us, as far as is known
  bool asks_ = false;
  Instant carried_;  // last, or since when not
  Instant yield_not_before_{};
  std::optional<Instant> absent_since_{};     // nobody has the key
  std::optional<Instant> other_fit_since_{};  // revert: prefer
};

}  // namespace lagoon::cluster
