// JournalSink: where the journal's lines go. Called by the writer's thread alone, so it may block.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/error.hpp"
#include "config/model.hpp"
#include "lagoond/journal/lines.hpp"

namespace lagoon::lagoond {

class LineSink {
 public:
  LineSink() = default;
  virtual ~LineSink() = default;
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;
  /// All of them or, on an error, at most some.
  [[nodiscard]] virtual Result<void> write(std::span<const Line> lines) = 0;
};

/// Nothing where the configuration wants no journal. Errors: system (the file can't be opened).
[[nodiscard]] Result<std::unique_ptr<LineSink>> open_sink(const config::JournalSink& where);

}  // namespace lagoon::lagoond
