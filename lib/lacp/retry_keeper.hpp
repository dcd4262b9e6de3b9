// RetryKeeper: SONiC's retry counts on one port: for how many periods each end bears not to hear the other
// (docs/lacp.md, "Retry counts"). All of it is forgotten when the port does not know its Partner any more:
// the link is lost, the Partner is another, or was silent for too long.
//
// Thread: one at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "lacp/config.hpp"
#include "lacp/constants.hpp"
#include "lacp/port_view.hpp"
#include "lacp/saved_port.hpp"
#include "lacp/timers.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::lacp {

/// What current_while_timer is started with for an end that asks for `count` at `rate`. The highest one means
/// as long as can be: its sender is away, and has to start as well.
[[nodiscard]] constexpr Duration retry_patience(std::uint8_t count, Rate rate) noexcept {
  const Duration period = rate == Rate::fast ? kFastPeriodicTime : kSlowPeriodicTime;
  return count * period + (count == kRetryMost ? kRetryGrace : Duration::zero());
}

class RetryKeeper {
 public:
  /// The Partner's LACPDU was taken; nothing: one without counts.
  void heard(const std::optional<wire::RetryCounts>& said, Instant now) noexcept;
  /// As with a new Partner, but for what is known of the neighbour.
  void forget() noexcept;
  /// Goes on from another process, in which the Partner was heard last at `heard_at`.
  void restore(const SavedRetry& saved, Instant heard_at) noexcept;
  /// Somebody who knows retry counts may be at the other end.
  void set_neighbor(bool may_know) noexcept { neighbor_ = may_know; }
  /// This process ends, and another one follows.
  void leave() noexcept { leaves_ = true; }

  /// Runs the timer of the probes. `carries`: the port distributes.
  void run(const AggregatorConfig& lag, bool carries, TimerTable& timers, Instant now) noexcept;
  /// There is something to say, by the next LACPDU, and soon.
  [[nodiscard]] bool has_to_say(const AggregatorConfig& lag) const noexcept {
    return owes_ || asks_ || (known_ && wanted(lag) != ours_);
  }
  /// The next LACPDU is a probe: one without counts is to follow at once, for who does not take it.
  [[nodiscard]] bool asks() const noexcept { return asks_; }
  /// What the LACPDU has that is sent now; nothing: it is one of version 1.
  [[nodiscard]] std::optional<wire::RetryCounts> take(const AggregatorConfig& lag, Instant now) noexcept;

  /// For how long the Partner may be silent from now on, if it is asked to send at `rate`.
  [[nodiscard]] Duration patience(Rate rate) const noexcept { return retry_patience(partner_, rate); }
  [[nodiscard]] SavedRetry saved() const noexcept {
    return {.known = known_, .ours = ours_, .partner = partner_};
  }
  [[nodiscard]] RetryView view() const noexcept {
    return {.known = known_, .ours = ours_, .partner = partner_, .received = received_, .sent = sent_};
  }
  /// The Partner's count, 0 where it is not known that it has one.
  struct News {
    std::uint8_t from = 0;
    std::uint8_t to = 0;
  };
  /// Once for each change.
  [[nodiscard]] std::optional<News> take_news() noexcept;

 private:
  [[nodiscard]] std::uint8_t wanted(const AggregatorConfig& lag) const noexcept {
    return leaves_ ? kRetryMost : lag.retry_count;
  }

  bool known_ = false;  // the Partner has sent counts
  bool neighbor_ = false;
  bool leaves_ = false;
  bool in_kind_ = false;  // the Partner's last LACPDU had a count that is not the standard's
  bool owes_ = false;     // an answer
  bool asks_ = false;     // by a probe
  std::uint8_t ours_ = kRetryStandard;
  std::uint8_t partner_ = kRetryStandard;
  std::uint8_t probes_ = 0;
  std::uint8_t told_ = 0;              // by take_news()
  std::optional<Instant> heard_at_{};  // counts, last
  std::optional<Instant> sent_at_{};   // counts, last
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace lagoon::lacp
