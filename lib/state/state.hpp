// State: what one process leaves for the next one with the same configuration, so that a crash costs as
// little as can be: how the kernel's interfaces were before Lagoon changed them, and what each LAG knew.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "control/status/saved_lag.hpp"

namespace lagoon::state {

/// A file of /proc/sys and what stood there.
struct Setting {
  std::string path;
  std::string value;
  friend bool operator==(const Setting&, const Setting&) = default;
};

/// An interface of the kernel as it was before it was changed for a port's sake.
struct Interface {
  std::string name;
  std::uint32_t index = 0;  // an interface of the same name that was made anew has another one
  MacAddress address{};
  std::uint16_t mtu = 0;
  bool promiscuous = false;
  std::vector<Setting> settings;
  friend bool operator==(const Interface&, const Interface&) = default;
};

/// How often an interface's carrier had changed.
struct Carrier {
  std::string interface;
  std::uint32_t index = 0;
  std::uint64_t changes = 0;
  friend bool operator==(const Carrier&, const Carrier&) = default;
};

struct State {
  std::string boot;                 // the machine's boot that it belongs to
  std::uint32_t process = 0;        // that wrote it
  std::uint64_t configuration = 0;  // digest of what ran
  Duration suspended{};             // the machine had slept for so long since its boot
  std::vector<Interface> interfaces;
  std::vector<Carrier> carriers;
  std::vector<control::SavedLag> lags;
  friend bool operator==(const State&, const State&) = default;
};

}  // namespace lagoon::state
