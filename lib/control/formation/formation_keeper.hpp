// FormationKeeper: which candidates become members of which automatic LAG, and which members become
// candidates again (docs/auto-lag.md). One keeper serves all LAGs of a process.
//
// A candidate runs LACP out of sync, so it carries nothing. It becomes a member when the LAG that has its
// Partner takes it: its Partner was the same for `settle`, and nothing speaks against it. What a LAG of other
// members has, is not looked at. A member whose Partner changes is out before the keeper sees it (Lag).
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "control/formation/pool.hpp"

namespace lagoon::control {

class FormationKeeper {
 public:
  /// What a port is to be from now on.
  struct Verdict {
    bool candidate = false;
    std::optional<PartnerId> joins{};  // the Partner that it is a member with
    std::string_view why{};            // a static text, for the journal
    std::string words{};               // why it is a candidate, or becomes one; empty: LACP tells
  };
  /// A candidate that another LAG has open than the one that takes it.
  struct Move {
    std::string port{};
    std::size_t from = 0;
    std::size_t to = 0;
    friend bool operator==(const Move&, const Move&) = default;
  };

  /// A verdict for each port. `lags`: all of the process; `ports`: those of automatic ones.
  [[nodiscard]] std::vector<Verdict> judge(std::span<const PoolLag> lags, std::span<const PoolPort> ports,
                                           Instant now);
  /// What is to be carried out; a move is wanted until its port is seen there, or its Partner has changed.
  [[nodiscard]] const std::vector<Move>& moves() const noexcept { return moves_; }

 private:
  struct Known {
    std::optional<PartnerId> heard{};  // nothing hinders a candidate that leads there
    Instant since{};                   // it is the same
    std::optional<Instant> silent_since{};
    std::optional<std::size_t> goes_to{};  // another LAG
    Instant seen{};
  };
  struct Scene;
  void look(const Scene& scene);
  void share_partners(const Scene& scene);
  [[nodiscard]] Verdict of_member(const Scene& scene, const PoolPort& port);
  [[nodiscard]] Verdict of_candidate(const Scene& scene, const PoolPort& port);
  [[nodiscard]] Verdict joins(const Scene& scene, const PoolPort& port, std::size_t lag);
  [[nodiscard]] const PoolPort* outvoted(const Scene& scene, const PoolPort& port, std::size_t lag,
                                         bool (*is_like)(const PoolPort& a, const PoolPort& b)) const;
  [[nodiscard]] std::string objection(const Scene& scene, const PoolPort& port, std::size_t lag) const;

  std::map<std::string, Known, std::less<>> known_{};
  Instant looked_{};
  std::vector<std::optional<PartnerId>> taken_{};  // by LAG: whom it has
  std::vector<std::size_t> members_{};             // by LAG, those on their way there as well
  std::vector<Move> moves_{};
};

}  // namespace lagoon::control
