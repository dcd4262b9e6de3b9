// Parsers of values that only LAGs have: words that Linux and lagg have for the same thing, with their
// numbers, and addresses. As in value.hpp, they see no file and report nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"
#include "config/values/value.hpp"
#include "dist/policy.hpp"
#include "options/kind.hpp"

namespace lagoon::config {

/// A policy, Linux's word or number for it, or lagg's flags: [l2, l3, l4], "l3,l4".
struct HashWord {
  [[nodiscard]] Parsed<dist::HashPolicy> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

struct SignedNumber {
  [[nodiscard]] Parsed<std::int32_t> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "a whole number from -2147483648 to 2147483647"; }
};

/// 0, which is off, or a time in a range.
struct SpanOrOff {
  Span span;
  [[nodiscard]] Parsed<Duration> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "0 (off), or " + span.expected(); }
};

using options::Family;

/// A station's address, perhaps in a VLAN: "10.0.0.1@5".
struct Host {
  Family family;
  [[nodiscard]] Parsed<HostAddress> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

struct StationMac {
  [[nodiscard]] Parsed<MacAddress> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "a station's MAC address like 02:00:00:00:00:01"; }
};

struct GroupMac {
  [[nodiscard]] Parsed<MacAddress> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "a group's MAC address like 01:00:5e:00:00:05"; }
};

struct VlanRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

/// "10" or "10-20".
struct Vlans {
  [[nodiscard]] Parsed<VlanRange> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "a VLAN from 1 to 4094, or a range like 10-20"; }
};

}  // namespace lagoon::config
