// Who sends or receives: a worker's Lagoon, a port (of net_bonding or of the PMD), and bare ports.
#pragma once

#include <rte_ethdev.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "dpdk/worker/worker_path.hpp"
#include "fast/collect/collector.hpp"
#include "measure/race.hpp"
#include "rig/lagoon.hpp"
#include "rig/rig.hpp"
#include "rig/stand_in.hpp"

namespace lagoon::bench {

/// Packets of a turn: some microseconds.
inline constexpr std::size_t kTurn = 512;
inline constexpr std::size_t kBurst = 32;

/// Where frames come from, and by how many.
struct Load {
  FrameSet& frames;
  std::size_t burst = kBurst;
  Device device = Device::untouched;
};

/// Control may be in a queue of the PMD's for a moment, and the program is refused meanwhile.
inline constexpr int kRefusals = 1'000'000;

/// `send(burst)` gives how many were taken; the ports are those that they are sent on.
template <typename Send>
[[nodiscard]] Contestant sender(std::span<const std::uint16_t> ports, Load load, Send send) {
  const std::vector<std::uint16_t> kept{ports.begin(), ports.end()};
  return {.turn =
              [load, send]() mutable {
                for (std::size_t done = 0; done < kTurn; done += load.burst) {
                  std::span<rte_mbuf*> burst = load.frames.next(load.burst);
                  int refused = 0;
                  for (;;) {
                    burst = burst.subspan(send(burst));
                    if (burst.empty()) [[likely]]
                      break;
                    LAGOON_CHECK(++refused < kRefusals);
                  }
                }
              },
          .arm = [kept, load] { stand_in(kept, load.device); }};
}

/// `receive(burst)` gives how many came; each of the ports has an equal share.
template <typename Receive>
[[nodiscard]] Contestant receiver(std::span<const std::uint16_t> ports, FrameSet& frames, Receive receive) {
  const std::vector<std::uint16_t> kept{ports.begin(), ports.end()};
  const auto share = static_cast<std::uint16_t>(kBurst / ports.size());
  return {.turn =
              [receive]() mutable {
                int refused = 0;
                for (std::size_t done = 0; done < kTurn;) {
                  std::array<rte_mbuf*, kBurst> burst;
                  const std::size_t count = receive(std::span<rte_mbuf*>{burst});
                  benchmark::DoNotOptimize(burst);
                  LAGOON_CHECK(count == kBurst || (count == 0 && ++refused < kRefusals));
                  done += count;
                }
              },
          .arm = [kept, &frames, share] { supply(kept, &frames, share); },
          .disarm = [kept] { supply(kept, nullptr, 0); }};
}

[[nodiscard]] inline std::uint16_t length(std::span<rte_mbuf*> burst) {
  return static_cast<std::uint16_t>(burst.size());
}

/// rte_eth_tx_burst() of the LAG's port.
[[nodiscard]] inline Contestant port_sends(const LagPort& lag, Load load) {
  return sender(lag.members, load, [id = lag.id](std::span<rte_mbuf*> burst) {
    return std::size_t{rte_eth_tx_burst(id, 0, burst.data(), length(burst))};
  });
}

[[nodiscard]] inline Contestant port_receives(const LagPort& lag, FrameSet& frames) {
  return receiver(lag.members, frames, [id = lag.id](std::span<rte_mbuf*> burst) {
    return std::size_t{rte_eth_rx_burst(id, 0, burst.data(), length(burst))};
  });
}

/// The bond in one of the modes that it has a function for.
[[nodiscard]] inline Contestant bond_sends(const Bond& bond, std::uint8_t mode, Load load) {
  Contestant made = port_sends(bond, load);
  made.arm = [&bond, mode, arm = made.arm] {
    arm();
    rte_eth_fp_ops[bond.id].tx_pkt_burst = bond.send_in.at(mode);
  };
  return made;
}

/// As many calls as there are members, each with an equal part of the burst.
[[nodiscard]] inline Contestant bare_ports_send(std::span<const std::uint16_t> ports, Load load) {
  const std::vector<std::uint16_t> kept{ports.begin(), ports.end()};
  return sender(ports, load, [kept](std::span<rte_mbuf*> burst) {
    std::size_t sent = 0;
    const auto share = static_cast<std::uint16_t>((burst.size() + kept.size() - 1) / kept.size());
    for (const std::uint16_t port : kept) {
      const std::span<rte_mbuf*> part =
          burst.subspan(sent, std::min<std::size_t>(share, burst.size() - sent));
      sent += rte_eth_tx_burst(port, 0, part.data(), length(part));
    }
    return sent;
  });
}

[[nodiscard]] inline Contestant bare_ports_receive(std::span<const std::uint16_t> ports, FrameSet& frames) {
  const std::vector<std::uint16_t> kept{ports.begin(), ports.end()};
  return receiver(ports, frames, [kept](std::span<rte_mbuf*> burst) {
    std::size_t count = 0;
    for (const std::uint16_t port : kept)
      count +=
          rte_eth_rx_burst(port, 0, burst.data() + count, static_cast<std::uint16_t>(burst.size() - count));
    return count;
  });
}

/// One burst through the distributor, with what a worker does for it: load the table, count, report a
/// quiescent state.
[[nodiscard]] inline std::size_t distribute_burst(Rig& rig, WorkerLag& lag, std::span<rte_mbuf*> burst) {
  const table::PortTable& table = lag.table();
  dpdk::MemberSender members{dpdk::ports_of(lag.side())};
  const std::size_t sent =
      fast::distribute<rte_mbuf>(table, burst, members, lag.state().distributor, lag.state().counters);
  rte_rcu_qsbr_quiescent(rig.qsbr, 0);
  return sent;
}

[[nodiscard]] inline Contestant distributor(Rig& rig, std::span<const std::uint16_t> ports,
                                            const LagSettings& settings, Load load) {
  const auto lag = std::make_shared<WorkerLag>(settings, ports);
  return sender(ports, load,
                [lag, &rig](std::span<rte_mbuf*> burst) { return distribute_burst(rig, *lag, burst); });
}

/// All that a worker does in a turn in which one burst comes that is for the LAG.
[[nodiscard]] inline Contestant worker(Rig& rig, std::span<const std::uint16_t> ports,
                                       const LagSettings& settings, Load load) {
  const auto lag = std::make_shared<WorkerLag>(settings, ports);
  return sender(ports, load, [lag, &rig](std::span<rte_mbuf*> burst) {
    const table::PortTable& table = lag->table();
    const std::size_t count = burst.size();
    static_cast<void>(dpdk::look_after(table, lag->side(), lag->state(),
                                       [&] { dpdk::release(table, lag->side(), lag->state()); }));
    dpdk::send_to_lag(table, lag->side(), burst, lag->state());
    rte_rcu_qsbr_quiescent(rig.qsbr, 0);
    return count;
  });
}

/// The collector, in the same way.
[[nodiscard]] inline Contestant collector(Rig& rig, std::span<const std::uint16_t> ports, FrameSet& frames) {
  const auto lag = std::make_shared<WorkerLag>(LagSettings{.members = ports.size()}, ports);
  return receiver(ports, frames, [lag, &rig](std::span<rte_mbuf*> burst) {
    const table::PortTable& table = lag->table();
    const dpdk::SidePorts& members = dpdk::ports_of(lag->side());
    std::size_t count = 0;
    for (std::uint32_t left = members.present; left != 0; left &= left - 1) {
      const MemberIndex m{static_cast<std::uint8_t>(std::countr_zero(left))};
      const std::span<rte_mbuf*> free = burst.subspan(count);
      const std::uint16_t got = rte_eth_rx_burst(members[m].id, 0, free.data(), length(free));
      count += fast::collect<rte_mbuf>(table, m, free.first(got), dpdk::PuntRings{members}, dpdk::Freer{},
                                       lag->state().collector, lag->state().counters)
                   .size();
    }
    rte_rcu_qsbr_quiescent(rig.qsbr, 0);
    return count;
  });
}

}  // namespace lagoon::bench
