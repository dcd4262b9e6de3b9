// CollectorState: what the Frame Collector of one LAG remembers from burst to burst. One for each worker and
// LAG: copies of a frame that come to different workers are not known as such.
//
// Thread: the worker that owns it. About 64 KiB, touched only when duplicates are eliminated.
#pragma once

#include "fast/collect/duplicate_window.hpp"

namespace lagoon::fast {

struct CollectorState {
  DuplicateWindow duplicates{};
};

}  // namespace lagoon::fast
