#include "config/values/option_value.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "config/values/lag_value.hpp"
#include "config/values/value_text.hpp"

namespace lagoon::config {
namespace {

using options::NamedWord;
using options::Value;

[[nodiscard]] bool same(std::string_view a, std::string_view b, bool dashes_alike) {
  const auto plain = [dashes_alike](char c) { return dashes_alike && c == '-' ? '_' : c; };
  return std::ranges::equal(a, b, {}, plain, plain);
}

std::vector<std::string_view> names_of(std::span<const NamedWord> words) {
  std::vector<std::string_view> names;
  for (const NamedWord& word : words) names.push_back(word.word);
  return names;
}

Parsed<Value> word_of(const options::Words& kind, const YamlNode& node) {
  if (node.kind == YamlNode::Kind::scalar) {
    for (const auto words : {kind.words, kind.others})
      for (const NamedWord& word : words)
        if (same(node.text, word.word, kind.numbers != 0)) return options::Word{word.number};
    if (node.text.size() == 1 && node.text[0] >= '0' && node.text[0] < '0' + kind.numbers)
      return options::Word{static_cast<std::uint8_t>(node.text[0] - '0')};
  }
  return std::unexpected{meant(node, names_of(kind.words))};
}

std::string expected_word(const options::Words& kind) {
  std::string text = alternatives(names_of(kind.words));
  if (kind.numbers != 0) text += ", or Linux's number, 0 to " + std::to_string(kind.numbers - 1);
  return text;
}

template <typename T>
Parsed<Value> as_value(Parsed<T> parsed) {
  if (!parsed) return std::unexpected{std::move(parsed).error()};
  return Value{options::to_value(*std::move(parsed))};
}

template <typename Visitor>
auto parser_of(const options::Kind& kind, const Visitor& use) {
  struct Parsers {
    const Visitor& use;
    auto operator()(const options::Flag&) const { return use(Boolean{}); }
    auto operator()(const options::Switch&) const { return use(Boolean{}); }
    auto operator()(const options::HashWords&) const { return use(HashWord{}); }
    auto operator()(const options::Whole& k) const { return use(WholeNumber{k.min, k.max}); }
    auto operator()(const options::SignedWhole&) const { return use(SignedNumber{}); }
    auto operator()(const options::Time& k) const {
      return k.may_be_off ? use(SpanOrOff{{k.min, k.max}}) : use(Span{k.min, k.max});
    }
    auto operator()(const options::Rate& k) const {
      return k.of_conversation ? use(ConversationRate{}) : use(Speed{});
    }
    auto operator()(const options::Percent& k) const { return use(Percentage{k.min, k.max, k.step}); }
    auto operator()(const options::Mac&) const { return use(Mac{}); }
    auto operator()(const options::Text& k) const { return use(Text{k.expected}); }
    auto operator()(const options::Hosts& k) const { return use(Host{k.family}); }
    auto operator()(const options::Macs& k) const { return k.groups ? use(GroupMac{}) : use(StationMac{}); }
    auto operator()(const options::Names&) const { return use(Name{kNameMax}); }
    auto operator()(const options::WholeList& k) const { return use(WholeNumber{k.min, k.max}); }
    auto operator()(const options::VlanRanges&) const { return use(Vlans{}); }
    auto operator()(const options::Words&) const { return use(Boolean{}); }  // (its own functions are above)
    auto operator()(const options::Traffic&) const { return use(Boolean{}); }  // (read_traffic.cpp reads it)
  };
  return std::visit(Parsers{use}, kind);
}

Parsed<Value> parsed_by(const auto& parser, const YamlNode& node) {
  using Parser = std::remove_cvref_t<decltype(parser)>;
  if constexpr (std::is_same_v<Parser, Host>) {
    auto host = parser(node);
    if (!host) return std::unexpected{std::move(host).error()};
    return Value{std::vector{*host}};
  } else if constexpr (std::is_same_v<Parser, Vlans>) {
    const auto range = parser(node);
    if (!range) return std::unexpected{range.error()};
    options::Numbers numbers;
    for (unsigned vlan = range->first; vlan <= range->last; ++vlan) numbers.push_back(vlan);
    return Value{std::move(numbers)};
  } else {
    return as_value(parser(node));
  }
}

std::string of_list(const auto& items) {
  return yaml_list(items);
}

struct Writer {
  const options::Kind& kind;
  std::string_view unset;

  std::string operator()(const options::Unset&) const { return std::string{unset}; }
  std::string operator()(bool value) const {
    if (std::holds_alternative<options::Words>(kind)) return (*this)(options::Word{value});
    if (const auto* const map = std::get_if<options::Switch>(&kind); map != nullptr && !map->has_auto)
      return value ? "on" : "off";
    return yaml_of(value);
  }
  std::string operator()(const options::Word& value) const {
    if (std::holds_alternative<options::HashWords>(kind))
      return std::string{dist::name_of(static_cast<dist::HashPolicy>(value.number))};
    for (const NamedWord& word : std::get<options::Words>(kind).words)
      if (word.number == value.number) return std::string{word.word};
    return {};
  }
  std::string operator()(std::uint64_t value) const {
    if (const auto* const percent = std::get_if<options::Percent>(&kind))
      return yaml_percent(static_cast<std::uint32_t>(value * percent->step));
    return yaml_of(value);
  }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(Duration value) const { return yaml_of(value); }
  std::string operator()(BitsPerSecond value) const { return yaml_of(value); }
  std::string operator()(const MacAddress& value) const { return yaml_of(value); }
  std::string operator()(const std::string& value) const { return yaml_of(std::string_view{value}); }
  std::string operator()(const std::vector<HostAddress>& value) const { return of_list(value); }
  std::string operator()(const std::vector<MacAddress>& value) const { return of_list(value); }
  std::string operator()(const std::vector<std::string>& value) const { return of_list(value); }
  std::string operator()(const options::Numbers& value) const {
    if (!std::holds_alternative<options::VlanRanges>(kind)) return of_list(value);
    return yaml_ranges(std::vector<std::uint16_t>(value.begin(), value.end()));
  }
};

}  // namespace

Parsed<Value> OptionValue::operator()(const YamlNode& node) const {
  if (!unset.empty() && node.kind == YamlNode::Kind::scalar && node.text == unset)
    return Value{options::Unset{}};
  if (const auto* const words = std::get_if<options::Words>(&kind)) return word_of(*words, node);
  auto value = parser_of(kind, [&](const auto& parser) { return parsed_by(parser, node); });
  if (!value) return value;
  if (const auto* const text = std::get_if<options::Text>(&kind); text != nullptr && text->wrong != nullptr)
    if (auto remark = text->wrong(node.text)) return std::unexpected{*std::move(remark)};
  if (const auto* const percent = std::get_if<options::Percent>(&kind))
    return Value{std::get<std::uint64_t>(*value) / percent->step};
  return value;
}

std::string OptionValue::expected() const {
  const auto* const words = std::get_if<options::Words>(&kind);
  const std::string text = words != nullptr
                               ? expected_word(*words)
                               : parser_of(kind, [](const auto& parser) { return parser.expected(); });
  return unset.empty() ? text : std::string{unset} + ", or " + text;
}

std::string yaml_of(const options::Kind& kind, std::string_view unset, const Value& value) {
  return std::visit(Writer{kind, unset}, value);
}

}  // namespace lagoon::config
