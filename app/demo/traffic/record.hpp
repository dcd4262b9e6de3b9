// Record: one line of the log that the demonstration's reports are made from, in this machine's byte order.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace lagoon::traffic {

enum class Kind : std::uint8_t {
  sent = 'S',      // at: when it was sent
  received = 'R',  // at: when it came; sent_at: by the sender's clock
  seen = 'W',      // on a link; flow has the link's number in the upper octet
  overflow = 'O',  // sequence: frames that a receiving socket had no room for
};

struct Record {
  Kind kind;
  std::uint8_t reserved;
  std::uint16_t flow;
  std::uint32_t sequence;
  std::int64_t at_ns;  // CLOCK_MONOTONIC
  std::int64_t sent_at_ns;
};
static_assert(sizeof(Record) == 24);

/// Kept in memory, written at the end: no disk in between.
class Log {
 public:
  Log() { records_.reserve(1U << 16); }
  void add(const Record& record) { records_.push_back(record); }
  [[nodiscard]] bool write(const std::string& path) const {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return false;
    const bool written =
        std::fwrite(records_.data(), sizeof(Record), records_.size(), file) == records_.size();
    return (std::fclose(file) == 0) && written;
  }

 private:
  std::vector<Record> records_;
};

}  // namespace lagoon::traffic
