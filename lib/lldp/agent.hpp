// Agent: LLDP on one port (IEEE 802.1AB-2016 clause 9): when it tells, and whom it has heard.
//
// Told at the start and each interval (msgTxInterval); four times a second apart when a neighbour is new
// (txFastInit, msgFastTx); at once when what is told changes. Never more often than a credit of five allows
// (txCreditMax), which grows by one each second, so that a neighbour who comes and goes makes no flood. What
// comes in has a budget, too: what a port brings beyond it is not looked at, and counted.
//
// Sans-IO: time comes in, frames and events go out. Thread: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "lldp/neighbor_table.hpp"
#include "lldp/options.hpp"
#include "wire/lldp/lldpdu.hpp"

namespace lagoon::lldp {

struct Counters {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;   // whole ones
  std::uint64_t discarded = 0;  // not an LLDPDU: parse_lldpdu() says why
  std::uint64_t too_often = 0;  // beyond the budget
};

class Agent {
 public:
  Agent(const Options& options, Instant now) noexcept : options_{options}, credit_at_{now}, budget_at_{now} {}

  /// What is told from now on, but for its TTL, which the agent knows.
  void tell(const wire::Lldpdu& own, Instant now) noexcept;
  /// Gives the neighbours that are lost by it.
  [[nodiscard]] Events set(const Options& options, Instant now) noexcept;
  [[nodiscard]] Events link_changed(bool up, Instant now) noexcept;

  /// What stands behind the EtherType of a frame that came from `source`.
  [[nodiscard]] std::optional<Event> receive(std::span<const std::byte> payload, const MacAddress& source,
                                             Instant now) noexcept;
  /// Once for each frame that is due. Precondition: now >= the last call's.
  [[nodiscard]] std::optional<wire::Lldpdu> transmit(Instant now) noexcept;
  /// Neighbours whose time is over.
  [[nodiscard]] Events expire(Instant now) noexcept { return neighbors_.expire(now); }
  /// When transmit() or expire() has something to do.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// The last frame, with TTL 0, for neighbours to forget us at once; nothing: none was sent that
  /// they could forget. Nothing is told after it before tell().
  [[nodiscard]] std::optional<wire::Lldpdu> farewell() noexcept;

  [[nodiscard]] std::span<const Neighbor> neighbors() const noexcept { return neighbors_.neighbors(); }
  [[nodiscard]] std::uint64_t too_many_neighbors() const noexcept { return neighbors_.too_many(); }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }

  static constexpr std::uint16_t kCreditMax = 5;   // txCreditMax
  static constexpr std::uint16_t kFastFrames = 4;  // txFastInit
  static constexpr Duration kFastInterval = 1s;    // msgFastTx
  /// Frames that may come at once; and one more in each quarter of a second.
  static constexpr std::uint16_t kBudgetMax = 16;
  static constexpr Duration kBudgetInterval = 250ms;

 private:
  [[nodiscard]] bool transmits() const noexcept { return options_.transmit && up_ && own_.has_value(); }
  void tell_soon(Instant now) noexcept;

  Options options_;
  std::optional<wire::Lldpdu> own_{};
  bool up_ = false;
  bool was_told_ = false;
  std::uint16_t fast_left_ = 0;
  std::uint16_t credit_ = kCreditMax;
  Instant credit_at_;  // it grew last
  std::uint16_t budget_ = kBudgetMax;
  Instant budget_at_;
  Instant next_{};
  NeighborTable neighbors_{};
  Counters counters_{};
};

}  // namespace lagoon::lldp
