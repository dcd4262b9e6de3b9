// The receive ring of net_af_packet, which the kernel fills: how large its frames are made, and which frames
// the kernel cuts. The driver says none of it.
//
// Thread: any; they are values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lagoon::dpdk {

/// Devargs that say frames large enough for the MTU and two VLAN tags, as far as mbufs with `room` octets of
/// data hold them. As they are where they say a frame's size already. An MTU above 9,978 counts as that.
[[nodiscard]] std::string with_packet_ring(std::string devargs, std::uint16_t mtu, std::uint32_t room);
/// Data of an mbuf that holds whatever the driver puts into it, of a port with these devargs.
[[nodiscard]] std::uint32_t packet_ring_room(std::string_view devargs) noexcept;
/// A frame of so many octets or more may be cut: the kernel has no more room for it, and says nothing.
[[nodiscard]] std::uint32_t packet_ring_cut(std::string_view devargs) noexcept;
/// The largest MTU at which no frame with two VLAN tags is cut.
[[nodiscard]] std::uint16_t packet_ring_mtu(std::string_view devargs) noexcept;

}  // namespace lagoon::dpdk
