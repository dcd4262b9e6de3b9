// Stations: who is behind LAGs of two boxes. What workers hear on a LAG that this box carries goes to the
// other box; what that one has told is announced to the LAN when this one takes over, where the port behind
// the LAG keeps its link (a switch behind a link that goes forgets by itself).
//
// Thread: the ClusterThread's. Nothing of it waits, and each turn's share is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cluster/options.hpp"
#include "cluster/stations/memory.hpp"
#include "cluster/stations/station.hpp"
#include "dpdk/engine/engine.hpp"
#include "dpdk/multichassis/desk.hpp"
#include "dpdk/port/packet_socket.hpp"
#include "dpdk/snapshot/station_table.hpp"

namespace lagoon::lagoond {

class Stations {
 public:
  /// Frames that announce() sends in one call, and places that next_message() looks at.
  static constexpr std::size_t kAtATime = 128;

  /// `engine` outlives it.
  Stations(dpdk::Engine& engine, const dpdk::MultichassisDesk& desk, const cluster::Options& options);

  /// Once a turn, of a LAG that this box carries: some of those heard since the last time. Nothing: none was.
  [[nodiscard]] std::optional<cluster::StationMessage> next_message(std::size_t seat);
  /// From the other box.
  void heard(const cluster::StationMessage& message, Instant now);
  /// This box carries the LAG from now on: all workers know.
  void took_over(std::size_t seat, Instant now);
  /// Once a turn.
  void announce();

  /// That the other box has told, and that were announced at the last takeover.
  [[nodiscard]] std::size_t known(std::size_t seat) const { return of_[seat].memory.size(); }
  [[nodiscard]] std::uint64_t announced(std::size_t seat) const { return of_[seat].announced; }

 private:
  struct OfLag {
    std::string name{};
    std::vector<dpdk::StationTable*> tables{};  // the workers'
    std::size_t next = 0;                       // place
    cluster::StationMemory memory{};
    std::string interface{};  // to be announced at; empty: nowhere
    std::optional<dpdk::PacketSocket> socket{};
    std::vector<cluster::Station> left{};  // to be announced
    std::uint64_t announced = 0;
  };
  std::string domain_;
  std::string node_;
  std::string other_;
  std::vector<OfLag> of_{};  // by seat
};

}  // namespace lagoon::lagoond
