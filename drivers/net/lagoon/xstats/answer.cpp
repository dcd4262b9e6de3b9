// The primary's side of question.hpp.
#include <rte_alarm.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "../lag_port.hpp"
#include "../ops.hpp"
#include "dpdk/base/log.hpp"
#include "question.hpp"

namespace lagoon::pmd {

namespace {

// (held while one is asked: it does not go meanwhile)
std::mutex asked_mutex;
std::array<LagPort*, RTE_MAX_ETHPORTS> asked{};
// By name of an extended statistic: what it was when they were set to zero.
using Counted = std::map<std::string, std::uint64_t>;
std::mutex counted_mutex;
std::map<const LagPort*, Counted> counted_before;

struct Pending {
  Question question{};
  std::string peer;
};

// A file with the records; -1: the kernel gives none.
int file_of(const std::vector<Entry>& entries) {
  std::vector<Record> records(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].name.copy(records[i].name, sizeof records[i].name - 1);
    records[i].value = entries[i].value;
  }
  const int file = memfd_create(kChannel, MFD_CLOEXEC);
  const std::size_t octets = records.size() * sizeof(Record);
  const auto* at = reinterpret_cast<const char*>(records.data());
  for (std::size_t done = 0; file >= 0 && done < octets;) {
    const ssize_t put = write(file, at + done, octets - done);
    if (put <= 0) {
      ::close(file);
      return -1;
    }
    done += static_cast<std::size_t>(put);
  }
  return file;
}

Answer answer_to(const Question& question, int& file) {
  const std::lock_guard lock{asked_mutex};
  LagPort* const lag = question.port < asked.size() ? asked[question.port] : nullptr;
  if (lag == nullptr) return {.error = -ENODEV};
  if (lag->is_in_use()) return {.error = -EBUSY};
  if (question.what == Question::What::reset) return {.error = reset_entries(*lag)};
  const std::vector<Entry> entries = entries_of(*lag);
  file = file_of(entries);
  if (file < 0) return {.error = -ENOMEM};
  return {.count = static_cast<std::uint32_t>(entries.size())};
}

// Thread: DPDK's interrupt thread.
void answer_pending(void* of) {
  const std::unique_ptr<Pending> pending{static_cast<Pending*>(of)};
  int file = -1;
  const Answer answer = answer_to(pending->question, file);
  rte_mp_msg reply{};
  std::strncpy(reply.name, kChannel, sizeof reply.name - 1);
  std::memcpy(reply.param, &answer, sizeof answer);
  reply.len_param = sizeof answer;
  if (file >= 0) reply.fds[reply.num_fds++] = file;
  // (who has asked may be gone)
  static_cast<void>(rte_mp_reply(&reply, pending->peer.c_str()));
  if (file >= 0) ::close(file);
}

// Thread: DPDK's for messages. It waits for nobody: what a LAG does may wait for an answer that comes by it.
int put_by(const rte_mp_msg* message, const void* peer) noexcept {
  if (message->len_param != sizeof(Question)) return -1;
  auto pending = std::make_unique<Pending>();
  std::memcpy(&pending->question, message->param, sizeof(Question));
  pending->peer = static_cast<const char*>(peer);
  if (rte_eal_alarm_set(1, answer_pending, pending.get()) != 0) return -1;
  static_cast<void>(pending.release());
  return 0;
}

}  // namespace

void be_asked(LagPort& lag) {
  static std::once_flag registered;
  std::call_once(registered, [] {
    // (without files in common there are no secondary processes, and no channel)
    if (rte_mp_action_register(kChannel, put_by) != 0 && rte_errno != ENOTSUP)
      dpdk::log_line(
          dpdk::LogLevel::warning,
          std::string{"secondary processes get no extended statistics: "} + rte_strerror(rte_errno));
  });
  const std::lock_guard lock{asked_mutex};
  asked[lag.dev().data->port_id] = &lag;
}

void forget(const LagPort& lag) {
  const std::lock_guard lock{asked_mutex};
  std::ranges::replace(asked, const_cast<LagPort*>(&lag), static_cast<LagPort*>(nullptr));
  const std::lock_guard counted{counted_mutex};
  counted_before.erase(&lag);
}

std::vector<Entry> entries_of(LagPort& lag) {
  const auto status = lag.status();
  if (!status) return {};
  std::vector<Entry> all = entries_of(*status);
  const std::lock_guard lock{counted_mutex};
  const Counted& counted = counted_before[&lag];
  for (Entry& entry : all)
    if (const auto before = counted.find(entry.name); before != counted.end())
      entry.value -= std::min(entry.value, before->second);  // (another member may have its name now)
  return all;
}

int reset_entries(LagPort& lag) {
  Counted counted;
  if (const auto status = lag.status())
    for (const Entry& entry : entries_of(*status))
      if (entry.counts) counted[entry.name] = entry.value;
  {
    const std::lock_guard lock{counted_mutex};
    counted_before[&lag] = std::move(counted);
  }
  return stats_reset(&lag.dev());
}

}  // namespace lagoon::pmd
