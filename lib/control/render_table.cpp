#include "control/render_table.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace lagoon::control {

namespace {

using Row = std::vector<std::string>;

std::string speed_text(const LinkState& link) {
  if (!link.up) return "down";
  const std::uint64_t megabits = to_mbps(link.speed);
  if (megabits == 0) return "up";
  if (megabits % 1000 == 0) return "up " + std::to_string(megabits / 1000) + "G";
  return "up " + std::to_string(megabits) + "M";
}

// The letters of tcpdump and of the standard's own abbreviations: ATGSCDFE, '-' where a bit is off.
std::string state_letters(std::uint8_t octet) {
  constexpr std::string_view letters = "ATGSCDFE";
  std::string text;
  for (std::size_t bit = 0; bit < letters.size(); ++bit) text += (octet >> bit & 1) != 0 ? letters[bit] : '-';
  return text;
}

std::string share_text(std::uint32_t buckets, std::uint32_t all) {
  if (all == 0) return "-";
  return std::to_string((buckets * 100 + all / 2) / all) + "%";
}

Row member_row(const MemberStatus& m, std::uint32_t all_buckets) {
  const lacp::PortView& v = m.lacp;
  const bool why = v.selected != lacp::Selected::selected;
  return {"  " + m.name,
          speed_text(v.link),
          std::string{name_of(v.selected)} + (why ? " (" + std::string{name_of(v.reason)} + ")" : ""),
          std::string{name_of(v.mux)},
          state_letters(v.actor.state),
          state_letters(v.partner.state),
          v.partner.system.is_zero() ? "-" : to_string(v.partner.system),
          std::to_string(v.partner.key),
          share_text(m.buckets, all_buckets),
          std::to_string(m.traffic.rx_packets),
          std::to_string(m.traffic.tx_packets)};
}

void append_aligned(std::string& text, const std::vector<Row>& rows) {
  std::vector<std::size_t> width;
  for (const Row& row : rows) {
    width.resize(std::max(width.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(width[i] - row[i].size() + 2, ' ');
    }
    text += line + "\n";
  }
}

void append_lag(std::string& text, const LagStatus& lag) {
  text += lag.name + ": " + (lag.up ? "up" : "down") + ", " + lag.mode + ", hash " + lag.hash + ", " +
          std::to_string(lag.distributing_members) + " of " + std::to_string(lag.members.size()) +
          " members distributing, address " + to_string(lag.address) + "\n";
  if (lag.lag_id != lacp::LagId{}) text += "  LAG ID " + to_string(lag.lag_id) + "\n";
  std::uint32_t all_buckets = 0;
  for (const MemberStatus& m : lag.members) all_buckets += m.buckets;
  std::vector<Row> rows{{"  member", "link", "selected", "mux", "actor", "partner", "partner system", "key",
                         "share", "rx", "tx"}};
  for (const MemberStatus& m : lag.members) rows.push_back(member_row(m, all_buckets));
  append_aligned(text, rows);
  std::string drops;
  for (const NamedCount& d : lag.drops)
    if (d.count != 0) drops += " " + std::string{d.name} + "=" + std::to_string(d.count);
  text += "  drops:" + (drops.empty() ? std::string{" none"} : drops) + "\n";
}

}  // namespace

std::string render_table(std::span<const LagStatus> lags) {
  std::string text;
  for (const LagStatus& lag : lags) append_lag(text, lag);
  return text;
}

}  // namespace lagoon::control
