#include "dpdk/base/frame_inbox.hpp"

#include <rte_malloc.h>
#include <rte_mbuf.h>

#include <bit>
#include <new>

#include "base/check.hpp"

namespace lagoon::dpdk {

FrameInbox::FrameInbox(std::span<std::atomic<std::uint64_t>> places) noexcept
    : places_{places}, shift_{static_cast<unsigned>(std::countr_zero(places.size()))} {
  for (std::size_t i = 0; i < places_.size(); ++i) new (&places_[i]) std::atomic<std::uint64_t>{free_in(i)};
}

FrameInbox::~FrameInbox() {
  while (rte_mbuf* const frame = pop()) rte_pktmbuf_free(frame);
}

FrameInbox& FrameInbox::make_in(void* at, std::uint32_t room) {
  LAGOON_CHECK(std::has_single_bit(room));
  auto* const places =
      reinterpret_cast<std::atomic<std::uint64_t>*>(static_cast<std::byte*>(at) + sizeof(FrameInbox));
  return *new (at) FrameInbox{{places, room}};
}

FrameInboxPtr FrameInbox::make(std::uint32_t room) {
  void* const at = rte_malloc("lagoon_inbox", octets_for(room), RTE_CACHE_LINE_SIZE);
  if (at == nullptr) return none();
  return {&make_in(at, room), [](FrameInbox* inbox) {
            inbox->~FrameInbox();
            rte_free(inbox);
          }};
}

FrameInboxPtr FrameInbox::none() noexcept {
  return {nullptr, [](FrameInbox*) {}};
}

}  // namespace lagoon::dpdk
