// What the fast path asks of a packet, answered for DPDK's mbufs.
#pragma once

#include <rte_mbuf.h>
#include <rte_mbuf_ptype.h>
#include <rte_prefetch.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "fast/concepts.hpp"
#include "fast/egress/concepts.hpp"

template <>
struct lagoon::fast::PacketTraits<rte_mbuf> {
  [[nodiscard]] static std::span<const std::byte> headers(const rte_mbuf& mbuf) noexcept {
    return {static_cast<const std::byte*>(mbuf.buf_addr) + mbuf.data_off, mbuf.data_len};
  }
  // (A clone has a reference of its own, to octets that belong to another mbuf.)
  [[nodiscard]] static std::span<std::byte> writable_headers(rte_mbuf& mbuf) noexcept {
    if (rte_mbuf_refcnt_read(&mbuf) != 1 || !RTE_MBUF_DIRECT(&mbuf)) return {};
    return {rte_pktmbuf_mtod(&mbuf, std::byte*), mbuf.data_len};
  }
  [[nodiscard]] static std::uint32_t length(const rte_mbuf& mbuf) noexcept { return mbuf.pkt_len; }
  [[nodiscard]] static std::optional<std::uint32_t> nic_hash(const rte_mbuf& mbuf) noexcept {
    if ((mbuf.ol_flags & RTE_MBUF_F_RX_RSS_HASH) == 0) return std::nullopt;
    return mbuf.hash.rss;
  }
  [[nodiscard]] static bool is_ip(const rte_mbuf& mbuf) noexcept {
    return (mbuf.packet_type & RTE_PTYPE_L3_MASK) != 0;
  }
  [[nodiscard]] static bool is_tcp_or_udp(const rte_mbuf& mbuf) noexcept {
    const std::uint32_t transport = mbuf.packet_type & RTE_PTYPE_L4_MASK;
    return transport == RTE_PTYPE_L4_TCP || transport == RTE_PTYPE_L4_UDP;
  }
  static void prefetch(const rte_mbuf& mbuf) noexcept {
    rte_prefetch0(static_cast<const std::byte*>(mbuf.buf_addr) + mbuf.data_off);
  }
  template <typename Use>
  static void each_segment(const rte_mbuf& mbuf, Use&& use) noexcept {
    for (const rte_mbuf* segment = &mbuf; segment != nullptr; segment = segment->next) use(headers(*segment));
  }
  static void set_destination(rte_mbuf& mbuf, const MacAddress& mac) noexcept {
    std::memcpy(rte_pktmbuf_mtod(&mbuf, std::byte*), mac.octets.data(), mac.octets.size());
  }
  static void set_source(rte_mbuf& mbuf, const MacAddress& mac) noexcept {
    std::memcpy(rte_pktmbuf_mtod(&mbuf, std::byte*) + mac.octets.size(), mac.octets.data(),
                mac.octets.size());
  }
  static void share(rte_mbuf& mbuf, std::uint16_t count) noexcept {
    add_references(mbuf, static_cast<std::int16_t>(count));
  }
  static void unshare(rte_mbuf& mbuf, std::uint16_t count) noexcept {
    add_references(mbuf, static_cast<std::int16_t>(-count));
  }
  static void release(rte_mbuf& mbuf) noexcept { rte_pktmbuf_free(&mbuf); }

 private:
  // (where the next segment is stands in the second cache line, which one segment need not fetch)
  static void add_references(rte_mbuf& mbuf, std::int16_t count) noexcept {
    if (mbuf.nb_segs == 1) [[likely]]
      rte_mbuf_refcnt_update(&mbuf, count);
    else
      rte_pktmbuf_refcnt_update(&mbuf, count);
  }
};

static_assert(lagoon::fast::Packet<rte_mbuf>);
static_assert(lagoon::fast::MarkablePacket<rte_mbuf>);
