// ConversationMemory: the lines of one ConversationTable, zeroed. Where no other process uses them, in pages
// that the kernel gives when they are first touched: so near the worker that does it, and where it can, large
// ones.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "dpdk/snapshot/shared_memory.hpp"
#include "fast/conversations/conversation_table.hpp"

namespace lagoon::dpdk {

class ConversationMemory {
 public:
  /// Errors: no_resources.
  [[nodiscard]] static Result<ConversationMemory> of(std::size_t conversations, SnapshotMemory where) {
    ConversationMemory memory;
    memory.count_ = fast::ConversationTable::lines_for(conversations);
    if (where == SnapshotMemory::shared && can_be_shared()) {
      memory.shared_ = block_of(where, memory.octets());
      if (memory.shared_ == nullptr)
        return no_memory_for(std::to_string(conversations) + " conversations (" +
                             std::to_string(memory.octets()) + " octets for each transmit queue)");
      memory.lines_ = static_cast<fast::ConversationLine*>(memory.shared_.get());
      return memory;
    }
    void* const at =
        mmap(nullptr, memory.octets(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
      return fail(Errc::no_resources, "no memory for " + std::to_string(conversations) + " conversations (" +
                                          std::to_string(memory.octets()) +
                                          " octets for each worker): " + std::strerror(errno));
    memory.lines_ = static_cast<fast::ConversationLine*>(at);
    static_cast<void>(madvise(at, memory.octets(), MADV_HUGEPAGE));
    return memory;
  }
  ~ConversationMemory() {
    if (lines_ != nullptr && shared_ == nullptr) munmap(lines_, octets());
  }
  ConversationMemory(ConversationMemory&& other) noexcept
      : lines_{std::exchange(other.lines_, nullptr)},
        count_{other.count_},
        shared_{std::move(other.shared_)} {}
  ConversationMemory& operator=(ConversationMemory&&) = delete;
  ConversationMemory(const ConversationMemory&) = delete;
  ConversationMemory& operator=(const ConversationMemory&) = delete;

  [[nodiscard]] std::span<fast::ConversationLine> lines() const noexcept { return {lines_, count_}; }
  [[nodiscard]] std::size_t octets() const noexcept { return count_ * sizeof(fast::ConversationLine); }

 private:
  ConversationMemory() = default;
  fast::ConversationLine* lines_ = nullptr;
  std::size_t count_ = 0;
  Block shared_{};  // nothing: it is of mmap()
};

}  // namespace lagoon::dpdk
