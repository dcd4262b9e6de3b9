// CollectorState: what the Frame Collector of one LAG remembers from burst to burst. One for each worker and
// LAG.
//
// Thread: the worker that owns it.
#pragma once

namespace lagoon::fast {

struct CollectorState {};

}  // namespace lagoon::fast
