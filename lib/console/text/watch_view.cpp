#include "console/text/watch_view.hpp"

#include <algorithm>
#include <cmath>

#include "console/text/text_table.hpp"
#include "console/text/units_text.hpp"
#include "control/views/words.hpp"

namespace lagoon::console {

namespace {

using control::LagStatus;
using control::MemberStatus;
using control::Traffic;

// In a second.
struct Rates {
  double rx_packets = 0;
  double rx_bits = 0;
  double tx_packets = 0;
  double tx_bits = 0;
};

double rate(std::uint64_t before, std::uint64_t after, double seconds) {
  // (a member that was added anew counts from 0)
  return after < before ? 0 : static_cast<double>(after - before) / seconds;
}

Rates rates_between(const Traffic& before, const Traffic& after, double seconds) {
  return {.rx_packets = rate(before.rx_packets, after.rx_packets, seconds),
          .rx_bits = 8 * rate(before.rx_bytes, after.rx_bytes, seconds),
          .tx_packets = rate(before.tx_packets, after.tx_packets, seconds),
          .tx_bits = 8 * rate(before.tx_bytes, after.tx_bytes, seconds)};
}

const MemberStatus* find(const LagStatus* lag, const std::string& member) {
  if (lag == nullptr) return nullptr;
  const auto found = std::ranges::find(lag->members, member, &MemberStatus::name);
  return found == lag->members.end() ? nullptr : &*found;
}

std::string bar(double share) {
  constexpr std::size_t kWidth = 20;
  share = std::clamp(share, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(std::lround(share * kWidth));
  return "[" + std::string(full, '#') + std::string(kWidth - full, '.') + "] " +
         control::views::fixed_point(share * 100, 0) + "%";
}

// "drained", "link down", or that it carries traffic.
std::string state_of(const LagStatus& lag, const MemberStatus& member) {
  const std::string why = control::why_out(lag, member);
  return !why.empty() ? why : member.active ? "active" : "in use";
}

std::string head_of(const LagStatus& lag, const Rates* sum) {
  std::string text = lag.name + ": " + (lag.up ? "up" : "down") + ", " + lag.mode + ", " +
                     std::to_string(lag.distributing_members) + " of " + std::to_string(lag.members.size()) +
                     " members distributing";
  if (sum != nullptr)
    text += ", rx " + scaled(sum->rx_packets) + "pps " + scaled(sum->rx_bits) + "bit/s, tx " +
            scaled(sum->tx_packets) + "pps " + scaled(sum->tx_bits) + "bit/s";
  return text + (lag.moves.under_way ? ", moving conversations\n" : "\n");
}

// Where a member has no speed, its bar is its share of what the LAG sends.
std::string lag_view(const LagStatus* before, const LagStatus& after) {
  const double seconds =
      before == nullptr ? 0 : std::chrono::duration<double>(after.taken - before->taken).count();
  const bool measured = seconds > 0;
  std::vector<Rates> rates(after.members.size());
  Rates sum;
  for (std::size_t i = 0; measured && i < rates.size(); ++i) {
    const MemberStatus* const was = find(before, after.members[i].name);
    if (was == nullptr) continue;
    rates[i] = rates_between(was->traffic, after.members[i].traffic, seconds);
    sum.rx_packets += rates[i].rx_packets;
    sum.rx_bits += rates[i].rx_bits;
    sum.tx_packets += rates[i].tx_packets;
    sum.tx_bits += rates[i].tx_bits;
  }
  TextTable table{{"member", "link", "state", "tx load", "tx pps", "tx bit/s", "rx pps", "rx bit/s"}};
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const MemberStatus& m = after.members[i];
    const auto speed = static_cast<double>(m.link.speed.value());
    const double whole = speed > 0 ? speed : sum.tx_bits;
    std::vector<std::string> row{m.name, link_words(m.link), state_of(after, m)};
    if (measured)
      row.insert(row.end(),
                 {bar(whole > 0 ? rates[i].tx_bits / whole : 0), scaled(rates[i].tx_packets),
                  scaled(rates[i].tx_bits), scaled(rates[i].rx_packets), scaled(rates[i].rx_bits)});
    else
      row.insert(row.end(), {"-", "-", "-", "-", "-"});
    table.add(std::move(row));
  }
  return head_of(after, measured ? &sum : nullptr) + table.text(2) + control::evidence_lines(after, 2);
}

}  // namespace

std::string watch_view(std::span<const LagStatus> before, std::span<const LagStatus> after) {
  std::string text;
  for (const LagStatus& lag : after) {
    const auto was = std::ranges::find(before, lag.name, &LagStatus::name);
    text += lag_view(was == before.end() ? nullptr : &*was, lag);
  }
  return text;
}

}  // namespace lagoon::console
