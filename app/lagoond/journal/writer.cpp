#include "lagoond/journal/writer.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "lagoond/output/output.hpp"

namespace lagoon::lagoond {

namespace {

constexpr std::size_t kAtOnce = 256;

void drain(int descriptor) noexcept {
  std::uint64_t count = 0;
  static_cast<void>(!::read(descriptor, &count, sizeof count));
}

}  // namespace

JournalWriter::JournalWriter(dpdk::EventFeed& feed, std::unique_ptr<LineSink> sink)
    : feed_{feed},
      sink_{std::move(sink)},
      wake_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)},
      thread_{[this] { run(); }} {}

JournalWriter::~JournalWriter() {
  stop_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
  thread_.join();
  ::close(wake_);
}

JournalCounts JournalWriter::counts() const noexcept {
  return {.written = written_.load(std::memory_order_relaxed),
          .lost = feed_.lost() + refused_.load(std::memory_order_relaxed)};
}

void JournalWriter::run() {
  pthread_setname_np(pthread_self(), "journal");
  // (who asks to stop has seen to it that the feed gets nothing more)
  for (bool last = false; !last;) {
    last = stop_.load(std::memory_order_acquire);
    while (write_some()) continue;
    if (last) break;
    // (where there is no eventfd, it looks once in a while)
    std::array<pollfd, 2> wait{{{.fd = feed_.descriptor(), .events = POLLIN, .revents = 0},
                                {.fd = wake_, .events = POLLIN, .revents = 0}}};
    ::poll(wait.data(), wait.size(), 500);
    drain(feed_.descriptor());
  }
}

bool JournalWriter::write_some() {
  lines_.clear();
  std::uint64_t entries = 0;
  while (lines_.size() < kAtOnce) {
    const auto event = feed_.pop();
    if (!event) break;
    if (auto gap = gaps_.before(*event)) lines_.push_back(*std::move(gap));
    lines_.push_back(line_of(*event));
    ++entries;
  }
  if (lines_.empty()) return false;
  if (auto written = sink_->write(lines_); !written) {
    refused_.fetch_add(entries, std::memory_order_relaxed);
    complain(written.error().detail);
    return true;
  }
  if (!std::exchange(complaint_, {}).empty()) Output::say("lagoond: journal: it is written again\n");
  written_.fetch_add(entries, std::memory_order_relaxed);
  return true;
}

void JournalWriter::complain(std::string words) {
  if (words == complaint_) return;
  Output::say("lagoond: " + words + "; entries are lost until this is mended\n");
  complaint_ = std::move(words);
}

}  // namespace lagoon::lagoond
