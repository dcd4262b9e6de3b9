#include "imports/linux_files.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "imports/text.hpp"
#include "imports/words.hpp"

namespace lagoon::imports {

namespace {

std::string_view value_of(const std::vector<Entry>& entries, std::string_view key) {
  std::string_view value;
  for (const Entry& entry : entries)
    if (entry.key == key) value = entry.value;
  return value;
}

bool is_yes(std::string_view value) {
  const std::string word = lowered(value);
  return word == "yes" || word == "true" || word == "1" || word == "y" || word == "on";
}

// What says which file it is, or whether it is used at the start of a machine.
bool is_housekeeping(const Entry& entry) {
  constexpr std::array<std::string_view, 12> kKeys{
      "DEVICE", "NAME",   "TYPE",  "ONBOOT",    "BONDING_MASTER", "USERCTL",
      "UUID",   "MASTER", "SLAVE", "STARTMODE", "NM_CONTROLLED",  "MASTER_UUID"};
  if (std::ranges::find(kKeys, entry.key) != kKeys.end()) return true;
  return entry.key == "BOOTPROTO" &&
         (entry.value.empty() || entry.value == "none" || entry.value == "static");
}

// A port: which bond it belongs to.
void read_ifcfg_port(Bonds& into, const Source& source, const std::vector<Entry>& entries,
                     std::string_view device) {
  Bond& bond = into.bond(value_of(entries, "MASTER"));
  Member* const member = join(bond, device, said_at(source, 0, "MASTER=" + bond.name));
  for (const Entry& entry : entries) {
    if (is_housekeeping(entry) || entry.value.empty()) continue;
    if (entry.key == "HWADDR")
      leave_out(bond, said_at(source, entry), "a member is known by its name");
    else if (entry.key == "BOND_PORT_PRIO" && member != nullptr)
      member->settings.push_back(
          {.key = "priority", .values = {std::string{entry.value}}, .said = said_at(source, entry)});
    else
      leave_out(bond, said_at(source, entry), kOfAMember);
  }
}

// One line of interfaces(5): the word it begins with, with '-' for '_', and the rest.
struct Option {
  std::size_t line = 0;
  std::string_view text;
  std::string word;
  std::string_view value;
};

Option option_of(const Line& line) {
  const std::size_t end = std::min(line.text.find_first_of(kBlanks), line.text.size());
  Option option{line.number, line.text, lowered(line.text.substr(0, end)), trimmed(line.text.substr(end))};
  std::ranges::replace(option.word, '_', '-');
  return option;
}

// "iface bond0 inet static" and what follows. (A name may have one for each family; here they are one.)
struct Stanza {
  std::string_view name;
  std::vector<Option> options;

