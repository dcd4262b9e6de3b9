#include "dpdk/control/event_feed.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

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
  // The journal itself may have let some go, if very many came in one turn.
  const std::size_t first = journal.position_after(taken);
  std::uint64_t lost = journal.last() - taken - (journal.size() - first);
  for (std::size_t next = first; next < journal.size(); ++next)
    if (!queue_.push({.lag = lag, .entry = journal[next]})) ++lost;
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
