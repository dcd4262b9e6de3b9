// PortView: all that can be seen of one Aggregation Port, as a value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/link_state.hpp"
#include "base/time.hpp"
#include "lacp/port_state.hpp"
#include "lacp/unselected_reason.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::lacp {

enum class Selected : std::uint8_t { unselected, selected, standby };
enum class ReceiveState : std::uint8_t {
  initialize,
  port_disabled,
  lacp_disabled,
  expired,
  defaulted,
  current
};
enum class MuxState : std::uint8_t { detached, waiting, attached, collecting, distributing };
enum class PeriodicState : std::uint8_t { no_periodic, fast_periodic, slow_periodic };
enum class ChurnState : std::uint8_t { monitor, no_churn, churn };
/// What becomes of a port that distributes and, by plan, is to do so no more, where another one has its place
/// under max-links (swap.hpp).
enum class Swap : std::uint8_t {
  none,
  carries,  // until another one distributes
  moves,    // another one does: nothing is sent on it any more, and what was is on its way
};

[[nodiscard]] constexpr std::string_view name_of(Selected s) noexcept {
  return std::array<std::string_view, 3>{"UNSELECTED", "SELECTED", "STANDBY"}[static_cast<std::size_t>(s)];
}
[[nodiscard]] constexpr std::string_view name_of(ReceiveState s) noexcept {
  return std::array<std::string_view, 6>{"INITIALIZE", "PORT_DISABLED", "LACP_DISABLED",
                                         "EXPIRED",    "DEFAULTED",     "CURRENT"}[static_cast<std::size_t>(
      s)];
}
[[nodiscard]] constexpr std::string_view name_of(MuxState s) noexcept {
  return std::array<std::string_view, 5>{"DETACHED", "WAITING", "ATTACHED", "COLLECTING",
                                         "DISTRIBUTING"}[static_cast<std::size_t>(s)];
}
[[nodiscard]] constexpr std::string_view name_of(PeriodicState s) noexcept {
  return std::array<std::string_view, 3>{"NO_PERIODIC", "FAST_PERIODIC",
                                         "SLOW_PERIODIC"}[static_cast<std::size_t>(s)];
}
[[nodiscard]] constexpr std::string_view name_of(Swap s) noexcept {
  return std::array<std::string_view, 3>{"none", "carries", "moves"}[static_cast<std::size_t>(s)];
}
[[nodiscard]] constexpr std::string_view name_of(ChurnState s) noexcept {
  return std::array<std::string_view, 3>{"MONITOR", "NO_CHURN", "CHURN"}[static_cast<std::size_t>(s)];
}

/// One end of a LAG ID: System, key, and the port for Individual links (else 0).
struct LagIdEnd {
  std::uint16_t system_priority = 0;
  MacAddress system{};
  std::uint16_t key = 0;
  std::uint16_t port_priority = 0;
  std::uint16_t port_number = 0;
  friend constexpr auto operator<=>(const LagIdEnd&, const LagIdEnd&) noexcept = default;
};
/// The end with the lower System ID stands first (6.3.6.1), so both ends write the same LAG ID.
struct LagId {
  LagIdEnd first{};
  LagIdEnd second{};
  friend constexpr auto operator<=>(const LagId&, const LagId&) noexcept = default;
};

struct PortCounters {
  std::uint64_t lacpdu_rx = 0;
  std::uint64_t lacpdu_tx = 0;
  std::uint64_t looped = 0;  // LACPDUs of our own System: counted, not acted on
  std::uint64_t selected_changes = 0;
  std::uint64_t expirations = 0;  // times current_while ran out
  std::uint64_t actor_churns = 0;
  std::uint64_t partner_churns = 0;
  std::uint64_t partner_changes = 0;
  // LACPDUs that took back what the one before said: who the Partner is, or that it is in sync or collects.
  std::uint64_t partner_reversals = 0;
};

/// Retry counts, since the Partner is known (docs/lacp.md).
struct RetryView {
  bool known = false;          // the Partner knows them: it has sent some
  std::uint8_t ours = 3;       // as it was told last
  std::uint8_t partner = 3;    // for how many periods we wait for it
  std::uint64_t received = 0;  // LACPDUs with counts, since the port is there
  std::uint64_t sent = 0;
};

struct PortView {
  LinkState link{};
  Selected selected = Selected::unselected;
  UnselectedReason reason = UnselectedReason::link_down;
  ReceiveState receive = ReceiveState::port_disabled;
  PeriodicState periodic = PeriodicState::no_periodic;
  MuxState mux = MuxState::detached;
  ChurnState actor_churn = ChurnState::monitor;
  ChurnState partner_churn = ChurnState::monitor;
  wire::LacpInfo actor{};    // as our next LACPDU would say it
  wire::LacpInfo partner{};  // Partner_Oper values
  LagId lag_id{};
  bool collecting = false;
  bool distributing = false;
  bool enabled = true;   // LACP_Enabled, or on its way to be FALSE
  bool drained = false;  // distributes nothing, by the operator
  Swap swap = Swap::none;
  UnselectedReason left_out =
      UnselectedReason::none;  // held_out, unserved, candidate: whatever else hinders it
  bool returning = false;      // is back, and leaves it to others to distribute until its wait is over
  Instant last_change{};       // of selected, mux or the partner's identity
  Instant last_received{};     // of the last LACPDU that was acted on; zero: none
  RetryView retry{};
  PortCounters counters{};
  // The longest between two LACPDUs lately (GapMeter), of those that were sent and of those that were acted
  // on; nothing: there were no two.
  std::optional<Duration> tx_gap{};
  std::optional<Duration> rx_gap{};
};

}  // namespace lagoon::lacp
