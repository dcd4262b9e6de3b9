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
#include "control/options/mode.hpp"
#include "dist/policy.hpp"

namespace lagoon::config {

/// Every name and number of control::kModes.
struct ModeWord {
  [[nodiscard]] Parsed<control::Mode> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

/// A policy, Linux's word for it, or lagg's flags: [l2, l3, l4], "l3,l4".
struct HashWord {
  [[nodiscard]] Parsed<dist::HashPolicy> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

/// One of `names`, in the order of T's values, which is that of Linux's numbers as well. '-' and '_' are
/// alike.
template <typename T, std::size_t N>
struct Numbered {
  std::array<std::string_view, N> names;
  static_assert(N <= 10);

  [[nodiscard]] Parsed<T> operator()(const YamlNode& node) const {
    if (node.kind == YamlNode::Kind::scalar)
      for (std::size_t i = 0; i < N; ++i)
        if (is(node.text, i)) return static_cast<T>(i);
    return std::unexpected{meant(node, names)};
  }
  [[nodiscard]] std::string expected() const {
    return alternatives(names) + ", or Linux's number, 0 to " + std::to_string(N - 1);
  }

 private:
  [[nodiscard]] bool is(std::string_view text, std::size_t i) const {
    if (text.size() == 1 && text[0] == static_cast<char>('0' + i)) return true;
    return std::ranges::equal(text, names[i],
                              [](char a, char b) { return (a == '-' ? '_' : a) == (b == '-' ? '_' : b); });
  }
};

/// true or false, or Linux's 1 and 0.
struct Bit {
  [[nodiscard]] Parsed<bool> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "true or false"; }
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

enum class Family : std::uint8_t { any, ipv4, ipv6 };

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
