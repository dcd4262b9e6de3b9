// ConversationMemory: the lines of one ConversationTable, zeroed, in pages that the kernel gives when they
// are first touched: so near the worker that does it. Where it can, in large pages.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "fast/conversations/conversation_table.hpp"

namespace lagoon::dpdk {

class ConversationMemory {
 public:
  /// Errors: no_resources.
  [[nodiscard]] static Result<ConversationMemory> of(std::size_t conversations) {
    ConversationMemory memory;
    memory.count_ = fast::ConversationTable::lines_for(conversations);
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
    if (lines_ != nullptr) munmap(lines_, octets());
  }
  ConversationMemory(ConversationMemory&& other) noexcept
      : lines_{std::exchange(other.lines_, nullptr)}, count_{other.count_} {}
  ConversationMemory& operator=(ConversationMemory&&) = delete;
  ConversationMemory(const ConversationMemory&) = delete;
  ConversationMemory& operator=(const ConversationMemory&) = delete;

  [[nodiscard]] std::span<fast::ConversationLine> lines() const noexcept { return {lines_, count_}; }
  [[nodiscard]] std::size_t octets() const noexcept { return count_ * sizeof(fast::ConversationLine); }

 private:
  ConversationMemory() = default;
  fast::ConversationLine* lines_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace lagoon::dpdk
