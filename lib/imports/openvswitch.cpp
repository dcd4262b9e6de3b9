#include <algorithm>
#include <map>
#include <string>

#include "imports/switches.hpp"
#include "imports/text.hpp"
#include "imports/words.hpp"

namespace lagoon::imports {

namespace {

// One row of a table: "name : value", a line for each column.
struct Record {
  std::map<std::string_view, Line> columns{};  // the value in place of the line

  /// Empty where there is none, or nothing in it.
  [[nodiscard]] std::string_view value(std::string_view column) const {
    const auto found = columns.find(column);
    if (found == columns.end()) return {};
    const std::string_view text = unquoted(found->second.text);
    return text == "[]" || text == "{}" ? std::string_view{} : text;
  }
  [[nodiscard]] Said said(const Source& source, std::string_view column) const {
    const auto found = columns.find(column);
    return said_at(source, found == columns.end() ? 0 : found->second.number,
                   std::string{column} + ": " + std::string{value(column)});
  }
};

// Records are apart by an empty line.
std::vector<Record> records_of(std::string_view text) {
  std::vector<Record> records;
  std::size_t last = 0;
  for (const Line& line : lines_of(text, 0)) {
    const auto pair = split(line.text, ':');
    if (!pair) continue;
    if (records.empty() || line.number > last + 1 || pair->first == "_uuid") records.emplace_back();
    last = line.number;
    records.back().columns[pair->first] = {line.number, pair->second};
  }
  return records;
}

// The items of "[a, b]", and the pairs of "{a=b, c=d}".
std::vector<std::string_view> items_of(std::string_view value) {
  return words_of(value, "[]{}, \t");
}

std::string_view item_of(std::string_view map, std::string_view key) {
  for (const std::string_view item : items_of(map))
    if (const auto pair = split(item, '='); pair && pair->first == key) return unquoted(pair->second);
  return {};
}

const Record* row_of(const std::vector<Record>& records, std::string_view uuid) {
  const auto found =
      std::ranges::find_if(records, [&](const Record& record) { return record.value("_uuid") == uuid; });
  return found == records.end() ? nullptr : &*found;
}

// A setting of ours by a key of other_config, whose value is ours as it is.
constexpr auto kOther = std::to_array<Meaning>({
    {"lacp-time", "lacp.rate"},
    {"lacp-system-id", "lacp.system-id"},
    {"lacp-system-priority", "lacp.system-priority"},
    {"bond-primary", "primary"},
});
constexpr auto kOtherOfMember = std::to_array<Meaning>({
    {"lacp-port-id", "lacp.port-number"},
    {"lacp-port-priority", "lacp.port-priority"},
});

void read_other(Bond& bond, const Source& source, const Record& port) {
  for (const std::string_view item : items_of(port.value("other_config"))) {
    Said said = port.said(source, "other_config");
    said.words = item;
    auto pair = split(item, '=');
    if (!pair) continue;
    pair->second = unquoted(pair->second);
    const auto& [key, value] = *pair;
    if (const std::string_view ours = meaning_of(kOther, key); !ours.empty())
      bond.set(std::string{ours}, std::string{value}, said);
    else if (key == "bond-detect-mode")
      leave_out(bond, said, "carrier is taken at once, and the links are polled as well");
    else if (key == "bond-miimon-interval")
      say(bond, "miimon", value, said);
    else if (key == "bond-rebalance-interval" && value == "0")
      bond.set("rebalance", "false", said);
    else if (key == "bond-rebalance-interval")
      bond.set("rebalance.interval", std::string{value} + "ms", said);
    else if (key == "lacp-fallback-ab")
      bond.set("lacp.fallback", value == "true" ? "single" : "off", said);
    else if (key == "all-members-active" || key == "bond-all-members-active")
      bond.set("all-members-active", std::string{value}, said);
    else
      leave_out(bond, said, kNoCounterpart);
  }
}

// balance-slb takes the source's address and VLAN, balance-tcp all layers; with LACP both are that mode.
void read_mode(Bond& bond, const Source& source, const Record& port) {
  const bool lacp = !port.value("lacp").empty() && port.value("lacp") != "off";
  const std::string_view mode = port.value("bond_mode");
  const bool hashes = mode == "balance-slb" || mode == "balance-tcp";
  Said said = port.said(source, "bond_mode");
  if (mode.empty()) said = {.shown = true};
  if (lacp)
    bond.set("mode", "lacp", port.said(source, "lacp"));
  else
    bond.set("mode", hashes ? "balance-xor" : mode.empty() ? "active-backup" : std::string{mode}, said);
  if (lacp) bond.set("lacp.activity", std::string{port.value("lacp")}, port.said(source, "lacp"));
  if (hashes) bond.set("hash", mode == "balance-slb" ? "vlan+src-mac" : "l2+3+4", said);
  if (hashes) bond.set_default("rebalance.interval", "10000ms");
  if (mode == "balance-slb" && !lacp)
    leave_out(bond, said,
              "needs no LAG at the switch; balance-xor does: make one there, or take balance-tlb");
  if (mode == "balance-tcp" && !lacp) leave_out(bond, said, "carries nothing there without lacp");
  if (lacp && !hashes) bond.set("max-links", "1", said);
  bond.set_default("lacp.rate", "slow");
}

// An Interface by its type: one of the kernel, or DPDK's with its devargs.
void read_interface(Bond& bond, const Source& source, const Record& row) {
  const std::string_view name = row.value("name");
  const std::string_view type = row.value("type");
  const std::string_view device = item_of(row.value("options"), "dpdk-devargs");
  const bool is_dpdk = type.starts_with("dpdk");
  Member* const member = join(bond, name, row.said(source, "name"));
  if (member == nullptr) return;
  if (is_dpdk) member->device = device;
  if (is_dpdk && device.empty())
    leave_out(bond, row.said(source, "type"),
              "'" + member->name + "' has no dpdk-devargs: put its device into 'dev'");
  if (!is_dpdk && !type.empty() && type != "system")
    leave_out(bond, row.said(source, "type"),
              "'" + member->name + "' is of a type that is not known here: put its device into 'dev'");
  for (const std::string_view item : items_of(row.value("other_config"))) {
    Said said = row.said(source, "other_config");
    said.words = item;
    const auto pair = split(item, '=');
    const std::string_view ours = pair ? meaning_of(kOtherOfMember, pair->first) : std::string_view{};
    if (ours.empty())
      leave_out(bond, said, kNoCounterpart);
    else
      member->settings.push_back(
          {.key = std::string{ours}, .values = {std::string{unquoted(pair->second)}}, .said = said});
  }
}

void read_port(Bonds& into, const Source& source, const std::vector<Record>& records, const Record& port) {
  Bond& bond = into.bond(port.value("name"));
  read_mode(bond, source, port);
  for (const std::string_view uuid : items_of(port.value("interfaces"))) {
    if (const Record* const row = row_of(records, uuid))
      read_interface(bond, source, *row);
    else
      leave_out(bond, port.said(source, "interfaces"),
                "the name of an interface: add what `ovs-vsctl list interface` prints");
  }
  constexpr auto kDelays =
      std::to_array<Meaning>({{"bond_updelay", "updelay"}, {"bond_downdelay", "downdelay"}});
  for (const auto& [column, parameter] : kDelays)
    if (const std::string_view value = port.value(column); !value.empty() && value != "0")
      say(bond, parameter, value, port.said(source, column));
  if (!port.value("mac").empty()) say(bond, "mac", port.value("mac"), port.said(source, "mac"));
  read_other(bond, source, port);
  constexpr std::array<std::string_view, 9> kOfTheBridge{
      "qos",         "tag",         "trunks", "cvlans", "vlan_mode", "protected", "bond_fake_iface",
      "fake_bridge", "external_ids"};
  for (const std::string_view column : kOfTheBridge)
    if (const std::string_view value = port.value(column); !value.empty() && value != "false")
      leave_out(bond, port.said(source, column), "of the bridge: there is nothing like it here");
}

}  // namespace

void read_openvswitch(Bonds& into, const Source& source) {
  const std::vector<Record> records = records_of(source.text);
  for (const Record& port : records)
    if (items_of(port.value("interfaces")).size() > 1 && !port.value("name").empty())
      read_port(into, source, records, port);
}

}  // namespace lagoon::imports
