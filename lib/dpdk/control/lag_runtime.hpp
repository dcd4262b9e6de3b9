// LagRuntime: one LAG with the ports it runs on. What the control loop, the link monitor and the workers
// share. Members keep their index as long as they are there; the array may have gaps.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "control/lag/lag.hpp"
#include "dpdk/base/errand.hpp"
#include "dpdk/base/frame_inbox.hpp"
#include "dpdk/base/lag_register.hpp"
#include "dpdk/control/egress_keeper.hpp"
#include "dpdk/control/port_upkeep.hpp"
#include "dpdk/port/host_access.hpp"
#include "dpdk/port/packet_socket.hpp"
#include "dpdk/port/port.hpp"
#include "dpdk/port/stack_guard.hpp"
#include "dpdk/snapshot/lag_slots.hpp"
#include "dpdk/snapshot/member_punts.hpp"
#include "dpdk/worker/slow_outlet.hpp"
#include "dpdk/worker/worker_side.hpp"

namespace lagoon::dpdk {

/// What is known of the descriptors that wake the control lcore: sockets of members, and the kernel's
/// messages.
enum class Descriptors : std::uint8_t {
  unknown,
  silent,  // none has anything to read
};

/// What a port is given while its LAG runs, and what came of it. Another thread gives it (addresses.hpp):
/// `given` is what it has been told last, `stands` what it is known to have. What the errand writes is its
/// own while it is under way.
struct PortSetting {
  struct State {
    std::optional<MacAddress> address{};
    std::uint64_t options = 0;  // LagRuntime::port_options_revision
  };
  State given{};
  State stands{};
  // Written by the errand.
  bool address_refused = false;
  std::string refusal{};                     // why an address was refused; empty: it was not
  Result<std::vector<std::string>> lacks{};  // when port options were given, the last time
  Errand errand{};
};

/// What is kept of a member whose interface is gone, and whose port is closed for that: it stays in its LAG.
struct AbsentMember {
  control::Traffic before{};           // as MemberRuntime has it
  std::uint64_t kernel_ring_full = 0;  // in all
  std::uint64_t slow_socket_full = 0;
};

/// What stands around one member's port. Its end gives everything back, in the reverse order.
struct MemberRuntime {
  std::string name;
  Port port;
  PortUpkeep upkeep;                             // of `port`
  std::optional<std::size_t> carrier{};          // number in the CarrierWatch
  MemberPuntsPtr punts = MemberPunts::make();    // null: DPDK has no memory
  std::optional<PacketSocket> slow_socket{};     // slow protocols in and out; workers then hand over none
  std::optional<PacketSocket> quiet_socket{};    // control's other frames; with slow_socket
  std::vector<PacketSocket> transmit_sockets{};  // by position among the LAG's workers
  std::optional<StackGuard> guard{};
  PortSetting setting{};
  bool keeps_address = false;  // whatever address it is given
  bool served = true;          // by workers
  bool link_read = false;
  bool lost = false;                          // its interface is gone, and the LAG knows
  control::Traffic before{};                  // what workers had counted for its index before it came
  std::uint64_t kernel_ring_full_before = 0;  // of ports that it had before this one
  std::uint64_t slow_socket_full_before = 0;
  std::shared_ptr<RingLosses> slow_losses{};  // of slow_socket

  [[nodiscard]] std::uint64_t kernel_ring_full() const noexcept {
    return kernel_ring_full_before + (port.ring_losses() != nullptr ? port.ring_losses()->lost() : 0);
  }
  [[nodiscard]] std::uint64_t slow_socket_full() const noexcept {
    return slow_socket_full_before + (slow_losses != nullptr ? slow_losses->lost() : 0);
  }

  MemberRuntime(std::string n, Port p) : name{std::move(n)}, port{std::move(p)}, upkeep{port.id()} {}
  ~MemberRuntime() {
    setting.errand.wait();
    if (slow_losses != nullptr) slow_losses->close();
    if (port.is_started() && !port.is_off_interface()) upkeep.take_back();
  }
  MemberRuntime(const MemberRuntime&) = delete;
  MemberRuntime& operator=(const MemberRuntime&) = delete;
};

struct LagRuntime {
  std::array<std::unique_ptr<MemberRuntime>, kMembersMax> members{};  // by MemberIndex
  std::array<std::optional<AbsentMember>, kMembersMax> absent{};      // by MemberIndex
  std::unique_ptr<control::Lag> lag;                                  // control lcore only
  control::PortOptions port_options{};
  std::uint64_t port_options_revision = 0;  // counts changes of those
  LagSlotsPtr slots;
  std::span<TableSlot> tables{};   // one for each that receives or sends on it, or does both
  std::span<PortsSlot> ports{};    // one for each worker that serves the LAG: they differ in queues
  std::span<EgressSlot> egress{};  // queues of traffic classes, one for each worker that serves the LAG
  FrameInboxPtr outgoing = FrameInbox::none();  // from the workers: frames for control to send, and copies
  EgressKeeper egress_keeper{};
  std::vector<std::size_t> workers{};  // those workers. The first sends LACPDUs on members without a transmit
                                       // queue of control's own
  std::vector<LagUser> users{};        // all who receive or send on it
  const SlowOutlet* outlet = nullptr;  // of the first worker
  std::vector<std::unique_ptr<StationTable>> stations{};  // by worker, where two boxes have the LAG; or none
  std::unique_ptr<HostAccess> host{};                     // the kernel's interface behind the LAG
  Port* host_port = nullptr;                              // what it is to DPDK
  PortSetting host_setting{};                             // of that port, and of the interface
  std::uint64_t slow_tx_refused = 0;
  Instant next_link_poll{};
  std::vector<std::string>
      candidates{};            // names of those among which it finds its members; none: they are listed
  RegisteredLag registered{};  // not the control lcore's, but of who has a command

  LagRuntime() : slots{make_lag_slots(SnapshotMemory::heap)} {}
  /// Precondition: there are some.
  explicit LagRuntime(LagSlotsPtr where) : slots{std::move(where)} {}
  LagRuntime(const LagRuntime&) = delete;
  LagRuntime& operator=(const LagRuntime&) = delete;

  /// So many workers are to receive, and to send on it; `readers`: that have a table of their own.
  void use_positions(std::size_t receivers, std::size_t senders, std::size_t readers);
  /// The port behind the LAG is about to be closed. Precondition: no errand is under way for it.
  void forget_host() noexcept {
    host_port = nullptr;
    host.reset();
    host_setting.given = host_setting.stands = {};
  }
  [[nodiscard]] StationTable* stations_of(std::size_t position) const noexcept {
    return position < stations.size() ? stations[position].get() : nullptr;
  }
  [[nodiscard]] MemberRuntime* find(MemberIndex member) const noexcept {
    return members[member.value()].get();
  }
};

template <typename Function>
void for_each_member(const LagRuntime& lag, Function function) {
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (lag.members[i] != nullptr) function(MemberIndex{static_cast<std::uint8_t>(i)}, *lag.members[i]);
}

}  // namespace lagoon::dpdk
