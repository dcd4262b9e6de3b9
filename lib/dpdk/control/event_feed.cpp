#include "dpdk/control/event_feed.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace lagoon::dpdk {

EventFeed::~EventFeed() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> EventFeed::open() {
  descriptor_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (descriptor_ < 0) return fail(Errc::system, std::string{"eventfd: "} + std::strerror(errno));
  return {};
}

void EventFeed::take(std::size_t position, const std::string& lag, const control::Journal& journal) {
  if (taken_.size() <= position) taken_.resize(position + 1, 0);
  std::uint64_t& taken = taken_[position];
  if (journal.last() == taken) return;
  // The journal itself may have forgotten some, if very many came in one turn.
  const std::uint64_t kept = journal.last() - journal.size();
  std::uint64_t lost = kept - std::min(kept, taken);
  for (std::uint64_t next = std::max(taken, kept); next < journal.last(); ++next)
    if (!queue_.push({.lag = lag, .entry = journal[static_cast<std::size_t>(next - kept)]})) ++lost;
  taken = journal.last();
  if (lost != 0) lost_.fetch_add(lost, std::memory_order_relaxed);
  news_ = true;
}

void EventFeed::wake() {
  if (!std::exchange(news_, false)) return;
  // (it can't fail but by counting up to 2^64, and then the reader has been woken)
  const std::uint64_t one = 1;
  static_cast<void>(!::write(descriptor_, &one, sizeof one));
}

}  // namespace lagoon::dpdk
