#include "dpdk/control/intake.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <algorithm>
#include <cstddef>

#include "fast/collect/punt.hpp"

namespace lagoon::dpdk {

namespace {

// Frames of all members in a turn, by kind. With 32 members an ARP that a monitor looks at costs about 20 us.
constexpr std::array<unsigned, kPuntKinds> kPuntBudget{64, 32, 16, 64, 64};
constexpr unsigned kOutgoingBudget = 32;
// Of one member's own queue or socket in a turn.
constexpr std::uint16_t kQueueBudget = 8;
constexpr unsigned kSocketBudget = 16;
// The limit is one of LACPDUs a second.
constexpr Duration kLimitPeriod = 1s;

void hand_over(LagRuntime& lag, MemberIndex member, rte_mbuf* frame, Instant now) {
  // What control is to see fits the first segment: the pool's rooms hold 2048 octets.
  lag.lag->frame_received(member, {rte_pktmbuf_mtod(frame, const std::byte*), frame->data_len}, now);
  rte_pktmbuf_free(frame);
}

}  // namespace

void Intake::list_members() {
  std::vector<Source> before = std::move(sources_);
  sources_.clear();
  for (const auto& lag : lags_)
    for (std::size_t i = 0; i < lag->members.size(); ++i) {
      MemberRuntime* const runtime = lag->members[i].get();
      if (runtime == nullptr || runtime->punts == nullptr) continue;
      const auto old = std::ranges::find(before, runtime, &Source::runtime);
      sources_.push_back({.lag = lag.get(),
                          .member = MemberIndex{static_cast<std::uint8_t>(i)},
                          .runtime = runtime,
                          .above = old != before.end() ? old->above : runtime->punts->lacpdus_above()});
    }
}

bool Intake::turn(Descriptors heard, Instant now) {
  if (now - renewed_ >= kLimitPeriod) renew_limits(now);
  bool busy = take(PuntKind::lacpdu, now);
  busy |= take(PuntKind::bfd, now);
  for (const Source& source : sources_) {
    if (source.runtime->slow_socket)
      busy |= heard != Descriptors::silent && poll_socket(source, now);
    else if (source.runtime->port.control_rx())
      busy |= poll_queue(source, now);
  }
  busy |= take(PuntKind::slow, now);
  busy |= take(PuntKind::lldp, now);
  busy |= take(PuntKind::neighbor, now);
  busy |= take_outgoing(now);
  return busy;
}

void Intake::renew_limits(Instant now) {
  renewed_ = now;
  for (Source& source : sources_) {
    MemberPunts& punts = *source.runtime->punts;
    const std::uint64_t above = punts.lacpdus_above();
    source.lag->lag->lacpdus_dropped(source.member, above - source.above, now);
    source.above = above;
    punts.allow_lacpdus(source.lag->lag->options().lacp_extras.flood_limit);
  }
}

// One frame of each in turn, until the budget is spent or nobody has any.
bool Intake::take(PuntKind kind, Instant now) {
  const std::size_t count = sources_.size();
  std::size_t& next = next_[static_cast<std::size_t>(kind)];
  unsigned budget = kPuntBudget[static_cast<std::size_t>(kind)];
  bool busy = false;
  for (std::size_t silent = 0; silent < count && budget > 0;) {
    if (next >= count) next = 0;
    const Source& source = sources_[next++];
    rte_mbuf* const frame = source.runtime->punts->take(kind);
    if (frame == nullptr) {
      ++silent;
      continue;
    }
    silent = 0;
    --budget;
    busy = true;
    hand_over(*source.lag, source.member, frame, now);
  }
  return busy;
}

bool Intake::poll_queue(const Source& source, Instant now) {
  std::array<rte_mbuf*, kQueueBudget> frames;
  const std::uint16_t port = source.runtime->port.id().value();
  const std::uint16_t queue = source.runtime->port.control_rx()->value();
  const std::uint16_t count = rte_eth_rx_burst(port, queue, frames.data(), kQueueBudget);
  bool busy = false;
  for (rte_mbuf* const frame : std::span{frames}.first(count)) {
    if (is_lacpdu(*frame) && !source.runtime->punts->admit_lacpdu()) {
      rte_pktmbuf_free(frame);
      continue;
    }
    hand_over(*source.lag, source.member, frame, now);
    busy = true;
  }
  return busy;
}

bool Intake::poll_socket(const Source& source, Instant now) {
  std::array<std::byte, 2048> room;
  bool busy = false;
  for (unsigned taken = 0; taken < kSocketBudget; ++taken) {
    const auto frame = source.runtime->slow_socket->receive(room);
    if (!frame) break;
    if (is_lacpdu(*frame) && !source.runtime->punts->admit_lacpdu()) continue;
    source.lag->lag->frame_received(source.member, *frame, now);
    busy = true;
  }
  return busy;
}

bool Intake::take_outgoing(Instant now) {
  unsigned budget = kOutgoingBudget;
  bool busy = false;
  for (std::size_t silent = 0; silent < lags_.size() && budget > 0;) {
    if (next_lag_ >= lags_.size()) next_lag_ = 0;
    LagRuntime& lag = *lags_[next_lag_++];
    rte_mbuf* const frame = lag.outgoing != nullptr ? lag.outgoing->pop() : nullptr;
    if (frame == nullptr) {
      ++silent;
      continue;
    }
    silent = 0;
    --budget;
    busy = true;
    lag.lag->frame_to_send({rte_pktmbuf_mtod(frame, const std::byte*), frame->data_len}, now);
    rte_pktmbuf_free(frame);
  }
  return busy;
}

void Intake::take_rest(LagRuntime& lag, MemberIndex member, Instant now) {
  const MemberRuntime* const runtime = lag.find(member);
  if (runtime == nullptr || runtime->punts == nullptr) return;
  for (const PuntKind kind :
       {PuntKind::lacpdu, PuntKind::slow, PuntKind::lldp, PuntKind::bfd, PuntKind::neighbor})
    while (rte_mbuf* const frame = runtime->punts->take(kind)) hand_over(lag, member, frame, now);
}

}  // namespace lagoon::dpdk