  [[nodiscard]] const Option* find(std::string_view word) const {
    const auto found = std::ranges::find(options, word, &Option::word);
    return found == options.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool is_bond() const {
    return std::ranges::any_of(options, [](const Option& one) {
      return (one.word.starts_with("bond-") && one.word != "bond-master") || one.word == "slaves";
    });
  }
};

std::vector<Stanza> stanzas_of(Bonds& into, const Source& source) {
  constexpr std::array<std::string_view, 5> kOthers{"auto", "mapping", "rename", "no-auto-down",
                                                    "no-scripts"};
  std::vector<Stanza> stanzas;
  bool open = false;
  for (const Line& line : lines_of(source.text)) {
    const Option option = option_of(line);
    if (const std::string_view name = first_word(option.value); option.word == "iface" && !name.empty()) {
      const auto same = std::ranges::find(stanzas, name, &Stanza::name);
      if (same != stanzas.end())
        std::rotate(same, same + 1, stanzas.end());
      else
        stanzas.push_back({.name = name, .options = {}});
      open = true;
    } else if (option.word == "source" || option.word == "source-directory") {
      into.remarks.push_back(
          {said_at(source, line.number, line.text), "is not followed: give those files as well"});
      open = false;
    } else if (option.word.starts_with("allow-") ||
               std::ranges::find(kOthers, option.word) != kOthers.end()) {
      open = false;
    } else if (open) {
      stanzas.back().options.push_back(option);
    }
  }
  return stanzas;
}

void read_member_stanza(Bonds& into, const Source& source, const Stanza& stanza, std::string_view master) {
  Bond& bond = into.bond(master);
  join(bond, stanza.name, said_at(source, 0, "bond-master " + bond.name));
  for (const Option& option : stanza.options) {
    const Said said = said_at(source, option.line, option.text);
    if (option.word == "bond-primary")
      say(bond, "primary", first_word(option.value), said);
    else if (option.word.starts_with("bond-") && option.word != "bond-master")
      say(bond, option.word, option.value, said);
    else if (option.word != "bond-master")
      leave_out(bond, said, kOfAMember);
  }
}

void read_bond_option(Bond& bond, const Option& option, const Said& said) {
  constexpr std::array<std::string_view, 4> kMembers{"bond-slaves", "slaves", "bond-ports", "bond-members"};
  if (std::ranges::find(kMembers, option.word) != kMembers.end()) {
    for (const std::string_view name : words_of(option.value))
      if (name == "all" || name == "glob" || name == "regex")
        leave_out(bond, said, "a pattern; name each interface");
      else if (name != "none")
        join(bond, name, said);
  } else if (option.word == "bond-primary") {
    // (a list: the first that is there)
    say(bond, "primary", first_word(option.value), said);
  } else if (option.word.starts_with("bond-")) {
    say(bond, option.word, option.value, said);
  } else if (option.word == "hwaddress") {
    const auto words = words_of(option.value);
    say(bond, "mac", words.empty() ? std::string_view{} : words.back(), said);
  } else if (option.word == "mtu") {
    say(bond, "mtu", option.value, said);
  } else {
    leave_out(bond, said, kOfTheHost);
  }
}

}  // namespace

void read_ifcfg(Bonds& into, const Source& source) {
  const std::vector<Entry> entries = assignments_of(source.text);
  std::string_view device = value_of(entries, "DEVICE");
  if (const std::string_view name = base_name(source.name); device.empty() && name.starts_with("ifcfg-"))
    device = name.substr(6);
  if (std::ranges::any_of(entries,
                          [&](const Entry& one) { return one.key == "DEVICE" && one.value != device; }))
    return into.wrong.push_back(source.name + ": it is several files in one: give each by itself");
  if (!value_of(entries, "MASTER").empty()) return read_ifcfg_port(into, source, entries, device);
  const bool is_bond = !value_of(entries, "BONDING_OPTS").empty() ||
                       is_yes(value_of(entries, "BONDING_MASTER")) ||
                       lowered(value_of(entries, "TYPE")) == "bond";
  if (!is_bond || device.empty()) {
    into.remarks.push_back({said_at(source, 0, device), "it is neither a bond nor a member of one"});
    return;
  }
  Bond& bond = into.bond(device);
  for (const Entry& entry : entries) {
    const Said said = said_at(source, entry);
    if (entry.key == "BONDING_OPTS" || entry.key == "BONDING_MODULE_OPTS")
      say_all(bond, entry.value, said);
    else if (entry.key.starts_with("BONDING_SLAVE") || entry.key.starts_with("BONDING_PORT"))
      join(bond, entry.value, said);
    else if (entry.key == "MACADDR" || entry.key == "LLADDR")
      say(bond, "mac", entry.value, said);
    else if (entry.key == "MTU")
      say(bond, "mtu", entry.value, said);
    else if (!is_housekeeping(entry) && !entry.value.empty())
      leave_out(bond, said, kOfTheHost);
  }
  finish_linux(bond);
}

void read_interfaces(Bonds& into, const Source& source) {
  for (const Stanza& stanza : stanzas_of(into, source)) {
    if (const Option* const master = stanza.find("bond-master")) {
      read_member_stanza(into, source, stanza, master->value);
      continue;
    }
    if (!stanza.is_bond()) continue;
    Bond& bond = into.bond(stanza.name);
    for (const Option& option : stanza.options)
      read_bond_option(bond, option, said_at(source, option.line, option.text));
    finish_linux(bond);
  }
}

}  // namespace lagoon::imports
