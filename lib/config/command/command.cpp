#include "config/command/command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "config/command/define_option.hpp"
#include "config/command/verbs.hpp"
#include "config/file/yaml_reader.hpp"
#include "config/member_rows.hpp"
#include "config/read/read_model.hpp"
#include "config/rules/validator.hpp"
#include "config/text/foreign_words.hpp"
#include "config/text/suggest.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::config {
namespace {

// A map that no word stands for: it is set key by key.
[[nodiscard]] bool is_set_by_key(std::string_view key) {
  return key != "members" && options::lag_row(key) == nullptr && inner_section(lag_section(), key) != nullptr;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// "drain net_af_packet1".
std::string usage(std::string_view verb) {
  return std::string{verb} + " " + std::string{verb_of(verb).example};
}

Result<std::string> member_name(std::string_view verb, std::string_view argument) {
  const std::string_view name = trimmed(argument);
  const auto strange = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  if (name.empty())
    return fail(Errc::invalid_argument,
                std::string{verb} + " needs the name of a member, like " + usage(verb));
  if (std::ranges::any_of(name, strange))
    return fail(Errc::invalid_argument,
                std::string{verb} + " takes the name of one member, not " + in_quotes(name));
  return std::string{name};
}

// All complaints in one sentence, but for those that there were before.
std::string sentence(const Diagnostics& diagnostics, const Diagnostics& before = {}) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.items()) {
    if (std::ranges::find(before.items(), diagnostic.message, &Diagnostic::message) != before.items().end())
      continue;
    text += (text.empty() ? "" : "; ") + diagnostic.message;
  }
  return text;
}

Result<YamlNode> value_of(std::string_view text) {
  auto node = parse_yaml(text);
  if (!node) return fail(Errc::invalid_argument, in_quotes(text) + " is " + std::move(node.error().message));
  return *std::move(node);
}

Result<Action> add_member(std::string_view argument) {
  auto node = value_of(argument);
  if (!node) return std::unexpected{node.error()};
  if (node->kind == YamlNode::Kind::scalar) node = as_device(*node);
  if (node->kind != YamlNode::Kind::map)
    return fail(Errc::invalid_argument,
                "add takes what stands in a file, like " + usage("add") + "; this is " + describe(*node));
  Reading reading;
  Member member;
  read_member(reading, {*node, "lags[0].members[0]"}, member);
  if (!reading.diagnostics.empty()) return fail(Errc::invalid_argument, sentence(reading.diagnostics));
  return AddMember{std::move(member)};
}

Result<Action> set(std::string_view argument) {
  const std::size_t colon = argument.find(':');
  const std::string_view key = trimmed(argument.substr(0, colon));
  if (colon == std::string_view::npos || key.empty())
    return fail(Errc::invalid_argument,
                "set takes a key and a value, like " + usage("set") + " or set lacp.rate: slow");
  return SetOption{std::string{key}, std::string{trimmed(argument.substr(colon + 1))}};
}

