#include "imports/import.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include "config/file/yaml_reader.hpp"
#include "imports/lagg.hpp"
#include "imports/linux_files.hpp"
#include "imports/linux_managers.hpp"
#include "imports/linux_shown.hpp"
#include "imports/render.hpp"
#include "imports/switches.hpp"
#include "imports/text.hpp"
#include "imports/words.hpp"

namespace lagoon::imports {

namespace {

bool has_line(std::string_view text, std::string_view beginning) {
  return std::ranges::any_of(lines_of(text, 0),
                             [&](const Line& line) { return line.text.starts_with(beginning); });
}

// In the order in which they are tried: what is certain first.
enum class Format : std::uint8_t {
  proc,
  iproute,
  teamd,
  openvswitch,
  keyfile,
  networkd,
  netplan,
  ifcfg,
  rc_conf,
  vpp,
  net_bonding,
  interfaces
};

std::optional<Format> format_of(std::string_view name, std::string_view text) {
  const auto has = [&](std::string_view beginning) { return has_line(text, beginning); };
  const std::string_view begin =
      trimmed(text.substr(std::min(text.find_first_not_of("\n\r \t"), text.size())));
  name = base_name(name);
  if (has("Ethernet Channel Bonding Driver") || has("Bonding Mode: ")) return Format::proc;
  if (begin.starts_with('[') && text.contains("\"ifname\"")) return Format::iproute;
  if (begin.starts_with('{') && (text.contains("\"runner\"") || text.contains("\"ports\"")))
    return Format::teamd;
  if (has("bond_mode") && has("interfaces")) return Format::openvswitch;
  if (name.ends_with(".nmconnection") || has("[connection]")) return Format::keyfile;
  if (name.ends_with(".netdev") || name.ends_with(".network") || has("[NetDev]") || has("[Match]"))
    return Format::networkd;
  if (has("network:") && (has("bonds:") || has("ethernets:"))) return Format::netplan;
  if (name.starts_with("ifcfg-") || has("DEVICE=") || has("BONDING_")) return Format::ifcfg;
  if (has("ifconfig_") || has("cloned_interfaces")) return Format::rc_conf;
  if (text.contains("create bond ") || has("bond add ")) return Format::vpp;
  if (text.contains("--vdev") || has("net_bond") || has("eth_bond")) return Format::net_bonding;
  if (has("iface ") || has("source ")) return Format::interfaces;
  return std::nullopt;
}

void read_as(Format format, Bonds& into, const Source& source) {
  switch (format) {
    case Format::proc:
      return read_proc(into, source);
    case Format::iproute:
      return read_iproute(into, source);
    case Format::teamd:
      return read_teamd(into, source);
    case Format::openvswitch:
      return read_openvswitch(into, source);
    case Format::keyfile:
      return;  // those are read at once
    case Format::networkd:
      return read_networkd(into, source);
    case Format::netplan:
      return read_netplan(into, source);
    case Format::ifcfg:
      return read_ifcfg(into, source);
    case Format::rc_conf:
      return read_rc_conf(into, source);
    case Format::vpp:
      return read_vpp(into, source);
    case Format::net_bonding:
      return read_net_bonding(into, source);
    case Format::interfaces:
      return read_interfaces(into, source);
  }
}

// What is no text at all, or has nothing in it.
std::optional<std::string> wrong_with(std::string_view text) {
  if (text.size() > config::kTextMax)
    return "it is too large; at most 256 KiB are read: leave in it what is about the bond";
  if (text.contains('\0')) return "it is no text";
  if (lines_of(text, 0).empty()) return "it is empty";
  return std::nullopt;
}

Result<Bonds> read_all(std::span<const Source> sources) {
  struct Known {
    Format format;
    Source source;
  };
  std::vector<Source> keyfiles;
  std::vector<Known> known;
  for (Source source : sources) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";  // that some editors put before UTF-8
    if (source.text.starts_with(kMark)) source.text.erase(0, kMark.size());
    if (const auto wrong = wrong_with(source.text))
      return fail(Errc::invalid_argument, source.name + ": " + *wrong);
    const auto format = format_of(source.name, source.text);
    if (!format)
      return fail(Errc::invalid_argument,
                  source.name + ": it is none of the formats that are known; docs/import.md lists them");
    if (*format == Format::keyfile)
      keyfiles.push_back(std::move(source));
    else
      known.push_back({*format, std::move(source)});
  }
  // (a .network may be the bond's own, so what makes bonds comes first)
  Bonds bonds;
  for (const bool last : {false, true})
    for (const Known& one : known)
      if (one.source.name.ends_with(".network") == last) read_as(one.format, bonds, one.source);
  if (!keyfiles.empty()) read_keyfiles(bonds, keyfiles);
  if (!bonds.wrong.empty()) return fail(Errc::invalid_argument, bonds.wrong.front());
  if (bonds.bonds.empty()) {
    std::string words = (sources.size() == 1 ? sources.front().name + ": " : "") + "there is no bond in it";
    for (const Remark& of : bonds.remarks) words += "\n  " + in_words(of);
    return fail(Errc::invalid_argument, std::move(words));
  }
  return bonds;
}

// Where a key was said twice the last one counts, as it does there.
void settle_twice(std::vector<Setting>& settings, std::vector<Remark>& remarks) {
  std::vector<Setting> last;
  for (Setting& setting : std::views::reverse(settings)) {
    if (std::ranges::find(last, setting.key, &Setting::key) == last.end())
      last.push_back(std::move(setting));
    else if (!setting.said.shown)
      remarks.push_back({std::move(setting.said), "it is said again below"});
  }
  std::ranges::reverse(last);
  settings = std::move(last);
}

// A bond that is whole: a mode, and members, none of which is another's as well.
std::optional<std::string> wrong_with(const Bond& bond,
                                      std::map<std::string_view, std::string_view>& owners) {
  if (bond.find("mode") == nullptr)
    return "nothing says what mode '" + bond.name + "' has: give its own file as well";
  if (bond.members.empty()) {
    std::string words = "'" + bond.name + "' has no members: give the files of its interfaces as well";
    for (const Remark& of : bond.remarks)
      if (of.why != kOfTheHost) words += "\n  " + in_words(of);
    return words;
  }
  for (const Member& member : bond.members) {
    const auto [owner, is_first] = owners.emplace(member.name, bond.name);
    if (!is_first)
      return "'" + member.name + "' is a member of '" + std::string{owner->second} + "' and of '" +
             bond.name + "'; it can be of one";
  }
  return std::nullopt;
}

// What a person has to know of it before it starts.
void add_advice(Bond& bond, const Devices& devices) {
  constexpr std::size_t kTapMtu = 1504;  // with more than its driver takes, lagoond does not start
  std::erase_if(bond.settings, [&](const Setting& setting) {
    const std::string value = setting.key == "mtu" ? setting.values.front() : std::string{};
    const bool is_more = is_number(value) && (value.size() > 4 || std::stoul(value) > kTapMtu);
    if (is_more)
      leave_out(bond, setting.said,
                "is more than 'tap' takes, 1504; members keep what they have: set it on them");
    return is_more;
  });
  if (!devices.pci_address_of) return;
  for (Member& member : bond.members) {
    if (!member.device.empty()) continue;
    if (const auto address = devices.pci_address_of(member.name))
      member.device = *address;
    else
      bond.remarks.push_back(
          {{},
           "'" + member.name + "' has no PCI address on this machine and stays an interface of the kernel"});
  }
}

// Takes out what can't be, or has no effect; nothing was taken out: false.
bool settle_judged(Bonds& bonds, const Rendered& rendered, const config::Diagnostics& diagnostics) {
  std::vector<std::pair<Place, const config::Diagnostic*>> wrong;
  for (const config::Diagnostic& diagnostic : diagnostics.items())
    if (diagnostic.at && diagnostic.at->line <= rendered.places.size())
      if (const auto& place = rendered.places[diagnostic.at->line - 1])
        if (std::ranges::none_of(wrong, [&](const auto& w) {
              return w.first.bond == place->bond && w.first.member == place->member &&
                     w.first.setting == place->setting;
            }))
          wrong.emplace_back(*place, &diagnostic);
  // From the last on, so that the places before stay right.
  std::ranges::sort(wrong, [](const auto& a, const auto& b) { return a.first.setting > b.first.setting; });
  for (const auto& [place, diagnostic] : wrong) {
    Bond& bond = bonds.bonds[place.bond];
    std::vector<Setting>& settings = place.member ? bond.members[*place.member].settings : bond.settings;
    const Setting taken = settings[place.setting];
    settings.erase(settings.begin() + static_cast<std::ptrdiff_t>(place.setting));
    if (diagnostic->severity == config::Severity::error || !taken.said.shown)
      bond.remarks.push_back({taken.said, diagnostic->message});
  }
  return !wrong.empty();
}

// Without its mode a bond is another one: that is no remark.
std::optional<std::string> wrong_mode(const Bonds& bonds, const Rendered& rendered,
                                      const config::Diagnostics& diagnostics) {
  for (const config::Diagnostic& diagnostic : diagnostics.items()) {
    if (!diagnostic.at || diagnostic.at->line > rendered.places.size()) continue;
    const auto& place = rendered.places[diagnostic.at->line - 1];
    if (!place || place->member || diagnostic.severity != config::Severity::error) continue;
    if (const Setting& setting = bonds.bonds[place->bond].settings[place->setting]; setting.key == "mode")
      return in_words({setting.said, diagnostic.message});
  }
  return std::nullopt;
}

std::string sentence_of(const config::Diagnostics& diagnostics, const std::string& text) {
  std::string words = "no configuration comes out of it:";
  for (const config::Diagnostic& diagnostic : diagnostics.items()) {
    words += "\n  " + diagnostic.message;
    if (diagnostic.at) words += " (line " + std::to_string(diagnostic.at->line) + " below)";
  }
  return words + "\n" + text;
}

}  // namespace

