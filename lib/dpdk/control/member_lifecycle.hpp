// MemberLifecycle: members come to and go from a LAG that carries traffic. Nobody waits for anybody: a member
// that leaves passes through stages, each of which is looked at once a turn of the control loop.
//
//   leaving     Lag moves its conversations and tells the Partner; what is under way is still taken
//   untabled    no PortTable names it; until every worker has passed one of those
//   unserved    workers' SidePorts are without it; until every worker has passed those
//               nothing that the port was given is under way any more
//   closing     nobody but us knows the port: it is closed by whom take() gives it, or as an errand
//
// Thread: the control lcore. Owns: the members that leave, from `closing` on.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/error.hpp"
#include "dpdk/control/lag_runtime.hpp"
#include "dpdk/control/link_monitor.hpp"
#include "dpdk/control/slow_transmitter.hpp"
#include "dpdk/snapshot/lag_totals.hpp"
#include "dpdk/snapshot/qsbr_publisher.hpp"

namespace lagoon::dpdk {

/// Gives the workers of a LAG the ports of all its members that are not about to be closed.
void publish_ports(QsbrPublisher& publisher, LagRuntime& lag);

class MemberLifecycle {
 public:
  MemberLifecycle(QsbrPublisher& publisher, SlowTransmitter& transmitter, LinkMonitor& links,
                  Errands& errands)
      : publisher_{publisher}, transmitter_{transmitter}, links_{links}, errands_{errands} {}
  MemberLifecycle(const MemberLifecycle&) = delete;
  MemberLifecycle& operator=(const MemberLifecycle&) = delete;

  /// Takes a member in whose port is started. `counted`: what workers have counted for the LAG so far. On an
  /// error the member stays with the caller. Errors: those of Lag::add_member().
  [[nodiscard]] Result<MemberIndex> attach(LagRuntime& lag, std::unique_ptr<MemberRuntime>& member,
                                           control::MemberSettings settings, const LagTotals& counted,
                                           Instant now);
  /// Takes the port from a member whose interface is gone, in the same stages, but for `leaving`: the LAG
  /// knows already, and the member stays in it (LagRuntime::absent). Somebody has to take() the port.
  /// Precondition: it has one, and does not leave.
  void lose(LagRuntime& lag, MemberIndex member);
  /// Gives such a member a port that is started. Precondition: it is absent.
  void give_back(LagRuntime& lag, MemberIndex index, std::unique_ptr<MemberRuntime> member, Instant now);
  /// Whether its port is on its way out.
  [[nodiscard]] bool is_under_way(const LagRuntime& lag, MemberIndex member) noexcept {
    return find(lag, member) != nullptr;
  }
  /// Begins. Errors: busy (it is leaving already).
  [[nodiscard]] Result<void> leave(LagRuntime& lag, MemberIndex member, bool somebody_takes, Instant now);

  /// Of a member in `closing`, once; else nothing. The caller closes the port, in any thread, and then says
  /// closed().
  [[nodiscard]] std::unique_ptr<MemberRuntime> take(const LagRuntime& lag, MemberIndex member) noexcept;
  void closed(LagRuntime& lag, MemberIndex member, Instant now);
  /// Nobody will take() it.
  void abandon(const LagRuntime& lag, MemberIndex member) noexcept;

  /// To be called after new tables were published. `take_rest(lag, member)` takes all that workers have
  /// handed over of a member: what it received last still counts. True when something was done.
  template <typename TakeRest>
  bool serve(Instant now, TakeRest take_rest) {
    bool done = false;
    for (std::size_t i = 0; i < departures_.size(); ++i) {
      Departure& d = departures_[i];
      const Stage before = d.stage;
      if (before == Stage::unserved && publisher_.passed(d.period)) take_rest(*d.lag, d.member);
      advance(d, now);
      done = done || d.stage != before;
    }
    const auto gone = [](const Departure& d) { return d.stage == Stage::gone; };
    std::erase_if(departures_, gone);
    return done;
  }

  /// What others keep lists of has changed.
  void listed_anew() noexcept { ++revision_; }
  /// Counts comings and goings: who keeps a list of members makes it anew when this changes.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }

 private:
  enum class Stage : std::uint8_t { leaving, untabled, unserved, closing, gone };
  struct Departure {
    LagRuntime* lag = nullptr;
    MemberIndex member{};
    bool somebody_takes = false;
    bool stays = false;  // in the LAG
    Stage stage = Stage::leaving;
    GracePeriod period{};
    std::unique_ptr<MemberRuntime> runtime{};
    std::unique_ptr<Errand> close{};
  };
  void advance(Departure& d, Instant now);
  [[nodiscard]] Departure* find(const LagRuntime& lag, MemberIndex member) noexcept;

  QsbrPublisher& publisher_;
  SlowTransmitter& transmitter_;
  LinkMonitor& links_;
  Errands& errands_;
  std::vector<Departure> departures_;
  std::uint64_t revision_ = 1;
};

}  // namespace lagoon::dpdk
