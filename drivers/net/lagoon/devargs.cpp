#include "devargs.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "config/command/command.hpp"
#include "config/command/define_option.hpp"
#include "config/file/yaml_reader.hpp"
#include "config/rules/judge.hpp"
#include "config/text/suggest.hpp"
#include "config/values/device_name.hpp"
#include "config/values/value.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::pmd {

namespace {

using config::in_quotes;

struct Argument {
  std::string_view key;
  std::string_view value;
};

// net_bonding's words first, then ours. Besides these: every key of a LAG in a file.
constexpr std::array<std::string_view, 18> kKeys{
    "mode",      "member", "slave",  "primary",   "xmit_policy", "agg_mode",
    "socket_id", "mac",    "driver", "up_delay",  "down_delay",  "lsc_poll_period_ms",
    "conf",      "lag",    "rate",   "hash_seed", "min_links",   kControlSocket};
constexpr std::array<std::string_view, 3> kRepeatable{"member", "slave", "driver"};
// What they are called in a file.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kShort{
    {{"rate", "lacp.rate"},
     {"xmit-policy", "hash"},
     {"agg-mode", "lacp.select"},
     {"lsc-poll-period-ms", "miimon"},
     {"up-delay", "updelay"},
     {"down-delay", "downdelay"}}};
constexpr std::string_view kSet = "set.";
constexpr int kSocketMax = 31;
constexpr std::uint32_t kDelayMaxMs = 3'600'000;

std::string argument_text(const Argument& argument) {
  return std::string{argument.key} + "=" + std::string{argument.value};
}

std::unexpected<Error> wrong(const Argument& argument, const std::string& expected) {
  return fail(Errc::invalid_argument,
              std::string{argument.key} + " is " + in_quotes(argument.value) + "; expected " + expected);
}

// As a file has it: '_' is as good as '-'.
std::string key_in_file(std::string_view said) {
  if (said.starts_with(kSet)) said.remove_prefix(kSet.size());
  std::string key{said};
  std::ranges::replace(key, '_', '-');
  for (const auto& [word, ours] : kShort)
    if (key == word) return std::string{ours};
  for (const options::LagRow& row : options::lag_rows())
    if (key == row.other_name) return std::string{row.key};
  return key;
}

// An option that is there twice, by whatever names, would depend on their order.
Result<void> check_once(const std::vector<Argument>& arguments) {
  for (auto later = arguments.begin(); later != arguments.end(); ++later) {
    if (std::ranges::find(kRepeatable, later->key) != kRepeatable.end()) continue;
    const auto earlier = std::find_if(arguments.begin(), later, [&](const Argument& argument) {
      return key_in_file(argument.key) == key_in_file(later->key);
    });
    if (earlier == later) continue;
    const std::string also = earlier->key == later->key ? "" : ", as " + std::string{earlier->key};
    return fail(Errc::invalid_argument, std::string{later->key} + " is there twice" + also + "; keep one");
  }
  return {};
}

// What others are read upon goes before them: the mode, and a whole map before its keys.
int turn_of(const Argument& argument) {
  const std::string key = key_in_file(argument.key);
  if (key == "mode") return 0;
  return key.find('.') == std::string::npos ? 1 : 2;
}

// At commas, but not within [...].
Result<std::vector<std::string_view>> split(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    if (c == '[') ++depth;
    if (c == ']') --depth;
    if (depth < 0) break;
    if (c != ',' || (depth > 0 && i < text.size())) continue;
    if (i > begin) parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  if (depth != 0) return fail(Errc::invalid_argument, "brackets in " + in_quotes(text) + " do not match");
  return parts;
}

Result<std::vector<Argument>> arguments_of(std::string_view text) {
  auto parts = split(text);
  if (!parts) return std::unexpected{std::move(parts).error()};
  std::vector<Argument> arguments;
  for (const std::string_view part : *parts) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == part.size())
      return fail(Errc::invalid_argument,
                  in_quotes(part) + " is no argument; expected KEY=VALUE, like mode=4 or member=net_ring0");
    arguments.push_back({part.substr(0, equals), part.substr(equals + 1)});
  }
  LAGOON_TRY(check_once(arguments));
  // (of those with the same turn the first goes first; all keys lie in `text`)
  std::ranges::sort(arguments, {}, [](const Argument& argument) {
    return std::pair{turn_of(argument), argument.key.data()};
  });
  return arguments;
}

template <typename T>
std::optional<T> number(std::string_view text, T least, T most) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    return std::nullopt;
  return value;
}

