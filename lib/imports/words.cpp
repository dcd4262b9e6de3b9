#include "imports/words.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "config/text/foreign_words.hpp"
#include "config/values/device_name.hpp"
#include "imports/text.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::imports {

namespace {

// Parameters of the driver that nobody has to say here, and why.
constexpr auto kNeedless = std::to_array<Meaning>({
    {"use-carrier", "carrier is always that of the kernel's messages"},
    {"max-bonds", "a LAG is made for each entry of 'lags'"},
    {"tx-queues", "there is a queue for each worker"},
    {"queue-id", "docs/traffic-management.md has another way to say which frames go where"},
    {"active-slave", "who is active is chosen anew; 'primary' prefers one"},
    {"debug", kNoCounterpart},
});

constexpr auto kYesAndNo = std::to_array<Meaning>(
    {{"yes", "true"}, {"y", "true"}, {"t", "true"}, {"no", "false"}, {"n", "false"}, {"f", "false"}});
constexpr auto kCoupled = std::to_array<Meaning>(
    {{"on", "coupled"}, {"1", "coupled"}, {"off", "independent"}, {"0", "independent"}});

std::string dashed(std::string_view word) {
  std::string made = lowered(word);
  std::ranges::replace(made, '_', '-');
  if (made.starts_with("bond-")) made.erase(0, 5);
  return made;
}

bool takes_a_list(const options::Kind& kind) {
  return std::holds_alternative<options::Hosts>(kind) || std::holds_alternative<options::Macs>(kind) ||
         std::holds_alternative<options::WholeList>(kind) ||
         std::holds_alternative<options::VlanRanges>(kind);
}

// "10.0.0.1,+10.0.0.2"; a list may have been begun by another line.
void add_to_list(Bond& bond, std::string_view key, std::string_view values, Said said) {
  auto list = std::ranges::find(bond.settings, key, &Setting::key);
  if (list == bond.settings.end())
    list = bond.settings.insert(list, {.key = std::string{key}, .is_list = true, .said = std::move(said)});
  for (std::string_view one : words_of(values, ",; \t\r\n\\")) {
    if (one.starts_with('+')) one.remove_prefix(1);
    if (std::ranges::find(list->values, one) == list->values.end()) list->values.emplace_back(one);
  }
}

std::string value_for(const options::LagRow& row, std::string_view name, std::string_view value, Unit unit) {
  // (both mean that one link is enough)
  if (row.key == "min-links" && value == "0") return "1";
  if (row.key == "lacp.mux") return std::string{meaning_or_same(kCoupled, lowered(value))};
  if (std::holds_alternative<options::Flag>(row.kind))
    return std::string{meaning_or_same(kYesAndNo, lowered(value))};
  if (!std::holds_alternative<options::Time>(row.kind) || !is_number(value) || value == "0")
    return std::string{value};
  // (lp_interval is the one time that the driver counts in seconds)
  const bool seconds = unit == Unit::seconds || name == "lp-interval";
  return std::string{value} + (seconds ? "s" : "ms");
}

// Values by which Linux says that nothing is set.
bool is_unset(std::string_view key, std::string_view value) {
  return (key == "lacp.key" && value == "0") || (key == "lacp.system-id" && value == "00:00:00:00:00:00") ||
         (key == "primary" && lowered(value) == "none");
}

}  // namespace

void leave_out(Bond& bond, Said said, std::string_view why) {
  bond.remarks.push_back({std::move(said), std::string{why}});
}

Said said_at(const Source& source, std::size_t line, std::string_view words) {
  return {.file = std::string{base_name(source.name)}, .line = line, .words = std::string{words}};
}

Said said_at(const Source& source, const Entry& entry) {
  return said_at(source, entry.line, std::string{entry.key} + "=" + std::string{entry.value});
}

Said shown_at(const Source& source, std::size_t line, std::string_view words) {
  Said said = said_at(source, line, words);
  said.shown = true;
  return said;
}

Member* join(Bond& bond, std::string_view interface, const Said& said) {
  const auto leave = [&](std::string_view why) {
    leave_out(bond, said, "'" + std::string{interface} + "': " + std::string{why});
    return nullptr;
  };
  if (interface.find_first_of("*?[]!") != std::string_view::npos)
    return leave("a pattern; name each interface");
  const bool is_name = !interface.empty() && interface.size() <= config::kInterfaceNameMax &&
                       interface != "." && interface != ".." &&
                       interface.find_first_of("/,:\"' \t") == std::string_view::npos &&
                       printable(interface) == interface;
  if (!is_name) return leave("no name of an interface");
  return &bond.member(interface);
}

void say(Bond& bond, std::string_view word, std::string_view value, Said said, Unit unit) {
  const std::string name = dashed(word);
  if (const std::string_view why = meaning_of(kNeedless, name); !why.empty())
    return leave_out(bond, std::move(said), why);
  const auto key = config::key_for(name);
  const options::LagRow* const row = key ? options::lag_row(*key) : nullptr;
  value = unquoted(value);
  if (row == nullptr) return leave_out(bond, std::move(said), kNoCounterpart);
  if (value.empty()) return leave_out(bond, std::move(said), "it has no value");
  if (is_unset(*key, value)) {
    if (!said.shown) leave_out(bond, std::move(said), "it says that nothing is set");
    return;
  }
  if (takes_a_list(row->kind)) return add_to_list(bond, *key, value, std::move(said));
  if (*key == "lacp.key") leave_out(bond, said, "is the whole key here; Linux adds speed and duplex to it");
  // (one value there, with two names)
  constexpr auto kTwice =
      std::to_array<Meaning>({{"num-grat-arp", "num-unsol-na"}, {"num-unsol-na", "num-grat-arp"}});
  bond.set(std::string{*key}, value_for(*row, name, value, unit), said);
  if (const std::string_view other = meaning_of(kTwice, *key); !other.empty())
    bond.set(std::string{other}, std::string{value}, std::move(said));
}

void say_all(Bond& bond, std::string_view parameters, const Said& said, std::string_view separators) {
  for (const std::string_view word : words_of(parameters, separators)) {
    const auto pair = split(word, '=');
    Said of = said;
    of.words = word;
    if (pair)
      say(bond, pair->first, pair->second, std::move(of));
    else
      leave_out(bond, std::move(of), "it is no parameter with a value");
  }
}

void finish_linux(Bond& bond) {
  bond.set_default("mode", "balance-rr");
  bond.set_default("lacp.rate", "slow");
  bond.set_default("lacp.system-priority", "65535");
  bond.set_default("hash", "layer2");
  // Modes 4, 5 and 6 poll the links whatever is said.
  constexpr std::array<std::string_view, 6> kPolling{"802.3ad", "4", "balance-tlb", "5", "balance-alb", "6"};
  const Setting* const polls = bond.find("miimon");
  if ((polls != nullptr && polls->values.front() != "0") ||
      std::ranges::find(kPolling, bond.find("mode")->values.front()) != kPolling.end())
    return;
  std::erase_if(bond.settings, [&](const Setting& setting) {
    const bool passed_over =
        (setting.key == "updelay" || setting.key == "downdelay") && setting.values.front() != "0";
    if (passed_over) leave_out(bond, setting.said, "Linux passes it over without miimon");
    return passed_over;
  });
}

}  // namespace lagoon::imports
