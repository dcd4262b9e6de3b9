// Metrics of members under LACP.
#include <array>
#include <utility>

#include "lagoond/metrics/rows.hpp"

namespace lagoon::lagoond {

namespace {

using control::LagStatus;
using control::MemberStatus;
using MemberRow = Row<MemberStatus>;

constexpr std::array kRows = std::to_array<MemberRow>({
    {"lagoon_member_lacpdus_received_total", "LACPDUs that were received on it.", MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.lacp.counters.lacpdu_rx); }},
    {"lagoon_member_lacpdus_sent_total", "LACPDUs that were sent on it.", MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.lacp.counters.lacpdu_tx); }},
    {"lagoon_member_lacpdus_looped_total", "LACPDUs of our own System: the link leads back to us.",
     MetricType::Counter, [](const MemberStatus& m) { return static_cast<double>(m.lacp.counters.looped); }},
    {"lagoon_member_partner_expirations_total", "Times that the Partner was silent for too long.",
     MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.lacp.counters.expirations); }},
    {"lagoon_member_partner_changes_total", "Times that a Partner of another identity spoke.",
     MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.lacp.counters.partner_changes); }},
    {"lagoon_member_selected_changes_total", "Times that Selected changed.", MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.lacp.counters.selected_changes); }},
    {"lagoon_member_actor_churns_total", "Times that we did not come into sync within 60 s.",
     MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.lacp.counters.actor_churns); }},
    {"lagoon_member_partner_churns_total", "Times that the Partner did not come into sync within 60 s.",
     MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.lacp.counters.partner_churns); }},
    {"lagoon_member_markers_received_total", "Markers that the Partner sent.", MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.markers_received); }},
    {"lagoon_member_marker_responses_sent_total", "Markers of the Partner that were answered.",
     MetricType::Counter, [](const MemberStatus& m) { return static_cast<double>(m.marker_responses); }},
});

template <typename State, std::size_t N>
constexpr std::array<std::string_view, N> names() {
  std::array<std::string_view, N> all{};
  for (std::size_t i = 0; i < N; ++i) all[i] = name_of(static_cast<State>(i));
  return all;
}
constexpr auto kSelected = names<lacp::Selected, 3>();
constexpr auto kReceive = names<lacp::ReceiveState, 6>();
constexpr auto kMux = names<lacp::MuxState, 5>();
constexpr auto kReasons = names<lacp::UnselectedReason, lacp::kUnselectedReasons.size()>();

template <typename Action>
void for_each_lacp_member(const Snapshot& snapshot, Action action) {
  for (const LagStatus& s : snapshot.lags) {
    if (control::row_of(s.options.mode).choice != control::Choice::lacp) continue;
    for (const MemberStatus& m : s.members) action(m, Labels{{"lag", s.name}, {"member", m.name}});
  }
}

void add_state_sets(Families& out, const Snapshot& snapshot) {
  auto& mux = add_family(out, "lagoon_member_mux_state", "State of the Mux machine: 1 for the one it is in.",
                         MetricType::Gauge);
  for_each_lacp_member(snapshot, [&](const MemberStatus& m, const Labels& labels) {
    add_states(mux, labels, "state", kMux, static_cast<std::size_t>(m.lacp.mux));
  });
  auto& receive = add_family(out, "lagoon_member_receive_state",
                             "State of the Receive machine: 1 for the one it is in.", MetricType::Gauge);
  for_each_lacp_member(snapshot, [&](const MemberStatus& m, const Labels& labels) {
    add_states(receive, labels, "state", kReceive, static_cast<std::size_t>(m.lacp.receive));
  });
  auto& selected = add_family(out, "lagoon_member_selected",
                              "Outcome of the Selection Logic: 1 for the one that holds.", MetricType::Gauge);
  for_each_lacp_member(snapshot, [&](const MemberStatus& m, const Labels& labels) {
    add_states(selected, labels, "state", kSelected, static_cast<std::size_t>(m.lacp.selected));
  });
  auto& reason = add_family(out, "lagoon_member_unselected_reason",
                            "Why it is not SELECTED: 1 for the reason that holds.", MetricType::Gauge);
  for_each_lacp_member(snapshot, [&](const MemberStatus& m, const Labels& labels) {
    add_states(reason, labels, "reason", kReasons, static_cast<std::size_t>(m.lacp.reason));
  });
}

void add_bits(prometheus::MetricFamily& family, const Labels& labels, std::uint8_t octet) {
  for (std::size_t bit = 0; bit < lacp::kStateBitNames.size(); ++bit) {
    Labels with = labels;
    with.push_back({"bit", std::string{lacp::kStateBitNames[bit]}});
    add_sample(family, std::move(with), octet >> bit & 1);
  }
}

void add_state_bits(Families& out, const Snapshot& snapshot) {
  auto& actor =
      add_family(out, "lagoon_member_actor_state", "Bits of our own LACP state octet.", MetricType::Gauge);
  for_each_lacp_member(snapshot, [&](const MemberStatus& m, const Labels& labels) {
    add_bits(actor, labels, m.lacp.actor.state);
  });
  auto& partner = add_family(out, "lagoon_member_partner_state",
                             "Bits of the Partner's LACP state octet, as it is recorded.", MetricType::Gauge);
  for_each_lacp_member(snapshot, [&](const MemberStatus& m, const Labels& labels) {
    add_bits(partner, labels, m.lacp.partner.state);
  });
}

}  // namespace

void add_lacp_families(Families& out, const Snapshot& snapshot) {
  auto& info =
      add_family(out, "lagoon_member_partner_info", "Who the Partner is; always 1.", MetricType::Gauge);
  for_each_lacp_member(snapshot, [&](const MemberStatus& m, Labels labels) {
    labels.push_back({"partner_system", to_string(m.lacp.partner.system)});
    labels.push_back({"partner_key", std::to_string(m.lacp.partner.key)});
    labels.push_back({"partner_port", std::to_string(m.lacp.partner.port_number)});
    labels.push_back({"actor_key", std::to_string(m.lacp.actor.key)});
    labels.push_back({"actor_port", std::to_string(m.lacp.actor.port_number)});
    add_sample(info, std::move(labels), 1);
  });
  for (const MemberRow& row : kRows) {
    auto& family = add_family(out, row.name, row.help, row.type);
    for_each_lacp_member(snapshot, [&](const MemberStatus& m, Labels labels) {
      add_sample(family, std::move(labels), row.value(m));
    });
  }
  add_state_sets(out, snapshot);
  add_state_bits(out, snapshot);
}

}  // namespace lagoon::lagoond