Result<void> read_member(const Argument& argument, config::Lag& lag) {
  std::string_view said = argument.value;
  std::string more;
  if (said.starts_with('[') && said.ends_with(']')) {
    const auto parts = split(said.substr(1, said.size() - 2));
    if (!parts) return std::unexpected{parts.error()};
    if (parts->empty()) return wrong(argument, "a device, like member=[net_ring0,weight=10]");
    said = parts->front();
    for (const std::string_view part : std::span{*parts}.subspan(1)) {
      const std::size_t equals = part.find('=');
      if (equals == std::string_view::npos)
        return fail(Errc::invalid_argument, "member " + in_quotes(said) + ": " + in_quotes(part) +
                                                " is no KEY=VALUE, like weight=10");
      const std::string_view key = part.substr(0, equals);
      const std::string pair = std::string{key} + ": " + std::string{part.substr(equals + 1)};
      const auto& of_map = config::inner_section(config::member_section(), "lacp")->keys;
      const bool of_lacp = std::ranges::find(of_map, key) != of_map.end();
      more += of_lacp ? ", lacp: { " + pair + " }" : ", " + pair;
    }
  }
  // (a port id would not pass for a device in a file, so the device is put in afterwards)
  auto action = config::parse_action("add", "{ dev: net_member" + more + " }");
  if (!action) return fail(action.error().code, "member " + in_quotes(said) + ": " + action.error().detail);
  config::Member member = std::get<config::AddMember>(*std::move(action)).member;
  member.name = said;
  member.source = config::DevicePort{std::string{said}};
  lag.members.push_back(std::move(member));
  return {};
}

Result<void> read_file(std::string_view path, std::string_view name, config::Lag& lag) {
  auto file = config::read_config_file(std::string{path}.c_str());
  if (!file) {
    const config::Diagnostic& first = file.error().items().front();
    const std::string line = first.at ? " line " + std::to_string(first.at->line) : "";
    const std::size_t more = file.error().items().size() - 1;
    return fail(Errc::invalid_argument, "conf: " + std::string{path} + line + ": " + first.message +
                                            (more == 0 ? "" : "; and " + std::to_string(more) + " more"));
  }
  if (name.empty() && file->lags.size() != 1)
    return fail(Errc::invalid_argument, "conf: " + std::string{path} + " has " +
                                            std::to_string(file->lags.size()) + " LAGs; say which: lag=NAME");
  for (config::Lag& known : file->lags)
    if (name.empty() || known.name == name) {
      lag = std::move(known);
      return {};
    }
  return fail(Errc::no_such_thing, "lag: " + std::string{path} + " has no LAG " + in_quotes(name));
}

Result<bool> read_word_of_bonding(const Argument& argument, Devargs& out) {
  control::LagOptions& options = out.lag.options;
  const auto one_of = [&](const auto& words, const auto& values, auto& target) -> Result<bool> {
    for (std::size_t i = 0; i < words.size(); ++i)
      if (words[i] == argument.value) {
        target = values[i];
        return true;
      }
    return wrong(argument, config::alternatives(words));
  };
  const auto delay = [&](Duration& target) -> Result<bool> {
    const auto ms = number<std::uint32_t>(argument.value, 0, kDelayMaxMs);
    if (!ms) return wrong(argument, "milliseconds, from 0 to " + std::to_string(kDelayMaxMs));
    target = std::chrono::milliseconds{*ms};
    return true;
  };
  // (none of these is refused in modes where it has no effect, for net_bonding does not)
  if (argument.key == "xmit_policy") {
    using enum dist::HashPolicy;
    return one_of(std::array<std::string_view, 3>{"l2", "l23", "l34"}, std::array{l2, l23, l34},
                  options.fast.hash.policy);
  }
  if (argument.key == "agg_mode") {
    using enum lacp::SelectPolicy;
    return one_of(std::array<std::string_view, 3>{"stable", "bandwidth", "count"},
                  std::array{stable, bandwidth, count}, options.lacp.select);
  }
  if (argument.key == "lsc_poll_period_ms") return delay(options.miimon);
  if (argument.key == "up_delay") return delay(options.debounce.up_delay);
  if (argument.key == "down_delay") return delay(options.debounce.down_delay);
  if (argument.key == "socket_id") {
    const auto socket = number<int>(argument.value, -1, kSocketMax);
    if (!socket)
      return wrong(argument, "a socket from 0 to " + std::to_string(kSocketMax) + ", or -1 for any");
    if (*socket >= 0) out.socket = *socket;
    return true;
  }
  if (argument.key == "mac") {
    const auto mac = parse_mac_address(argument.value);
    if (!mac || mac->is_group() || mac->is_zero()) return wrong(argument, config::Mac{}.expected());
    out.lag.options.mac = *mac;
    return true;
  }
  if (argument.key == "primary") {
    out.primary = argument.value;
    return true;
  }
  return argument.key == "driver";
}

