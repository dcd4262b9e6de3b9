// Kind: which values an option takes, as plain data. config/ reads and writes text by it, control/views/
// JSON; a new kind is a struct here and an arm in each of these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.hpp"

namespace lagoon::options {

/// true, on or 1; false, off or 0.
struct Flag {};

struct NamedWord {
  std::string_view word;
  std::uint8_t number;  // of the enumerator; several words may have one
};
/// One of a few words; the first of an enumerator's is the one that is written.
struct Words {
  std::span<const NamedWord> words;
  std::span<const NamedWord> others{};  // taken, but not told of: Linux's words and numbers
  std::uint8_t numbers = 0;             // Linux's numbers 0 to this less one are taken, and '_' for '-'
};
/// A policy of the flow hash, Linux's word or number for it, or lagg's list of layers.
struct HashWords {};

struct Whole {
  std::uint64_t min;
  std::uint64_t max;
};
struct SignedWhole {};  // of 32 bits

struct Time {
  Duration min;
  Duration max;
  bool may_be_off = false;  // 0 and "off" as well
};

/// Bits per second.
struct Rate {
  bool of_conversation = false;  // from 1k; else a port's, from 1M
};

/// In hundredths of a percent; the field counts in steps.
struct Percent {
  std::uint32_t min;
  std::uint32_t max;
  std::uint32_t step = 1;
};

struct Mac {};

/// Any text, unless `wrong` has a remark on it.
struct Text {
  std::string_view expected;
  std::optional<std::string> (*wrong)(std::string_view text) = nullptr;
};

enum class Family : std::uint8_t { any, ipv4, ipv6 };
struct Hosts {
  Family family;
  std::size_t most;
  std::string_view expected;
};
struct Macs {
  bool groups;
  std::size_t most;
  std::string_view expected;
};
/// Numbers of VLANs, with ranges; kept sorted.
struct VlanRanges {};
struct WholeList {
  std::uint64_t min;
  std::uint64_t max;
  std::size_t most;
  std::string_view expected;
};

struct Names {
  std::size_t most;
  std::string_view expected;
};

/// A word, or a map that turns it on, whose keys are the rows "KEY.…" that follow. In JSON a map with
/// "enabled".
struct Switch {
  bool has_auto;  // auto, true or false; else off or on
};

/// The classes of traffic: a map of its own (qos/traffic_options.hpp), which config/ reads and writes.
struct Traffic {};

using Kind = std::variant<Flag, Words, HashWords, Whole, SignedWhole, Time, Rate, Percent, Mac, Text, Hosts,
                          Macs, VlanRanges, WholeList, Names, Switch, Traffic>;

}  // namespace lagoon::options
