#include "dpdk/snapshot/member_punts.hpp"

#include <rte_malloc.h>
#include <rte_mbuf.h>

#include <new>

#include "dpdk/base/mbuf_packet.hpp"
#include "fast/collect/punt.hpp"
#include "fast/frame_kind.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::dpdk {

namespace {

// By kind. LACPDUs: more than the default limit lets through in a second. Markers: as many as a Responder
// answers in a second. LLDP: more than an agent looks at at once. BFD: a peer's packets of a turn that is
// late. ARP and ND: answers to all probes of a turn, and a burst.
constexpr std::array<unsigned, kPuntKinds> kPuntRoom{16, 32, 16, 32, 128};

}  // namespace

bool is_lacpdu(std::span<const std::byte> frame) noexcept {
  return frame.size() > wire::kEthernetHeaderSize &&
         frame[wire::kEthernetHeaderSize] == static_cast<std::byte>(wire::SlowSubtype::lacp);
}

bool is_lacpdu(const rte_mbuf& frame) noexcept {
  return is_lacpdu(fast::PacketTraits<rte_mbuf>::headers(frame));
}

MemberPuntsPtr MemberPunts::make() {
  const auto destroy = [](MemberPunts* punts) {
    punts->~MemberPunts();
    rte_free(punts);
  };
  void* const at = rte_malloc("lagoon_punts", sizeof(MemberPunts), RTE_CACHE_LINE_SIZE);
  MemberPuntsPtr made{at != nullptr ? new (at) MemberPunts{} : nullptr, destroy};
  if (made == nullptr) return made;
  for (std::size_t kind = 0; kind < kPuntKinds; ++kind) {
    made->rings_[kind] = FrameInbox::make(kPuntRoom[kind]);
    if (made->rings_[kind] == nullptr) return MemberPuntsPtr{nullptr, destroy};
  }
  return made;
}

MemberPunts::Taken MemberPunts::push(rte_mbuf* frame) noexcept {
  const auto give = [&](PuntKind kind) noexcept {
    return ring(kind).push(frame) ? Taken::yes : Taken::no_room;
  };
  const auto octets = fast::PacketTraits<rte_mbuf>::headers(*frame);
  if (fast::is_lldp(octets)) return give(PuntKind::lldp);
  if (!fast::is_slow_protocol(octets)) {
    constexpr unsigned kTags = 1;
    return give(fast::kind_of(octets, kTags) == fast::FrameKind::other ? PuntKind::bfd : PuntKind::neighbor);
  }
  if (!slow_elsewhere_ && !is_lacpdu(*frame)) return give(PuntKind::slow);
  if (!slow_elsewhere_ && admit_lacpdu()) return give(PuntKind::lacpdu);
  rte_pktmbuf_free(frame);
  return slow_elsewhere_ ? Taken::elsewhere : Taken::yes;
}

bool MemberPunts::copy(const rte_mbuf& frame) noexcept {
  // (no copy is made that finds no room)
  if (ring(PuntKind::neighbor).looks_full()) return false;
  rte_mbuf* const made = rte_pktmbuf_copy(&frame, frame.pool, 0, frame.pkt_len);
  if (made == nullptr) return false;
  if (ring(PuntKind::neighbor).push(made)) return true;
  rte_pktmbuf_free(made);
  return false;
}

}  // namespace lagoon::dpdk
