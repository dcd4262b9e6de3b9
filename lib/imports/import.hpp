// Import: descriptions of bonds from elsewhere in, a configuration of ours out.
//
// Thread: any. Reads what it is given, and nothing else; any input is safe.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/error.hpp"
#include "imports/bond.hpp"

namespace lagoon::imports {

/// What becomes of interfaces of the kernel.
struct Devices {
  /// The PCI address of an interface, where members are to be that; nothing: there is none, and it stays an
  /// interface of the kernel, as all do without this.
  std::function<std::optional<std::string>(const std::string& interface)> pci_address_of{};
};

/// A file's text that lagoond --check takes. What has no counterpart, or can't be, stands in it as comment,
/// with its place. Errors: invalid_argument (what is not understood, or what is missing, in words).
[[nodiscard]] Result<std::string> import_bonds(std::span<const Source> sources, const Devices& devices = {});

}  // namespace lagoon::imports
