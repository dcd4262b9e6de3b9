// Parsers of single values: from a YAML node to a typed value in its range. Each is a function object that
// also says what would have been right. They see no file and report nothing; MapReader does.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "config/text/yaml_node.hpp"

namespace lagoon::config {

/// The error is a remark about what is special about this mistake, and often empty.
template <typename T>
using Parsed = std::expected<T, std::string>;

[[nodiscard]] inline std::unexpected<std::string> no(std::string remark = {}) {
  return std::unexpected{std::move(remark)};
}

/// Decimal, or hexadecimal after 0x; from `min` to `max`.
struct WholeNumber {
  std::uint64_t min;
  std::uint64_t max;
  [[nodiscard]] Parsed<std::uint64_t> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

/// true or false; also Linux's and YAML's other words for them: on and off, 1 and 0.
struct Boolean {
  [[nodiscard]] Parsed<bool> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "true or false"; }
};

/// Any text that is not empty.
struct Text {
  std::string_view what;
  [[nodiscard]] Parsed<std::string> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return std::string{what}; }
};

/// Of a name.
inline constexpr std::size_t kNameMax = 31;

/// A name for people, logs and devices: letters, digits, '.', '_', '-'.
struct Name {
  std::size_t length_max;
  [[nodiscard]] Parsed<std::string> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

/// What a vdev's devargs or a PCI address look like; whether the device exists is not known here.
struct Devargs {
  [[nodiscard]] Parsed<std::string> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const {
    return "a DPDK device with its devargs, or a PCI address like \"0000:3b:00.0\"";
  }
};

struct Mac {
  [[nodiscard]] Parsed<MacAddress> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "a MAC address like 02:00:00:00:00:01"; }
};

struct Speed {
  [[nodiscard]] Parsed<BitsPerSecond> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "a speed from 1M to 10T, like 100M, 2.5G or 400G"; }
};

/// Of one conversation: slower than any port.
struct ConversationRate {
  [[nodiscard]] Parsed<BitsPerSecond> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const { return "a rate from 1k to 10T, like 500k, 10M or 1.5G"; }
};

/// Hundredths of a percent, from `min` to `max`; multiples of `step`.
struct Percentage {
  std::uint32_t min;
  std::uint32_t max;
  std::uint32_t step = 1;
  [[nodiscard]] Parsed<std::uint32_t> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

struct Span {
  Duration min;
  Duration max;
  [[nodiscard]] Parsed<Duration> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

/// Megabytes.
struct Memory {
  [[nodiscard]] Parsed<std::uint32_t> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const {
    return "an amount from 16M to 1024G, like 512M or 2G, or a number of MB";
  }
};

/// One of a few words.
template <typename T, std::size_t N>
struct OneOf {
  std::array<std::string_view, N> words;
  std::array<T, N> values;
  [[nodiscard]] Parsed<T> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

/// A word that stands for "not set", or what `parser` takes.
template <typename Parser>
struct WordOr {
  std::string_view word;
  Parser parser;
  using Value = typename std::invoke_result_t<Parser, const YamlNode&>::value_type;
  [[nodiscard]] Parsed<std::optional<Value>> operator()(const YamlNode& node) const {
    if (node.kind == YamlNode::Kind::scalar && node.text == word) return std::optional<Value>{};
    auto parsed = parser(node);
    if (!parsed) return std::unexpected{std::move(parsed).error()};
    return std::optional<Value>{*std::move(parsed)};
  }
  [[nodiscard]] std::string expected() const { return std::string{word} + ", or " + parser.expected(); }
};
template <typename Parser>
WordOr(std::string_view, Parser) -> WordOr<Parser>;

/// "did you mean 'active'?" or nothing.
[[nodiscard]] std::string meant(const YamlNode& node, std::span<const std::string_view> words);
/// "active, passive or both".
[[nodiscard]] std::string alternatives(std::span<const std::string_view> words);
/// What a node is, for a message: "a list", "empty", "'40'".
[[nodiscard]] std::string describe(const YamlNode& node);

template <typename T, std::size_t N>
Parsed<T> OneOf<T, N>::operator()(const YamlNode& node) const {
  if (node.kind == YamlNode::Kind::scalar)
    for (std::size_t i = 0; i < N; ++i)
      if (words[i] == node.text) return values[i];
  return std::unexpected{meant(node, words)};
}

template <typename T, std::size_t N>
std::string OneOf<T, N>::expected() const {
  return alternatives(words);
}

}  // namespace lagoon::config