// In a file's words, and by no rule yet.
Result<void> read_option(const Argument& argument, config::Lag& lag, config::SourceMap& said) {
  auto done = config::define_unjudged(lag, key_in_file(argument.key), argument.value, said);
  if (done) return {};
  if (done.error().code == Errc::no_such_thing) {
    if (const auto meant = config::nearest(argument.key, kKeys))
      return fail(Errc::no_such_thing, "unknown argument " + in_quotes(argument.key) + "; did you mean " +
                                           in_quotes(*meant) + "?");
    return fail(Errc::no_such_thing, in_quotes(argument_text(argument)) + ": " + done.error().detail +
                                         "; and here: " + config::listed(kKeys));
  }
  return fail(done.error().code, in_quotes(argument_text(argument)) + ": " + done.error().detail);
}

constexpr std::array<std::string_view, 4> kYes{"1", "yes", "true", "on"};
constexpr std::array<std::string_view, 5> kNo{"0", "no", "false", "off", "none"};

Result<std::optional<std::string>> read_control_socket(const Argument& argument) {
  if (argument.value.starts_with('/')) return std::string{argument.value};
  if (std::ranges::find(kYes, argument.value) != kYes.end()) return std::string{};
  if (std::ranges::find(kNo, argument.value) != kNo.end()) return std::nullopt;
  return wrong(argument, "yes, no, or a path from the root, like /run/lagoon/first.sock");
}

std::string_view value_of(const std::vector<Argument>& arguments, std::string_view key) {
  const auto found = std::ranges::find(arguments, key, &Argument::key);
  return found == arguments.end() ? std::string_view{} : found->value;
}

}  // namespace

bool same_device(std::string_view a, std::string_view b) {
  return config::canonical_device(a) == config::canonical_device(b);
}

Result<std::vector<config::SetOption>> options_in(std::string_view text) {
  const auto arguments = arguments_of(text);
  if (!arguments) return std::unexpected{arguments.error()};
  std::vector<config::SetOption> options;
  for (const Argument& argument : *arguments)
    options.push_back({key_in_file(argument.key), std::string{argument.value}});
  return options;
}

Result<Devargs> parse_devargs(std::string_view device, std::string_view text) {
  auto arguments = arguments_of(text);
  if (!arguments) return std::unexpected{std::move(arguments).error()};
  Devargs out;
  const std::string_view file = value_of(*arguments, "conf");
  const std::string_view lag = value_of(*arguments, "lag");
  if (!lag.empty() && file.empty())
    return fail(Errc::invalid_argument, "lag names a LAG of a file; give the file as well: conf=FILE");
  if (!file.empty()) LAGOON_TRY(read_file(file, lag, out.lag));
  out.lag.name = device;

  config::SourceMap said;
  const auto is_member = [](const Argument& a) { return a.key == "member" || a.key == "slave"; };
  // (not a mixture of the file's and of what is said beside it)
  if (std::ranges::any_of(*arguments, is_member)) out.lag.members.clear();
  if (!value_of(*arguments, "mac").empty()) out.lag.options.mac_from.clear();
  if (std::ranges::any_of(*arguments, [](const Argument& a) { return key_in_file(a.key) == "mac-from"; }))
    out.lag.options.mac.reset();
  for (const Argument& argument : *arguments)
    if (is_member(argument)) LAGOON_TRY(read_member(argument, out.lag));
  for (const Argument& argument : *arguments) {
    if (is_member(argument) || argument.key == "conf" || argument.key == "lag") continue;
    if (key_in_file(argument.key) == kControlSocket) {
      auto socket = read_control_socket(argument);
      if (!socket) return std::unexpected{std::move(socket).error()};
      out.control_socket = *std::move(socket);
      continue;
    }
    const auto known = read_word_of_bonding(argument, out);
    if (!known) return std::unexpected{known.error()};
    if (!*known) LAGOON_TRY(read_option(argument, out.lag, said));
  }
  config::Config whole;
  whole.lags.push_back(out.lag);
  // (members may come by commands, before it is started)
  const auto readiness = out.lag.members.empty() ? config::Readiness::unfinished : config::Readiness::runs;
  LAGOON_TRY(config::judge_said(whole, said, readiness));
  return out;
}

}  // namespace lagoon::pmd
