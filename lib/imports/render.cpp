#include "imports/render.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "config/values/device_name.hpp"
#include "imports/text.hpp"

namespace lagoon::imports {

namespace {

constexpr std::size_t kNameMost = 31;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// As we take names: letters, digits, '.', '_' and '-'.
std::string name_of(std::string_view theirs, std::size_t most = kNameMost) {
  std::string name;
  for (const char c : theirs.substr(0, most))
    name += is_word(c) || c == '.' || c == '_' || c == '-' ? c : '-';
  return name;
}

std::string scalar(std::string_view value) {
  const bool negative = value.size() > 1 && value.front() == '-' && value[1] >= '0' && value[1] <= '9';
  // (words that YAML takes for nothing)
  const bool is_null = value == "null" || value == "Null" || value == "NULL";
  const bool plain =
      !is_null && !value.empty() && (is_word(value.front()) || negative) && value.back() != ':' &&
      std::ranges::all_of(value, [](char c) {
        return is_word(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '/' || c == ':' || c == '%';
      });
  if (plain) return std::string{value};
  std::string quoted{"\""};
  for (const char c : printable(value)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string value_of(const Setting& setting) {
  if (!setting.is_list && setting.values.empty()) return "\"\"";
  // (it names a member)
  if (setting.key == "primary") return scalar(name_of(setting.values.front()));
  if (!setting.is_list) return scalar(setting.values.front());
  std::string list{"["};
  for (const std::string& value : setting.values) list += (list.size() > 1 ? ", " : "") + scalar(value);
  return list + "]";
}

// On one line, whatever it holds.
std::string said_in_words(const Said& said) {
  std::string words = said.file;
  if (said.line != 0) words += ":" + std::to_string(said.line);
  if (!said.words.empty()) words += ": " + said.words;
  return printable(words);
}

std::string_view section_of(std::string_view key) {
  const std::size_t dot = key.find('.');
  return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
}

class Writer {
 public:
  void write(const Bonds& bonds);
  [[nodiscard]] Rendered take() { return std::move(made_); }

 private:
  void line(std::string_view indent, const std::string& words, std::optional<Place> place = std::nullopt) {
    made_.text.append(indent).append(words) += '\n';
    made_.places.push_back(place);
  }
  void remark(std::string_view indent, const Remark& remark) { line(indent, "# " + in_words(remark)); }
  void bond(const Bond& bond, std::size_t index);
  void member(const Bond& bond, std::size_t bond_index, std::size_t index);
  void settings(const std::vector<Setting>& all, std::string_view indent, Place place);
  void setting(const Setting& setting, std::string_view indent, Place place);

  Rendered made_{};
  std::size_t devices_ = 0;
};

void Writer::setting(const Setting& setting, std::string_view indent, Place place) {
  const std::string_view key = std::string_view{setting.key}.substr(setting.key.rfind('.') + 1);
  std::string words = std::string{key} + ": " + value_of(setting);
  const std::string said = said_in_words(setting.said);
  words += "  # " + (said.empty() ? "what it does there unless it is told otherwise" : said);
  line(indent, words, place);
}

// Those of one map stand together, where the first of them came.
void Writer::settings(const std::vector<Setting>& all, std::string_view indent, Place place) {
  std::vector<std::string_view> written;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string_view section = section_of(all[i].key);
    place.setting = i;
    if (section.empty()) {
      setting(all[i], indent, place);
      continue;
    }
    if (std::ranges::find(written, section) != written.end()) continue;
    written.push_back(section);
    line(indent, std::string{section} + ":");
    const std::string deeper = std::string{indent} + "  ";
    for (std::size_t j = i; j < all.size(); ++j) {
      if (section_of(all[j].key) != section) continue;
      place.setting = j;
      setting(all[j], deeper, place);
    }
  }
}

void Writer::member(const Bond& bond, std::size_t bond_index, std::size_t index) {
  const Member& of = bond.members[index];
  const std::size_t number = ++devices_;
  const std::string device =
      of.device.empty() ? "net_af_packet" + std::to_string(number) + ",iface=" + of.name : of.device;
  line("      ", "- name: " + scalar(name_of(of.name)));
  line("        ", "dev: " + scalar(device));
  settings(of.settings, "        ", {.bond = bond_index, .member = index});
}

void Writer::bond(const Bond& bond, std::size_t index) {
  line("  ", "- name: " + scalar(name_of(bond.name)));
  for (const Remark& of : bond.remarks) remark("    ", of);
  settings(bond.settings, "    ", {.bond = index});
  line("    ", "members:");
  for (std::size_t i = 0; i < bond.members.size(); ++i) member(bond, index, i);
}

void Writer::write(const Bonds& bonds) {
  line("",
       "# Check it with lagoond --check -c FILE, and see docs/config.md for what stands behind each key.");
  for (const Remark& of : bonds.remarks) remark("", of);
  line("", "ports:");
  line("",
       "  # The host's own access to each: an interface that lagoond makes, so the bond of that name has to "
       "be gone.");
  line("", "  # Its addresses belong to the host.");
  for (const Bond& of : bonds.bonds) {
    line("", "  - name: " + scalar(name_of("host-" + of.name)));
    line("", "    tap: " + scalar(name_of(of.name, config::kInterfaceNameMax)));
  }
  line("", "lags:");
  for (std::size_t i = 0; i < bonds.bonds.size(); ++i) bond(bonds.bonds[i], i);
  line("", "forward:");
  for (const Bond& of : bonds.bonds)
    line("", "  - [" + scalar(name_of("host-" + of.name)) + ", " + scalar(name_of(of.name)) + "]");
}

}  // namespace

std::string in_words(const Remark& remark) {
  const std::string said = said_in_words(remark.said);
  return said.empty() ? printable(remark.why) : said + "  (" + printable(remark.why) + ")";
}

Rendered render(const Bonds& bonds) {
  Writer writer;
  writer.write(bonds);
  return writer.take();
}

}  // namespace lagoon::imports
