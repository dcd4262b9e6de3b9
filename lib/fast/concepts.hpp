// What the fast path asks of a kind of packet, and of what it hands packets to. lib/dpdk/base/mbuf_packet.hpp
// answers for rte_mbuf; tests answer for packets of their own.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ids.hpp"
#include "base/mac_address.hpp"

namespace lagoon::fast {

/// Specialised for each kind of packet:
///   headers(p)             the octets of its first segment, from the destination address on
///   each_segment(p, use)   calls use(octets) for every segment, in order
///   length(p)              octets of the whole frame, without FCS
///   nic_hash(p)            the hash that the port computed, if it did
///   is_ip(p)               true only when the port has said that IP follows the Ethernet header: the frame
///                          can't be of a slow protocol, and its header need not be read; false: unknown
///   is_tcp_or_udp(p)       true only when the port has said so; false: unknown
///   prefetch(p)            asks for the cache line of the headers
///   set_source(p, mac)     writes the Ethernet source; precondition: headers(p) has it, p is not shared
///   set_destination(p, mac)
///   share(p, n)            adds n references, on every segment
///   unshare(p, n)          takes n references back without freeing; precondition: n < references
///   release(p)             gives one reference back, and frees with the last one
template <typename P>
struct PacketTraits;

template <typename P>
concept Packet = requires(const P& packet) {
  { PacketTraits<P>::headers(packet) } noexcept -> std::same_as<std::span<const std::byte>>;
  { PacketTraits<P>::length(packet) } noexcept -> std::same_as<std::uint32_t>;
  { PacketTraits<P>::nic_hash(packet) } noexcept -> std::same_as<std::optional<std::uint32_t>>;
  { PacketTraits<P>::is_ip(packet) } noexcept -> std::same_as<bool>;
  { PacketTraits<P>::is_tcp_or_udp(packet) } noexcept -> std::same_as<bool>;
  { PacketTraits<P>::prefetch(packet) } noexcept;
} && requires(P& packet, const P& look, const MacAddress& mac, std::uint16_t n) {
  {
    PacketTraits<P>::each_segment(look, [](std::span<const std::byte>) noexcept {})
  } noexcept;
  { PacketTraits<P>::set_source(packet, mac) } noexcept;
  { PacketTraits<P>::set_destination(packet, mac) } noexcept;
  { PacketTraits<P>::share(packet, n) } noexcept;
  { PacketTraits<P>::unshare(packet, n) } noexcept;
  { PacketTraits<P>::release(packet) } noexcept;
};

/// Sends to a member, in order, and says how many of the first packets it has taken. Those belong to the port
/// from then on; the rest stays with the caller.
template <typename T, typename P>
concept MemberTx = requires(T& tx, MemberIndex member, std::span<P*> packets) {
  { tx.send(member, packets) } noexcept -> std::convertible_to<std::size_t>;
};

/// Frames that a MemberTx has taken, though the port can never send them (too long, too short): it has freed
/// them, and they are not sent.
struct Unfit {
  std::size_t frames = 0;
  std::uint64_t octets = 0;
};

/// A MemberTx that finds such frames. take_unfit() tells each once.
template <typename T>
concept FindsUnfit = requires(T& tx) {
  { tx.take_unfit() } noexcept -> std::same_as<Unfit>;
};

/// Takes a received frame for the control lcore (push), or a copy of it; false: no room, a frame that was to
/// be pushed stays with the caller.
template <typename T, typename P>
concept PuntSink = requires(T& punt, MemberIndex member, P* packet, const P& look) {
  { punt.push(member, packet) } noexcept -> std::convertible_to<bool>;
  { punt.copy(member, look) } noexcept -> std::convertible_to<bool>;
};

/// The same for a frame that is to be sent.
template <typename T, typename P>
concept ControlSink = requires(T& control, P* packet, const P& look) {
  { control.take(packet) } noexcept -> std::convertible_to<bool>;
  { control.copy(look) } noexcept -> std::convertible_to<bool>;
};

/// Frees packets that have been counted as dropped.
template <typename T, typename P>
concept DropSink = requires(T& sink, std::span<P*> packets) {
  { sink.free(packets) } noexcept;
};

}  // namespace lagoon::fast
