#include "dpdk/succession/tap_queues.hpp"

#include <dirent.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <charconv>
#include <string_view>

namespace lagoon::dpdk {

namespace {

// (the driver keeps descriptors to itself; a queue that is detached does not say whose it is)
bool is_queue_of(int descriptor, const std::string& tap) noexcept {
  ifreq facts{};
  return ioctl(descriptor, TUNGETIFF, &facts) == 0 && tap == facts.ifr_name;
}

int set_queue(int descriptor, short flag) noexcept {
  ifreq request{};
  request.ifr_flags = flag;
  return ioctl(descriptor, TUNSETQUEUE, &request) == 0 ? 0 : errno;
}

}  // namespace

TapQueues TapQueues::detach(const std::string& tap) {
  TapQueues queues;
  queues.tap_ = tap;
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return queues;
  std::vector<int> found;
  while (const dirent* const entry = readdir(folder)) {
    const std::string_view name = entry->d_name;
    int descriptor = -1;
    std::from_chars(name.data(), name.data() + name.size(), descriptor);
    if (descriptor >= 0 && descriptor != dirfd(folder) && is_queue_of(descriptor, tap))
      found.push_back(descriptor);
  }
  closedir(folder);
  for (const int descriptor : found)
    if (set_queue(descriptor, IFF_DETACH_QUEUE) == 0) queues.descriptors_.push_back(descriptor);
  return queues;
}

int TapQueues::attach() {
  int error = 0;
  for (const int descriptor : descriptors_)
    if (const int failed = set_queue(descriptor, IFF_ATTACH_QUEUE); failed != 0) error = failed;
  descriptors_.clear();
  return error;
}

}  // namespace lagoon::dpdk
