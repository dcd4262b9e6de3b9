// The rules about several values of a configuration. A value that could not be read breaks no rule: it was
// reported already.
#pragma once

#include "config/model.hpp"
#include "config/text/source_map.hpp"

namespace lagoon::config {

/// Adds to `diagnostics` every rule that `config` breaks, at the place that `source` knows.
void validate(const Config& config, const SourceMap& source, Diagnostics& diagnostics);

}  // namespace lagoon::config