Result<std::string> import_bonds(std::span<const Source> sources, const Devices& devices) {
  auto bonds = read_all(sources);
  if (!bonds) return std::unexpected{bonds.error()};
  std::map<std::string_view, std::string_view> owners;
  for (Bond& bond : bonds->bonds) {
    if (auto wrong = wrong_with(bond, owners)) return fail(Errc::invalid_argument, *std::move(wrong));
    settle_twice(bond.settings, bond.remarks);
    for (Member& member : bond.members) settle_twice(member.settings, bond.remarks);
    add_advice(bond, devices);
  }
  for (;;) {
    const Rendered rendered = render(*bonds);
    if (rendered.text.size() > config::kTextMax)
      return fail(Errc::invalid_argument,
                  "what comes out is larger than 256 KiB: leave in the files what is about the bond");
    const auto judged = config::parse_config_with_places(rendered.text);
    const config::Diagnostics& found = judged ? judged->config.warnings : judged.error();
    if (auto wrong = wrong_mode(*bonds, rendered, found))
      return fail(Errc::invalid_argument, *std::move(wrong));
    if (settle_judged(*bonds, rendered, found)) continue;
    if (!judged) return fail(Errc::invalid_argument, sentence_of(found, rendered.text));
    return rendered.text;
  }
}

}  // namespace lagoon::imports
