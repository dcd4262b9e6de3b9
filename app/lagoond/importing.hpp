// lagoond --import: files of other systems in, a configuration out (docs/import.md).
#pragma once

#include <iosfwd>

#include "lagoond/options.hpp"

namespace lagoon::lagoond {

/// Gives the exit code. Reads the files, and with --devices pci what /sys says of interfaces.
[[nodiscard]] int import_files(const Options& options, std::ostream& out, std::ostream& errors);

}  // namespace lagoon::lagoond
