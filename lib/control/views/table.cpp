// Our own view: a line of the LAG, a line of each member. A column is there when the mode, or a monitor that
// is in use, has something to say in it.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "control/status/fields.hpp"
#include "control/views/renderers.hpp"
#include "control/views/words.hpp"

namespace lagoon::control::views {

namespace {

using Row = std::vector<std::string>;

std::string speed_text(std::uint64_t megabits) {
  if (megabits == 0) return {};
  if (megabits % 1000 == 0) return " " + std::to_string(megabits / 1000) + "G";
  return " " + std::to_string(megabits) + "M";
}

std::string link_text(const LagStatus&, const MemberStatus& m) {
  if (!m.link.up) return "down";
  return "up" + speed_text(to_mbps(m.link.speed)) + (m.link.full_duplex ? "" : " half");
}

// What the member does now, or why it does nothing.
std::string state_text(const LagStatus& lag, const MemberStatus& m) {
  if (const std::string why = why_out(lag, m); !why.empty()) return why;
  if (m.active) return "active";
  return m.mii == failover::DebouncedLink::going_down ? "in use (going down)" : "in use";
}

std::string priority_text(const LagStatus&, const MemberStatus& m) {
  return std::to_string(m.priority);
}

std::string selected_text(const LagStatus&, const MemberStatus& m) {
  return std::string{name_of(m.lacp.selected)};
}

std::string mux_text(const LagStatus&, const MemberStatus& m) {
  return std::string{name_of(m.lacp.mux)};
}

std::string actor_text(const LagStatus&, const MemberStatus& m) {
  return state_letters(m.lacp.actor.state);
}

std::string partner_text(const LagStatus&, const MemberStatus& m) {
  return state_letters(m.lacp.partner.state);
}

std::string partner_system_text(const LagStatus&, const MemberStatus& m) {
  return m.lacp.partner.system.is_zero() ? "-" : to_string(m.lacp.partner.system);
}

std::string partner_key_text(const LagStatus&, const MemberStatus& m) {
  return std::to_string(m.lacp.partner.key);
}

std::string answers_text(const LagStatus&, const MemberStatus& m) {
  if (!m.health) return "-";
  return std::to_string(m.health->answers) + "/" + std::to_string(m.health->probes_sent);
}

std::string holds_text(const LagStatus&, const MemberStatus& m) {
  return std::to_string(m.holds);
}

std::string clients_text(const LagStatus& lag, const MemberStatus& m) {
  const auto mine = std::ranges::count_if(lag.clients, [&](const balance::Client& client) {
    const std::size_t at = client.member.value();
    return at < lag.members.size() && &lag.members[at] == &m;
  });
  return std::to_string(mine);
}

std::string load_text(const LagStatus&, const MemberStatus& m) {
  const std::uint64_t kilobits = m.load_octets_s * 8 / 1000;
  return std::to_string(kilobits / 1000) + "." + std::to_string(kilobits % 1000 / 100) + " Mb/s";
}

std::string weight_text(const LagStatus&, const MemberStatus& m) {
  return fixed_point(m.weight.left, 1) + " of " + fixed_point(m.weight.whole, 1);
}

std::string conversations_text(const LagStatus&, const MemberStatus& m) {
  return std::to_string(m.conversations);
}

std::string share_text(const LagStatus& lag, const MemberStatus& m) {
  std::uint32_t all = 0;
  for (const MemberStatus& each : lag.members) all += each.buckets;
  return all == 0 ? "-" : std::to_string((m.buckets * 100 + all / 2) / all) + "%";
}

std::string placed_text(const LagStatus&, const MemberStatus& m) {
  return std::to_string(m.placed_buckets);
}

std::string failures_text(const LagStatus&, const MemberStatus& m) {
  return std::to_string(m.link_failures);
}

std::string address_text(const LagStatus&, const MemberStatus& m) {
  return to_string(m.carries);
}

std::string rx_text(const LagStatus&, const MemberStatus& m) {
  return std::to_string(m.traffic.rx_packets);
}

std::string tx_text(const LagStatus&, const MemberStatus& m) {
  return std::to_string(m.traffic.tx_packets);
}

bool always(const LagStatus&) noexcept {
  return true;
}
bool has_priorities(const LagStatus& lag) noexcept {
  return std::ranges::any_of(lag.members, [](const MemberStatus& m) { return m.priority != 0; });
}
bool runs_lacp(const LagStatus& lag) noexcept {
  return row_of(lag).choice == Choice::lacp;
}
bool asks_targets(const LagStatus& lag) noexcept {
  return std::ranges::any_of(lag.members, [](const MemberStatus& m) { return m.health.has_value(); });
}
bool damps(const LagStatus& lag) noexcept {
  return lag.options.damping.enabled;
}
bool balances_receiving(const LagStatus& lag) noexcept {
  return row_of(lag).receive == ReceiveBalance::arp;
}
bool moves_by_load(const LagStatus& lag) noexcept {
  return is_weighted(lag) || lag.rebalancing.enabled;
}
bool counts_conversations(const LagStatus& lag) noexcept {
  return lag.conversations.has_value();
}
bool measures_load(const LagStatus& lag) noexcept {
  if (moves_by_load(lag)) return true;
  return row_of(lag).distribution == table::Distribution::adaptive && lag.options.adaptive.load.dynamic;
}
bool hashes(const LagStatus& lag) noexcept {
  const ModeRow& row = row_of(lag);
  return row.distribution == table::Distribution::flow_hash && row.choice != Choice::active_backup;
}
bool has_placed(const LagStatus& lag) noexcept {
  return std::ranges::any_of(lag.members, [](const MemberStatus& m) { return m.placed_buckets != 0; });
}
bool addresses_differ(const LagStatus& lag) noexcept {
  return row_of(lag).addresses != Addresses::same;
}

struct Column {
  std::string_view title;
  bool (*shown)(const LagStatus&) noexcept;
  std::string (*text)(const LagStatus&, const MemberStatus&);
};
constexpr std::array<Column, 21> kColumns{{{"link", always, link_text},
                                           {"state", always, state_text},
                                           {"prio", has_priorities, priority_text},
                                           {"selected", runs_lacp, selected_text},
                                           {"mux", runs_lacp, mux_text},
                                           {"actor", runs_lacp, actor_text},
                                           {"partner", runs_lacp, partner_text},
                                           {"partner system", runs_lacp, partner_system_text},
                                           {"key", runs_lacp, partner_key_text},
                                           {"address", addresses_differ, address_text},
                                           {"answers", asks_targets, answers_text},
                                           {"clients", balances_receiving, clients_text},
                                           {"load", measures_load, load_text},
                                           {"weight left", is_weighted, weight_text},
                                           {"conversations", counts_conversations, conversations_text},
                                           {"share", hashes, share_text},
                                           {"placed", has_placed, placed_text},
                                           {"failures", always, failures_text},
                                           {"holds", damps, holds_text},
                                           {"rx", always, rx_text},
                                           {"tx", always, tx_text}}};

void append_aligned(std::string& text, const std::vector<Row>& rows) {
  std::vector<std::size_t> width;
  for (const Row& row : rows) {
    width.resize(std::max(width.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) line += padded(row[i], width[i] + 2);
    text += line + row.back() + "\n";
  }
}

std::string head(const LagStatus& lag) {
  std::string text = lag.name + ": " + (lag.up ? "up" : "down") + ", " + lag.mode;
  if (is_weighted(lag)) text += ", weighted by " + std::string{name_of(lag.options.weighted.by)};
  if (hashes(lag)) text += ", hash " + lag.hash;
  text += ", " + std::to_string(lag.distributing_members) + " of " + std::to_string(lag.members.size()) +
          " members distributing";
  if (lag.fallback) text += " (fallback: no partner)";
  if (row_of(lag).has_active) {
    const auto name = [&lag](std::optional<std::size_t> at) {
      return at && *at < lag.members.size() ? lag.members[*at].name : std::string{"none"};
    };
    text += ", active " + name(lag.active) + ", primary " + name(lag.primary) + ", " +
            std::to_string(lag.failovers) + " failovers";
  }
  return text + ", address " + to_string(lag.address) + "\n";
}

// "1.25 ms".
std::string milliseconds_text(Duration d) {
  return fixed_point(static_cast<double>(d.count()) / 1e6, 3) + " ms";
}

void append_load(std::string& text, const LagStatus& lag) {
  if (const auto& c = lag.conversations)
    text += "  conversations: " + std::to_string(c->live) + " live, room for " + std::to_string(c->room) +
            " in " + std::to_string(c->octets) + " octets, " + std::to_string(c->begun) + " begun, " +
            std::to_string(c->ended) + " ended, " + std::to_string(c->pushed_out) + " pushed out, " +
            std::to_string(c->moved) + " moved, " + std::to_string(c->frames_without) +
            " frames without an entry\n";
  for (const ClassStatus& c : lag.classes)
    text += "  class " + c.name + ": " + std::to_string(c.out_packets) + " sent, " +
            std::to_string(c.depth_packets) + " wait (at most " + std::to_string(c.highest_packets) +
            "), dropped " + std::to_string(c.queue_full) + " queue full, " + std::to_string(c.rate_exceeded) +
            " above the rate, " + std::to_string(c.member_lost) + " member lost; " +
            std::to_string(c.marked) + " marked\n";
  if (const auto& r = lag.rebalancing.counters; lag.rebalancing.enabled)
    text += "  rebalancing: the busiest member has " + fixed_point(r.imbalance, 2) + " times its share, " +
            std::to_string(r.bucket_moves) +
            " buckets moved, large conversations with an entry of their own: " +
            std::to_string(lag.rebalancing.pins) + "\n";
  if (const auto& m = lag.moves.counters; moves_by_load(lag))
    text += "  moves: " + std::to_string(m.begun) + " begun" +
            (lag.moves.under_way ? " (one is under way)" : "") + ", " + std::to_string(m.by_marker) +
            " released by Markers, " + std::to_string(m.by_time) + " by time, " + std::to_string(m.at_gaps) +
            " at gaps, " + std::to_string(m.overflowed) + " without room; longest pause " +
            milliseconds_text(m.longest_pause) + "\n";
}

}  // namespace

std::string table_text(const LagStatus& lag) {
  std::string text = head(lag);
  if (runs_lacp(lag) && lag.lag_id != lacp::LagId{}) text += "  LAG ID " + to_string(lag.lag_id) + "\n";
  std::vector<Row> rows{{"  member"}};
  for (const MemberStatus& m : lag.members) rows.push_back({"  " + m.name});
  for (const Column& column : kColumns) {
    if (!column.shown(lag)) continue;
    rows[0].emplace_back(column.title);
    for (std::size_t i = 0; i < lag.members.size(); ++i)
      rows[i + 1].push_back(column.text(lag, lag.members[i]));
  }
  append_aligned(text, rows);
  text += evidence_lines(lag, 2);
  for_each_wiring(lag, [&text](const WiringOf& of) {
    text += "  wiring of " + of.member.name + ": " + of.wiring.sentence + "\n";
  });
  append_load(text, lag);
  std::string drops;
  for (const NamedCount& d : lag.drops)
    if (d.count != 0) drops += " " + std::string{d.name} + "=" + std::to_string(d.count);
  return text + "  drops:" + (drops.empty() ? std::string{" none"} : drops) + "\n";
}

}  // namespace lagoon::control::views
