// StationTable: who was heard on a LAG that two boxes have (cluster/stations/station.hpp), as one worker
// writes it and the cluster's thread reads it. A place for each of kStationsMax by a hash: of two stations at
// one place the later one stands there, and the other one comes back with its next frame.
#pragma once

#include <rte_mbuf.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "cluster/stations/station.hpp"

namespace lagoon::dpdk {

class StationTable {
 public:
  /// Thread: the worker's. A place is written only where another station stands, or none.
  void note(std::span<rte_mbuf* const> frames) noexcept {
    for (const rte_mbuf* frame : frames) {
      const std::uint64_t station = station_of(*frame);
      if (station == 0) continue;
      std::atomic<std::uint64_t>& place = places_[place_of(station)];
      if (place.load(std::memory_order_relaxed) != station) place.store(station, std::memory_order_relaxed);
    }
  }

  /// Those of the next `count` places after `from`, which are empty then. Thread: one other.
  void take(std::size_t from, std::size_t count, std::vector<cluster::Station>& out) noexcept(false) {
    for (std::size_t i = 0; i < count; ++i) {
      std::atomic<std::uint64_t>& place = places_[(from + i) % places_.size()];
      if (place.load(std::memory_order_relaxed) == 0) continue;
      const std::uint64_t station = place.exchange(0, std::memory_order_relaxed);
      if (station != 0) out.push_back(station_from(station));
    }
  }

 private:
  static constexpr std::uint64_t kPresent = std::uint64_t{1} << 60;
  static constexpr std::uint16_t kIdOfTag = 0x0fff;

  // The address in the low 48 bits, the VLAN ID above it, and a bit that no empty place has. 0: of two tags,
  // of which no announcement would tell.
  [[nodiscard]] static std::uint64_t station_of(const rte_mbuf& frame) noexcept {
    constexpr std::size_t kSource = 6, kType = 12, kTag = 14;
    const std::byte* const octets = rte_pktmbuf_mtod(&frame, const std::byte*);
    std::uint64_t station = 0;
    for (std::size_t i = 0; i < 6; ++i)
      station = station << 8 | std::to_integer<std::uint64_t>(octets[kSource + i]);
    std::uint16_t vlan = 0;
    if (octets[kType] == std::byte{0x88} && octets[kType + 1] == std::byte{0xa8}) return 0;
    if ((frame.ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0)
      vlan = frame.vlan_tci;
    else if (octets[kType] == std::byte{0x81} && octets[kType + 1] == std::byte{0x00})
      vlan = static_cast<std::uint16_t>(std::to_integer<unsigned>(octets[kTag]) << 8 |
                                        std::to_integer<unsigned>(octets[kTag + 1]));
    return station | std::uint64_t{vlan & unsigned{kIdOfTag}} << 48 | kPresent;
  }
  [[nodiscard]] static cluster::Station station_from(std::uint64_t value) noexcept {
    cluster::Station station;
    for (std::size_t i = 0; i < 6; ++i)
      station.mac.octets[i] = static_cast<std::uint8_t>(value >> (8 * (5 - i)));
    station.vlan = static_cast<std::uint16_t>(value >> 48 & kIdOfTag);
    return station;
  }
  [[nodiscard]] static std::size_t place_of(std::uint64_t station) noexcept {
    constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>(station * kGolden >> 52);
  }

  std::array<std::atomic<std::uint64_t>, cluster::kStationsMax> places_{};
  static_assert(cluster::kStationsMax == std::size_t{1} << 12);
};

}  // namespace lagoon::dpdk
