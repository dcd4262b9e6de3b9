// Parsers of values that only the section traffic has. As in value.hpp, they see no file and report nothing.
#pragma once

#include <cstdint>
#include <string>

#include "config/values/value.hpp"
#include "qos/traffic_options.hpp"

namespace lagoon::config {

/// A number of octets, with K or M for 1024 or 1024 * 1024 of them.
struct OctetCount {
  std::uint64_t min;
  std::uint64_t max;
  [[nodiscard]] Parsed<std::uint64_t> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

/// "ef", "af11", "cs6", or its number.
struct CodePoint {
  [[nodiscard]] Parsed<std::uint8_t> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const {
    return "a DSCP from 0 to 63, or its name like ef, af11 or cs6";
  }
};

/// What becomes of frames of a colour: pass, drop, or a DSCP to mark them with.
struct ActionWord {
  [[nodiscard]] Parsed<qos::ColourAction> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const {
    return "pass, drop, or a DSCP to mark with: 0 to 63, or its name like af12";
  }
};

struct ProtocolWord {
  [[nodiscard]] Parsed<std::uint64_t> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const {
    return "tcp, udp, icmp, icmpv6, sctp, gre, esp or a protocol number from 0 to 255";
  }
};

struct EtherTypeWord {
  [[nodiscard]] Parsed<std::uint64_t> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const {
    return "ipv4, ipv6, arp or an EtherType from 0x600 to 0xffff";
  }
};

/// "10.0.0.0/8", "2001:db8::/32", or an address alone.
struct PrefixText {
  [[nodiscard]] Parsed<qos::Prefix> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "an address or a prefix like 10.0.0.0/8"; }
};

/// "5060" or "5060-5061".
struct Ports {
  [[nodiscard]] Parsed<qos::PortRange> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "a port from 0 to 65535, or a range like 5060-5061"; }
};

}  // namespace lagoon::config
