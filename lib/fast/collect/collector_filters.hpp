// The Frame Collector's filters, where a table asks for more than slow protocols: each filter goes over the
// burst once, in the order of docs/fastpath.md, and none is there for tables that don't ask.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "fast/collect/collector_state.hpp"
#include "fast/collect/frame_digest.hpp"
#include "fast/collect/watch.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/drop.hpp"
#include "fast/frame_kind.hpp"
#include "table/port_table.hpp"
#include "wire/bfd/bfd_frame.hpp"

namespace lagoon::fast::detail {

/// Drops the frames that `keep` denies. `octets`: of the frames that stay.
template <Packet P, typename Sink, typename Keep>
[[nodiscard]] std::span<P*> keep_only(std::span<P*> received, Drop reason, Sink& sink, LagCounters& counters,
                                      std::uint64_t& octets, Keep keep) noexcept {
  std::size_t kept = 0;
  for (P* packet : received) {
    if (keep(*packet)) {
      received[kept++] = packet;
      continue;
    }
    octets -= PacketTraits<P>::length(*packet);
    counters.of(reason).add(1);
    sink.free(std::span{&packet, 1});
  }
  return received.first(kept);
}

[[nodiscard]] inline bool has_header(std::span<const std::byte> frame) noexcept {
  return frame.size() >= wire::kEthernetHeaderSize;
}

// Addresses as numbers: one comparison for six octets.
inline constexpr std::uint64_t kMacBits = 0xffff'ffff'ffffU;
inline constexpr std::uint64_t kFirstFiveOctets = 0xff'ffff'ffffU;
[[nodiscard]] inline std::uint64_t bits_of(const MacAddress& mac) noexcept {
  std::uint64_t bits = 0;
  std::memcpy(&bits, mac.octets.data(), mac.octets.size());
  return bits;
}

template <Packet P, typename Punt, typename Sink>
[[nodiscard]] std::span<P*> watch_incoming(const table::PortTable& table, MemberIndex member,
                                           std::span<P*> received, Punt& punt, Sink& sink,
                                           LagCounters& counters, std::uint64_t& octets) noexcept {
  constexpr unsigned kTags = 1;
  const bool probes = !table.probe_base.is_zero();
  const std::uint64_t base = bits_of(table.probe_base);
  const bool sessions = has(table.watch_received, table::Watch::bfd);
  std::size_t kept = 0;
  for (P* packet : received) {
    const auto frame = PacketTraits<P>::headers(*packet);
    const bool is_probe =
        probes && has_header(frame) && ((wire::raw<std::uint64_t>(frame, 0) ^ base) & kFirstFiveOctets) == 0;
    if (is_probe || (sessions && wire::is_bfd_frame(frame, table.options.bfd_port))) {
      octets -= PacketTraits<P>::length(*packet);
      if (punt.push(member, packet)) {
        counters.punted.add(1);
      } else {
        counters.of(Drop::punt_ring_full).add(1);
        sink.free(std::span{&packet, 1});
      }
      continue;
    }
    if (has(table.watch_received, watch_of(kind_of(frame, kTags))))
      count_copy(punt.copy(member, *packet), counters);
    received[kept++] = packet;
  }
  return received.first(kept);
}

template <Packet P, typename Sink>
[[nodiscard]] std::span<P*> own_address_alone(const table::PortTable& table, MemberIndex member,
                                              std::span<P*> received, Sink& sink, LagCounters& counters,
                                              std::uint64_t& octets) noexcept {
  const MacAddress& address = table.address[member.value()];
  const bool restore = address != table.own;
  return keep_only<P>(received, Drop::other_address, sink, counters, octets, [&](P& packet) noexcept {
    const auto frame = PacketTraits<P>::headers(packet);
    if (!has_header(frame) || destination_of(frame) != address) return false;
    if (restore) PacketTraits<P>::set_destination(packet, table.own);
    return true;
  });
}

template <Packet P, typename Sink>
[[nodiscard]] std::span<P*> without_reflections(const table::PortTable& table, std::span<P*> received,
                                                Sink& sink, LagCounters& counters,
                                                std::uint64_t& octets) noexcept {
  std::array<std::uint64_t, kMembersMax + 1> ours;
  std::size_t count = 0;
  if (!table.own.is_zero()) ours[count++] = bits_of(table.own);
  for (const MacAddress& address : table.address)
    if (!address.is_zero()) ours[count++] = bits_of(address);
  const std::span<const std::uint64_t> known = std::span{ours}.first(count);
  return keep_only<P>(received, Drop::reflected, sink, counters, octets, [known](const P& packet) noexcept {
    const auto frame = PacketTraits<P>::headers(packet);
    if (!has_header(frame)) return true;
    const std::uint64_t source = wire::raw<std::uint64_t>(frame, 6) & kMacBits;
    bool found = false;
    for (const std::uint64_t address : known) found |= source == address;
    return !found;
  });
}

template <Packet P, typename Punt, typename Sink>
[[nodiscard]] std::span<P*> filter(const table::PortTable& table, MemberIndex member, std::span<P*> received,
                                   Punt& punt, Sink& sink, CollectorState& state, LagCounters& counters,
                                   std::uint64_t& octets) noexcept {
  if (table.watch_received != table::Watch::none)
    received = watch_incoming<P>(table, member, received, punt, sink, counters, octets);
  if (!table.collects(member)) {
    if (received.empty()) return received;
    const bool waits = (table.standby >> member.value() & 1U) != 0;
    counters.of(waits ? Drop::inactive_member : Drop::not_collecting).add(received.size());
    sink.free(received);
    return received.first(0);
  }
  if ((table.own_address_only >> member.value() & 1U) != 0)
    received = own_address_alone<P>(table, member, received, sink, counters, octets);
  if (table.distribution == table::Distribution::adaptive)
    received = without_reflections<P>(table, received, sink, counters, octets);
  if (table.options.eliminate_duplicates)
    received = keep_only<P>(received, Drop::duplicate, sink, counters, octets, [&](const P& packet) noexcept {
      return !state.duplicates.is_duplicate(member, digest_of(packet));
    });
  return received;
}

}  // namespace lagoon::fast::detail