Result<Action> weigh(std::string_view argument) {
  const std::string_view words = trimmed(argument);
  const std::size_t space = words.find_last_of(" \t");
  if (space == std::string_view::npos)
    return fail(Errc::invalid_argument,
                "weight needs the name of a member and a weight, like " + usage("weight") + ", or auto");
  auto name = member_name("weight", words.substr(0, space));
  if (!name) return std::unexpected{std::move(name).error()};
  const auto node = value_of(words.substr(space + 1));
  if (!node) return std::unexpected{node.error()};
  const WordOr parser{"auto", WholeNumber{1, kWeightMax}};
  auto weight = parser(*node);
  if (!weight)
    return fail(Errc::invalid_argument,
                "the weight is " + in_quotes(words.substr(space + 1)) + "; expected " + parser.expected());
  WeighMember command{.member = *std::move(name), .weight = {}};
  if (*weight) command.weight = static_cast<std::uint32_t>(**weight);
  return command;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::optional<std::uint16_t> bucket_number(std::string_view word) {
  std::uint16_t number = 0;
  const auto [end, bad] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (bad != std::errc{} || end != word.data() + word.size() || number >= dist::kBuckets) return std::nullopt;
  return number;
}

Result<Action> move_buckets(std::string_view argument) {
  const std::vector<std::string_view> words = words_of(argument);
  const bool from_member = words.size() == 5 && words[1] == "of";
  if (!(from_member || words.size() == 3) || words[words.size() - 2] != "to")
    return fail(Errc::invalid_argument,
                "move takes buckets and where to, like " + usage("move") +
                    ", move 0-99 to any, or move all of net_af_packet0 to net_af_packet1");
  MoveBuckets command;
  if (words[0] != "all") {
    const std::size_t dash = words[0].find('-');
    const auto first = bucket_number(words[0].substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : bucket_number(words[0].substr(dash + 1));
    if (!first || !last || *first > *last)
      return fail(Errc::invalid_argument, "the buckets are " + in_quotes(words[0]) +
                                              "; expected a number from 0 to " +
                                              std::to_string(dist::kBuckets - 1) + ", two like 0-99, or all");
    command.first = *first;
    command.last = *last;
  }
  if (from_member) command.of = words[2];
  if (words.back() != "any") command.to = words.back();
  return command;
}

// "lacp.rate" in its parts.
struct Key {
  std::string_view outer;
  std::string_view inner;  // empty: none
};

[[nodiscard]] bool knows(const Section& section, std::string_view key) {
  return std::ranges::find(section.keys, key) != section.keys.end();
}

std::unexpected<Error> unknown(std::string_view key, const Section& section, const std::string& prefix) {
  std::string text = "unknown key " + in_quotes(prefix + std::string{key});
  if (const auto meant = meant_key(key, section)) {
    const std::string inner = meant->inner.empty() ? std::string{} : "." + std::string{meant->inner};
    return fail(Errc::no_such_thing,
                text + "; did you mean " + in_quotes(prefix + std::string{meant->key} + inner) + "?");
  }
  if (prefix.empty())
    for (const std::string_view map : lag_section().keys)
      if (const Section* within = inner_section(lag_section(), map); within && knows(*within, key))
        return fail(Errc::no_such_thing,
                    text + "; did you mean " + in_quotes(std::string{map} + "." + std::string{key}) + "?");
  return fail(Errc::no_such_thing, text + "; known here: " + listed(section.keys));
}

Result<Key> known_key(std::string_view text) {
  const std::size_t dot = text.find('.');
  const Key key{text.substr(0, dot), dot == std::string_view::npos ? "" : text.substr(dot + 1)};
  if (!knows(lag_section(), key.outer)) return unknown(key.outer, lag_section(), {});
  const Section* map = inner_section(lag_section(), key.outer);
  if (dot == std::string_view::npos) return key;
  if (!map) return fail(Errc::no_such_thing, std::string{key.outer} + " has no keys of its own");
  if (!knows(*map, key.inner)) return unknown(key.inner, *map, std::string{key.outer} + ".");
  return key;
}

YamlNode map_with(std::string_view key, YamlNode value) {
  YamlNode map{.kind = YamlNode::Kind::map};
  map.keys.push_back({.kind = YamlNode::Kind::scalar, .text = std::string{key}});
  map.items.push_back(std::move(value));
  return map;
}

// A map that is set as a whole says all of it, and a word for it leaves the rest as it is; where off and on
// are its words, these say all of it too.
void forget(std::string_view key, const YamlNode& value, control::LagOptions& options) {
  const options::LagRow* const row = options::lag_row(key);
  if (row == nullptr) return;
  if (std::holds_alternative<options::Traffic>(row->kind)) options.traffic = {};
  const auto* const map = std::get_if<options::Switch>(&row->kind);
  if (map == nullptr || (map->has_auto && value.kind != YamlNode::Kind::map)) return;
  const control::LagOptions usual{};
  for (const options::LagRow& one : options::lag_rows())
    if (&one == row || one.section() == key) one.field.set(options, one.field.get(usual));
}

Diagnostics judged(const Lag& lag, const SourceMap& source, Diagnostics diagnostics) {
  Config config;
  config.lags.push_back(lag);
  Validator{config, source, diagnostics, Validator::Said::one_by_one}.lag(0);
  return diagnostics;
}

struct Changed {
  Lag lag;
  SourceMap source;
};

// What the Partner knows a LAG of two boxes by (cluster/types.hpp, LagIdentity).
bool is_agreed(std::string_view key) noexcept {
  return key == "lacp" || key == "lacp.system-id" || key == "lacp.system-priority" || key == "lacp.key";
}

// The LAG with one value set; rules between values are not checked.
enum class May : std::uint8_t { change, define };

Result<Changed> with_option(const Lag& lag, std::string_view text, std::string_view value,
                            May may = May::change) {
  const auto key = known_key(text);
  if (!key) return std::unexpected{key.error()};
  if (may == May::define && (key->outer == "name" || key->outer == "members"))
    return fail(Errc::not_supported, std::string{key->outer} + " is not set like an option");
  const std::string whole{key->inner.empty() ? key->outer : text};
  if (may == May::change && (is_fixed(key->outer) || is_fixed(whole)))
    return fail(Errc::not_supported, whole + " can't be changed while the LAG runs" +
                                         (key->outer == "members" ? "; add and remove members instead"
                                                                  : "; change the file and start anew"));
  if (may == May::change && lag.options.multichassis.shared() && is_agreed(whole))
    return fail(Errc::not_supported, whole + " is what both boxes have agreed on for LAG " +
                                         in_quotes(lag.name) +
                                         "; change the files of both and start them anew");
  auto node = value_of(value);
  if (!node) return std::unexpected{std::move(node).error()};
  if (key->inner.empty() && is_set_by_key(key->outer)) {
    const auto& inner = inner_section(lag_section(), key->outer)->keys;
    const std::string map{key->outer};
    return fail(Errc::invalid_argument, map + " is a map; set one of its keys, like " + map + "." +
                                            std::string{inner[inner.size() > 1 ? 1 : 0]} + ": " +
                                            listed(inner));
  }
  Lag changed = lag;
  if (key->inner.empty()) forget(key->outer, *node, changed.options);
  const YamlNode root =
      map_with(key->outer, key->inner.empty() ? *std::move(node) : map_with(key->inner, *std::move(node)));
  Reading reading;
  MapReader map{reading, {root, "lags[0]"}, lag_section()};
  read_lag_options(reading, map, changed);
  if (!reading.diagnostics.empty()) return fail(Errc::invalid_argument, sentence(reading.diagnostics));
  return Changed{std::move(changed), std::move(reading.source)};
}

}  // namespace

Result<Action> parse_action(std::string_view verb, std::string_view argument) {
  const auto with_name = [&]<typename T>(T action) -> Result<Action> {
    auto name = member_name(verb, argument);
    if (!name) return std::unexpected{std::move(name).error()};
    action.member = *std::move(name);
    return action;
  };
  if (verb == "add") return add_member(argument);
  if (verb == "set") return set(argument);
  if (verb == "remove") return with_name(RemoveMember{});
  if (verb == "enable") return with_name(EnableMember{});
  if (verb == "disable") return with_name(DisableMember{});
  if (verb == "drain") return with_name(DrainMember{});
  if (verb == "weight") return weigh(argument);
  if (verb == "move") return move_buckets(argument);
  if (verb == "activate") return with_name(ActivateMember{});
  const auto meant = nearest(verb, kVerbWords);
  return fail(Errc::invalid_argument, "unknown action " + in_quotes(verb) + "; " +
                                          (meant ? "did you mean " + in_quotes(*meant) + "?"
                                                 : "expected " + alternatives(kVerbWords)));
}

std::vector<std::string> run_time_keys() {
  std::vector<std::string> keys;
  for (const std::string_view key : lag_section().keys) {
    if (is_fixed(key)) continue;
    if (!is_set_by_key(key)) keys.emplace_back(key);
    if (const Section* const within = inner_section(lag_section(), key))
      for (const std::string_view inner : within->keys)
        if (std::string path = std::string{key} + "." + std::string{inner}; !is_fixed(path))
          keys.push_back(std::move(path));
  }
  return keys;
}

bool is_fixed(std::string_view key) noexcept {
  if (key == "name" || key == "members") return true;
  const options::LagRow* const row = options::lag_row(key);
  return row != nullptr && row->fixed;
}

namespace {

Result<void> apply(Lag& lag, std::string_view key, std::string_view value, May may) {
  auto changed = with_option(lag, key, value, may);
  if (!changed) return std::unexpected{changed.error()};
  std::string wrong = sentence(judged(changed->lag, changed->source, {}), judged(lag, {}, {}));
  if (!wrong.empty()) return fail(Errc::invalid_argument, std::move(wrong));
  lag = std::move(changed->lag);
  return {};
}

}  // namespace

Result<void> set_option(Lag& lag, std::string_view key, std::string_view value) {
  return apply(lag, key, value, May::change);
}

Result<void> define_option(Lag& lag, std::string_view key, std::string_view value) {
  return apply(lag, key, value, May::define);
}

Result<void> define_unjudged(Lag& lag, std::string_view key, std::string_view value, SourceMap& said) {
  auto changed = with_option(lag, key, value, May::define);
  if (!changed) return std::unexpected{std::move(changed).error()};
  for (const auto& [path, at] : changed->source.places()) said.place(path, at);
  lag = std::move(changed->lag);
  return {};
}

Result<void> set_options(Lag& lag, std::span<const SetOption> options, Rules rules) {
  Lag changed = lag;
  for (const SetOption& option : options) {
    auto next = with_option(changed, option.key, option.value);
    if (!next) return std::unexpected{next.error()};
    changed = std::move(next->lag);
  }
  // (without places nobody looks for what has no effect)
  if (rules == Rules::checked)
    if (std::string wrong = sentence(judged(changed, {}, {}), judged(lag, {}, {})); !wrong.empty())
      return fail(Errc::invalid_argument, std::move(wrong));
  lag = std::move(changed);
  return {};
}

}  // namespace lagoon::config
