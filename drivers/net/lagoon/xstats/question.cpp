#include "question.hpp"

#include <rte_eal.h>
#include <rte_errno.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include "dpdk/base/monotonic_clock.hpp"

namespace lagoon::pmd {

namespace {

// The control thread of the primary answers within a second, or not at all.
constexpr timespec kPatience{.tv_sec = 2, .tv_nsec = 0};
constexpr Duration kBusyMost = 2s;
constexpr Duration kBusyPause = 10ms;

class File {
 public:
  explicit File(int descriptor) : descriptor_{descriptor} {}
  File(File&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  File& operator=(File&&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] bool read_all(void* to, std::size_t octets) const {
    auto* at = static_cast<std::byte*>(to);
    for (std::size_t done = 0; done < octets;) {
      const ssize_t got = pread(descriptor_, at + done, octets - done, static_cast<off_t>(done));
      if (got <= 0) return false;
      done += static_cast<std::size_t>(got);
    }
    return true;
  }

 private:
  int descriptor_;
};

struct Answered {
  Answer answer{};
  File file{-1};
};

Result<Answered> ask_once(const Question& question) {
  rte_mp_msg message{};
  std::strncpy(message.name, kChannel, sizeof message.name - 1);
  std::memcpy(message.param, &question, sizeof question);
  message.len_param = sizeof question;
  struct rte_mp_reply reply{};  // (a function has the name, too)
  const int sent = rte_mp_request_sync(&message, &reply, &kPatience);
  const std::unique_ptr<rte_mp_msg, void (*)(void*)> replies{reply.msgs, std::free};
  if (sent != 0 || reply.nb_received != 1)
    return fail(Errc::system, std::string{"the primary process does not answer: "} +
                                  (sent != 0 ? rte_strerror(rte_errno) : "there is none"));
  const rte_mp_msg& got = reply.msgs[0];
  Answered answered{.answer = {}, .file = File{got.num_fds > 0 ? got.fds[0] : -1}};
  if (got.len_param != sizeof(Answer))
    return fail(Errc::system, "the primary process answers something else");
  std::memcpy(&answered.answer, got.param, sizeof(Answer));
  return answered;
}

// (a LAG that is being started, stopped or changed answers later)
Result<Answered> ask(const Question& question) {
  const Instant until = dpdk::now() + kBusyMost;
  for (;;) {
    auto answered = ask_once(question);
    if (!answered || answered->answer.error != -EBUSY || dpdk::now() > until) return answered;
    std::this_thread::sleep_for(kBusyPause);
  }
}

}  // namespace

Result<std::vector<Entry>> ask_entries(std::uint16_t port) {
  const auto answered = ask({.port = port, .what = Question::What::entries});
  if (!answered) return std::unexpected{answered.error()};
  if (answered->answer.error != 0)
    return fail(Errc::system, std::string{"the primary process: "} + rte_strerror(-answered->answer.error));
  std::vector<Record> records(answered->answer.count);
  if (!answered->file.read_all(records.data(), records.size() * sizeof(Record)))
    return fail(Errc::system, "the primary process sent less than it said");
  std::vector<Entry> entries;
  for (const Record& record : records)
    entries.push_back(
        {.name = std::string{record.name, strnlen(record.name, sizeof record.name)}, .value = record.value});
  return entries;
}

int ask_reset(std::uint16_t port) {
  const auto answered = ask({.port = port, .what = Question::What::reset});
  return answered ? answered->answer.error : -EIO;
}

}  // namespace lagoon::pmd
