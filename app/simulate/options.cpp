#include "options.hpp"

#include <getopt.h>

#include <algorithm>
#include <charconv>

#include "config/values/value.hpp"
#include "workload.hpp"

namespace lagoon::simulate {

namespace {

// Words of a configuration file mean the same here.
template <typename Parser>
[[nodiscard]] auto read(const Parser& parser, std::string_view text)
    -> Result<typename std::invoke_result_t<Parser, config::YamlNode>::value_type> {
  config::YamlNode node;
  node.kind = config::YamlNode::Kind::scalar;
  node.text = text;
  auto value = parser(node);
  if (value) return *std::move(value);
  const std::string remark = value.error().empty() ? "" : " (" + value.error() + ")";
  return fail(Errc::invalid_argument, "expected " + parser.expected() + ", not '" + node.text + "'" + remark);
}

template <typename Parser, typename T>
[[nodiscard]] Result<void> take(const Parser& parser, std::string_view text, T& into) {
  auto value = read(parser, text);
  if (!value) return std::unexpected{value.error()};
  into = static_cast<T>(*value);
  return {};
}

/// One of `names`, as the enumerator at its place.
template <typename T, std::size_t N>
[[nodiscard]] Result<void> take_name(const std::array<std::string_view, N>& names, std::string_view text,
                                     T& into) {
  const auto at = std::ranges::find(names, text);
  if (at == names.end())
    return fail(Errc::invalid_argument,
                "expected " + config::alternatives(names) + ", not '" + std::string{text} + "'");
  into = static_cast<T>(at - names.begin());
  return {};
}

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = std::min(text.find(at), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

Result<void> take_links(Options& o, std::string_view text) {
  o.links.clear();
  for (const std::string_view part : split(text, ',')) {
    const auto words = split(part, ':');
    Cable cable;
    if (words.size() > 2)
      return fail(Errc::invalid_argument, "expected SPEED or SPEED:DELAY, not '" + std::string{part} + "'");
    LAGOON_TRY(take(config::Speed{}, words[0], cable.speed));
    if (words.size() == 2) LAGOON_TRY(take(config::Span{0s, 1s}, words[1], cable.delay));
    o.links.push_back(cable);
  }
  if (o.links.size() > kMembersMax)
    return fail(Errc::invalid_argument, "expected 32 links at most, not " + std::to_string(o.links.size()));
  return {};
}

Result<void> take_workload(Options& o, std::string_view text) {
  const auto words = split(text, ':');
  o.workload = words[0] == "zipf" ? "zipf" : std::string{text};
  if (words[0] != "zipf") return {};
  const std::string_view exponent = words.size() == 2 ? words[1] : "";
  const auto [end, error] = std::from_chars(exponent.begin(), exponent.end(), o.exponent);
  if (error != std::errc{} || end != exponent.end() || !(o.exponent > 0 && o.exponent <= 4))
    return fail(
        Errc::invalid_argument,
        "expected zipf:EXPONENT, above 0 and at most 4, like zipf:1.1, not '" + std::string{text} + "'");
  return {};
}

Result<void> take_event(Options& o, std::string_view text) {
  const auto words = split(text, ':');
  if (words.size() < 3 || words.size() != (words[1] == "weight" ? 4 : 3))
    return fail(
        Errc::invalid_argument,
        "expected TIME:down|up|drain|enable:LINK or TIME:weight:LINK:N, not '" + std::string{text} + "'");
  Event event;
  LAGOON_TRY(take(config::Span{0s, 3600s}, words[0], event.at));
  LAGOON_TRY(take_name(kEventNames, words[1], event.kind));
  LAGOON_TRY(take(config::WholeNumber{0, kMembersMax - 1}, words[2], event.link));
  if (words.size() == 4) LAGOON_TRY(take(config::WholeNumber{1, 1'000'000}, words[3], event.weight));
  o.events.push_back(event);
  return {};
}

Result<void> take_load(Options& o, std::string_view text) {
  std::uint32_t hundredths = 0;
  LAGOON_TRY(take(config::Percentage{1, 20'000}, text, hundredths));
  o.load = hundredths / 10'000.0;
  return {};
}

Result<void> take_rebalance(Options& o, std::string_view text) {
  constexpr std::array<std::string_view, 2> kOffOn{"off", "on"};
  return take_name(kOffOn, text, o.rebalances.emplace());
}

struct Known {
  const char* name;
  Result<void> (*take)(Options&, std::string_view);
};
using Text = std::string_view;
constexpr Known kKnown[] = {
    {"links", take_links},
    {"workload", take_workload},
    {"event", take_event},
    {"load", take_load},
    {"rebalance", take_rebalance},
    {"distribute", [](Options& o, Text t) { return take_name(kDealingNames, t, o.dealing); }},
    {"by", [](Options& o, Text t) { return take_name(table::kPlaceByNames, t, o.by); }},
    {"move", [](Options& o, Text t) { return take_name(control::kMoveByNames, t, o.move.by); }},
    {"move-hold", [](Options& o, Text t) { return take(config::Span{0s, 10s}, t, o.move.planned); }},
    {"failover-hold", [](Options& o, Text t) { return take(config::Span{0s, 10s}, t, o.move.failover); }},
    {"flowlet-gap", [](Options& o, Text t) { return take(config::Span{1us, 1s}, t, o.move.gap); }},
    {"window", [](Options& o, Text t) { return take(config::Span{20ms, 600s}, t, o.window); }},
    {"conversations",
     [](Options& o, Text t) { return take(config::WholeNumber{1, 4'000'000}, t, o.conversations); }},
    {"peak", [](Options& o, Text t) { return take(config::ConversationRate{}, t, o.peak); }},
    {"frame", [](Options& o, Text t) { return take(config::WholeNumber{64, 9216}, t, o.frame); }},
    {"workers", [](Options& o, Text t) { return take(config::WholeNumber{1, 32}, t, o.workers); }},
    {"time", [](Options& o, Text t) { return take(config::Span{1ms, 3600s}, t, o.time); }},
    {"interval", [](Options& o, Text t) { return take(config::Span{1ms, 60s}, t, o.interval); }},
    {"seed", [](Options& o, Text t) { return take(config::WholeNumber{0, 0xffff'ffff}, t, o.seed); }},
    {"csv", [](Options& o, Text t) { return take(config::Text{"a file, or -"}, t, o.csv); }},
};

/// What only makes sense together with something else.
Result<void> check(Options& o, const std::vector<std::string_view>& given) {
  const auto has = [&given](std::string_view name) { return std::ranges::find(given, name) != given.end(); };
  const auto idle = [&has](std::string_view name, std::string_view without) {
    return has(name) ? fail(Errc::invalid_argument,
                            "--" + std::string{name} + " has no effect without " + std::string{without})
                     : Result<void>{};
  };
  if (o.dealing != Dealing::weighted)
    for (const auto* name : {"by", "window"}) LAGOON_TRY(idle(name, "--distribute weighted"));
  if (o.dealing == Dealing::modulo)
    for (const auto* name : {"move", "move-hold", "failover-hold", "flowlet-gap", "rebalance", "workers"})
      LAGOON_TRY(idle(name, "--distribute flow-hash or weighted"));
  // (under weighted, conversations leave a crowded member in gaps, however others move)
  if (o.dealing == Dealing::flow_hash && o.move.by != control::MoveBy::flowlet)
    LAGOON_TRY(idle("flowlet-gap", "--move flowlet or --distribute weighted"));
  const bool lasting = o.workload == "equal" || o.workload == "zipf" || o.workload == "polarised";
  if (lasting) LAGOON_TRY(idle("peak", "a --workload of conversations that begin and end"));
  if (!lasting) LAGOON_TRY(idle("conversations", "--workload equal, zipf or polarised"));
  if (!lasting)
    if (auto sizes = sizes_named(o.workload); !sizes)
      return fail(sizes.error().code, "--workload: " + sizes.error().detail);
  // (events of one time stay as they were given; clang finds stable_sort's memory deprecated)
  for (auto next = o.events.begin(); next != o.events.end(); ++next)
    std::rotate(std::ranges::upper_bound(o.events.begin(), next, next->at, {}, &Event::at), next, next + 1);
  for (const Event& event : o.events) {
    const std::string name{kEventNames[static_cast<std::size_t>(event.kind)]};
    if (event.link >= o.links.size())
      return fail(Errc::invalid_argument, "--event " + name + " is of link " + std::to_string(event.link) +
                                              ", and there are links 0 to " +
                                              std::to_string(o.links.size() - 1));
    if (o.dealing == Dealing::modulo && event.kind != EventKind::down && event.kind != EventKind::up)
      return fail(Errc::not_supported, "--distribute modulo knows no --event " + name);
  }
  return {};
}

}  // namespace

const char* usage() noexcept {
  return R"(usage: lagoon-simulate [OPTION VALUE]...
Runs a LAG and a workload in virtual time and writes a line of CSV for each interval. What distributes, moves and
rebalances is what lagoond runs. Equal options give equal output.

  --links SPEED[:DELAY],..   like 10G,1G,1G:5ms (10G,10G; a delay of 20us)
  --distribute WAY           flow-hash (so without it), weighted, or modulo: hash % n, as others do it
  --by, --window             of weighted; as by and load-window in docs/config.md
  --move, --move-hold, --failover-hold, --flowlet-gap
                             as in docs/config.md (marker, 50ms, 10ms, 500us)
  --rebalance on|off         (on with weighted)
  --workers N                that send (1)
  --workload NAME            conversations that last: equal, zipf:EXPONENT, polarised (those that begin on link 0 send
                             nine times as much); or that begin and end: websearch, datamining, or a file of sizes
  --conversations N          of those that last (10000)
  --peak RATE                of each of those that end (100M)
  --load PERCENT             of the sum of all links (80%)
  --frame OCTETS             of each frame (1500)
  --event TIME:WHAT:LINK     down, up, drain, enable; or TIME:weight:LINK:N. Links count from 0. May be repeated
  --time, --interval         how long, and for how long each line is (10s, 100ms)
  --seed N                   of all that is drawn (1)
  --csv FILE                 where to (standard output)
)";
}

Result<Options> parse_options(int argc, char** argv) {
  std::vector<option> table;
  for (const Known& known : kKnown) table.push_back({known.name, required_argument, nullptr, 0});
  table.push_back({"help", no_argument, nullptr, 'h'});
  table.push_back({nullptr, 0, nullptr, 0});
  Options options;
  std::vector<std::string_view> given;
  opterr = 0;
  int index = 0;
  for (int c = 0; (c = getopt_long(argc, argv, "h", table.data(), &index)) != -1;) {
    if (c == 'h') {
      options.help = true;
      return options;
    }
    if (c != 0)
      return fail(Errc::invalid_argument, std::string{"option not understood: "} + argv[optind - 1]);
    const Known& known = kKnown[index];
    if (auto taken = known.take(options, optarg); !taken)
      return fail(taken.error().code, std::string{"--"} + known.name + ": " + taken.error().detail);
    given.emplace_back(known.name);
  }
  if (optind < argc)
    return fail(Errc::invalid_argument, std::string{"argument not understood: "} + argv[optind]);
  LAGOON_TRY(check(options, given));
  return options;
}

}  // namespace lagoon::simulate
