// The fields of a member.
#include "control/status/fields.hpp"
#include "control/status/reasons.hpp"

namespace lagoon::control {

namespace {

using M = const MemberOf&;
using enum Kind;

// Between then and the time of the status; where it has never been, it does not apply.
Value age(M m, Instant then) {
  return then == Instant{} ? Value{} : Value{m.lag.taken - then};
}

Value state_words(std::uint8_t octet) {
  Words words;
  for (std::size_t bit = 0; bit < lacp::kStateBitNames.size(); ++bit)
    if ((octet >> bit & 1) != 0) words.push_back(lacp::kStateBitNames[bit]);
  return words;
}

Value reason_out(M m) {
  std::string why = why_out(m.lag, m.member);
  return why.empty() ? Value{} : Value{std::move(why)};
}

template <typename State, std::size_t N>
constexpr std::array<std::string_view, N> names_of() {
  std::array<std::string_view, N> all{};
  for (std::size_t i = 0; i < N; ++i) all[i] = name_of(static_cast<State>(i));
  return all;
}
constexpr auto kSelected = names_of<lacp::Selected, 3>();
constexpr auto kReceive = names_of<lacp::ReceiveState, 6>();
constexpr auto kMux = names_of<lacp::MuxState, 5>();
constexpr auto kReasons = names_of<lacp::UnselectedReason, lacp::kUnselectedReasons.size()>();

constexpr std::array kMemberRows = std::to_array<Field<MemberOf>>({
    {"name", text, Unit::none, [](M m) -> Value { return m.member.name; }, "Name of the member."},
    {"port", text, Unit::none, [](M m) -> Value { return m.member.port; }, "What it is to DPDK: the name of its port.",
     {.metric = "info", .metric_help = "What the member is; always 1.", .label = "port"}},
    {"address", text, Unit::none, [](M m) -> Value { return to_string(m.member.address); },
     "The port's own MAC address.", {.metric = "info", .label = "address"}},
    {"carries", text, Unit::none, [](M m) -> Value { return to_string(m.member.carries); },
     "The MAC address that the port has now."},
    {"priority", number, Unit::none, [](M m) -> Value { return m.member.priority; }, "Its priority."},
    {"administration", word, Unit::none, [](M m) -> Value { return name_of(m.member.administration); },
     "What the operator wants of it.", {.metric = "info", .label = "administration"}},
    {"link", group, Unit::none, [](M) -> Value { return true; }, "The link, as the port says."},
    {"link.up", flag, Unit::none, [](M m) -> Value { return m.member.link.up; }, "Whether the port has a link.",
     {.metric = "link_up", .xstat = "link_up"}},
    {"link.speed_mbps", number, Unit::mbps,
     [](M m) { return to_mbps(m.member.link.speed) == 0 ? Value{} : Value{to_mbps(m.member.link.speed)}; },
     "Speed of the link, or what was set instead.",
     {.metric = "speed_bytes_per_second", .xstat = "speed_mbps"}},
    {"link.full_duplex", flag, Unit::none, [](M m) -> Value { return m.member.link.full_duplex; },
     "Whether the link is full duplex."},
    {"mii", word, Unit::none, [](M m) -> Value { return name_of(m.member.mii); },
     "The link after updelay and downdelay."},
    {"works", flag, Unit::none, [](M m) -> Value { return m.member.works; },
     "Whether all monitors agree, and the operator has not disabled it.",
     {.metric = "works", .xstat = "works"}},
    {"active", flag, Unit::none, [](M m) -> Value { return m.member.active; },
     "Whether it is the active member, in modes that have one.", {.metric = "active", .xstat = "active"}},
    {"collecting", flag, Unit::none, [](M m) -> Value { return m.member.collecting; },
     "Whether frames that it receives are taken.", {.metric = "collecting", .xstat = "collecting"}},
    {"distributing", flag, Unit::none, [](M m) -> Value { return m.member.distributing; },
     "Whether frames are sent on it.", {.metric = "distributing", .xstat = "distributing"}},
    {"why_out", text, Unit::none, reason_out, "Why nothing is sent on it."},
    {"held_down_for_ms", time, Unit::ms, [](M m) -> Value { return m.member.held_down_for; },
     "How long flap damping will hold it down."},
    {"held_down", flag, Unit::none, [](M m) -> Value { return m.member.held_down_for.has_value(); },
     "Whether flap damping holds it down now.", {.metric = "held_down", .in_tree = false}},
    {"holds", counter, Unit::none, [](M m) -> Value { return m.member.holds; },
     "Times that flap damping held it down.", {.metric = "holds_total", .xstat = "holds"}},
    {"health", group, Unit::none, [](M m) { return applies_if(m.member.health.has_value()); },
     "What the target monitor finds."},
    {"health.alive", flag, Unit::none, [](M m) -> Value { return m.member.health->alive; },
     "Whether the target monitor holds it for alive.", {.metric = "targets_answer", .xstat = "targets_answer"}},
    {"health.why", word, Unit::none, [](M m) -> Value { return name_of(m.member.health->why); },
     "Why it is not alive."},
    {"health.since_heard_ms", time, Unit::ms, [](M m) { return age(m, m.member.health->last_heard); },
     "Time since something that counts was heard."},
    {"health.since_answered_ms", time, Unit::ms, [](M m) { return age(m, m.member.health->last_answered); },
     "Time since a probe was answered."},
    {"health.probes_sent", counter, Unit::frames, [](M m) -> Value { return m.member.health->probes_sent; },
     "Probes that the target monitor sent.", {.metric = "probes_sent_total", .xstat = "probes_sent"}},
    {"health.answers", counter, Unit::frames, [](M m) -> Value { return m.member.health->answers; },
     "Answers to probes of the target monitor.", {.metric = "probe_answers_total", .xstat = "probe_answers"}},
    {"load_octets_per_s", number, Unit::octets_per_s, [](M m) -> Value { return m.member.load_octets_s; },
     "What is sent on it now, where that is measured; else 0.",
     {.metric = "load_bytes_per_second", .xstat = "load_octets_per_s"}},
    {"capacity_mbps", number, Unit::mbps, [](M m) -> Value { return m.member.capacity_mbps; },
     "What its share goes by.", {.metric = "capacity_bytes_per_second", .xstat = "capacity_mbps"}},
    {"weight", decimal, Unit::none, [](M m) { return is_weighted(m.lag) ? Value{m.member.weight} : Value{}; },
     "Its capacity in units, where conversations are placed by load."},
    {"weight_left", decimal, Unit::none,
     [](M m) { return is_weighted(m.lag) ? Value{m.member.weight_left} : Value{}; },
     "What of its weight is not used now."},
    {"conversations", number, Unit::none,
     [](M m) { return is_weighted(m.lag) ? Value{m.member.conversations} : Value{}; },
     "Conversations on it, where each is placed by load.",
     {.metric = "conversations", .xstat = "conversations"}},
    {"queued_packets", number, Unit::frames, [](M m) -> Value { return m.member.queued_packets; },
     "Frames of all traffic classes that wait in front of it.",
     {.metric = "queued_frames", .xstat = "queued_packets"}},
    {"traffic", group, Unit::none, [](M) -> Value { return true; }, "What went over it."},
    {"traffic.rx_packets", counter, Unit::frames, [](M m) -> Value { return m.member.traffic.rx_packets; },
     "Frames that were received from it and delivered.",
     {.metric = "receive_frames_total", .xstat = "rx_packets"}},
    {"traffic.rx_bytes", counter, Unit::octets, [](M m) -> Value { return m.member.traffic.rx_bytes; },
     "Octets of the frames that were received from it and delivered.",
     {.metric = "receive_bytes_total", .xstat = "rx_bytes"}},
    {"traffic.tx_packets", counter, Unit::frames, [](M m) -> Value { return m.member.traffic.tx_packets; },
     "Frames that were sent on it.", {.metric = "transmit_frames_total", .xstat = "tx_packets"}},
    {"traffic.tx_bytes", counter, Unit::octets, [](M m) -> Value { return m.member.traffic.tx_bytes; },
     "Octets of the frames that were sent on it.", {.metric = "transmit_bytes_total", .xstat = "tx_bytes"}},
    {"traffic.rx_ignored_packets", counter, Unit::frames,
     [](M m) -> Value { return m.member.traffic.rx_ignored; },
     "Frames that were heard on it and not delivered, for whatever reason.",
     {.metric = "receive_ignored_frames_total", .xstat = "rx_ignored"}},
    {"buckets", number, Unit::none, [](M m) -> Value { return m.member.buckets; },
     "Buckets of the distribution table that are on it.", {.metric = "buckets", .xstat = "buckets"}},
    {"placed_buckets", number, Unit::none, [](M m) -> Value { return m.member.placed_buckets; },
     "Buckets that the operator has placed on it.", {.metric = "placed_buckets", .xstat = "placed_buckets"}},
    {"link_failures", counter, Unit::none, [](M m) -> Value { return m.member.link_failures; },
     "Times that it ceased to work.", {.metric = "link_failures_total", .xstat = "link_failures"}},
    {"markers_received", counter, Unit::frames, [](M m) -> Value { return m.member.markers_received; },
     "Markers that the Partner sent.", {.metric = "markers_received_total", .xstat = "markers_rx"}},
    {"marker_responses", counter, Unit::frames, [](M m) -> Value { return m.member.marker_responses; },
     "Markers of the Partner that were answered.",
     {.metric = "marker_responses_sent_total", .xstat = "marker_responses_tx"}},
    {"since_change_ms", time, Unit::ms, [](M m) -> Value { return m.member.since_change; },
     "When it last began or ceased to work or to distribute, or its Partner changed, as Unix time.",
     {.metric = "last_change_timestamp_seconds"}},
    {"lacp", group, Unit::none, [](M m) { return applies_if(row_of(m.lag).choice == Choice::lacp); },
     "What LACP knows of it."},
    {"lacp.selected", word, Unit::none, [](M m) -> Value { return name_of(m.member.lacp.selected); },
     "Outcome of the Selection Logic: 1 for the one that holds.",
     {.metric = "selected", .label = "state", .words = kSelected}},
    {"lacp.unselected_reason", word, Unit::none, [](M m) -> Value { return name_of(m.member.lacp.reason); },
     "Why it is not SELECTED: 1 for the reason that holds.",
     {.metric = "unselected_reason", .label = "reason", .words = kReasons}},
    {"lacp.receive_state", word, Unit::none, [](M m) -> Value { return name_of(m.member.lacp.receive); },
     "State of the Receive machine: 1 for the one it is in.",
     {.metric = "receive_state", .label = "state", .words = kReceive}},
    {"lacp.periodic_state", word, Unit::none, [](M m) -> Value { return name_of(m.member.lacp.periodic); },
     "State of the Periodic Transmission machine."},
    {"lacp.mux_state", word, Unit::none, [](M m) -> Value { return name_of(m.member.lacp.mux); },
     "State of the Mux machine: 1 for the one it is in.",
     {.metric = "mux_state", .label = "state", .words = kMux}},
    {"lacp.actor_churn", word, Unit::none, [](M m) -> Value { return name_of(m.member.lacp.actor_churn); },
     "State of the Churn machine for our end."},
    {"lacp.partner_churn", word, Unit::none, [](M m) -> Value { return name_of(m.member.lacp.partner_churn); },
     "State of the Churn machine for the Partner's end."},
    {"lacp.actor", group, Unit::none, [](M) -> Value { return true; }, "Our end, as our LACPDUs say it."},
    {"lacp.actor.system_priority", number, Unit::none,
     [](M m) -> Value { return m.member.lacp.actor.system_priority; }, "Our System Priority."},
    {"lacp.actor.system", text, Unit::none, [](M m) -> Value { return to_string(m.member.lacp.actor.system); },
     "Our System."},
    {"lacp.actor.key", number, Unit::none, [](M m) -> Value { return m.member.lacp.actor.key; }, "Our key.",
     {.metric = "partner_info", .metric_help = "Who the Partner is; always 1.", .label = "actor_key"}},
    {"lacp.actor.port_priority", number, Unit::none,
     [](M m) -> Value { return m.member.lacp.actor.port_priority; }, "Our port's priority."},
    {"lacp.actor.port_number", number, Unit::none,
     [](M m) -> Value { return m.member.lacp.actor.port_number; }, "Our port's number.",
     {.metric = "partner_info", .label = "actor_port"}},
    {"lacp.actor.state_octet", number, Unit::none, [](M m) -> Value { return m.member.lacp.actor.state; },
     "Our LACP state octet."},
    {"lacp.actor.state", words, Unit::none, [](M m) { return state_words(m.member.lacp.actor.state); },
     "Bits of our own LACP state octet.",
     {.metric = "actor_state", .label = "bit", .words = lacp::kStateBitNames}},
    {"lacp.partner", group, Unit::none, [](M) -> Value { return true; }, "The Partner's end, as it is recorded."},
    {"lacp.partner.system_priority", number, Unit::none,
     [](M m) -> Value { return m.member.lacp.partner.system_priority; }, "The Partner's System Priority."},
    {"lacp.partner.system", text, Unit::none,
     [](M m) -> Value { return to_string(m.member.lacp.partner.system); }, "The Partner's System.",
     {.metric = "partner_info", .label = "partner_system"}},
    {"lacp.partner.key", number, Unit::none, [](M m) -> Value { return m.member.lacp.partner.key; },
     "The Partner's key.", {.metric = "partner_info", .label = "partner_key"}},
    {"lacp.partner.port_priority", number, Unit::none,
     [](M m) -> Value { return m.member.lacp.partner.port_priority; }, "The Partner's port's priority."},
    {"lacp.partner.port_number", number, Unit::none,
     [](M m) -> Value { return m.member.lacp.partner.port_number; }, "The Partner's port's number.",
     {.metric = "partner_info", .label = "partner_port"}},
    {"lacp.partner.state_octet", number, Unit::none, [](M m) -> Value { return m.member.lacp.partner.state; },
     "The Partner's LACP state octet, as it is recorded."},
    {"lacp.partner.state", words, Unit::none, [](M m) { return state_words(m.member.lacp.partner.state); },
     "Bits of the Partner's LACP state octet, as it is recorded.",
     {.metric = "partner_state", .label = "bit", .words = lacp::kStateBitNames}},
    {"lacp.lag_id", text, Unit::none,
     [](M m) { return m.member.lacp.lag_id == lacp::LagId{} ? Value{} : Value{to_string(m.member.lacp.lag_id)}; },
     "The link's LAG ID."},
    {"lacp.collecting", flag, Unit::none, [](M m) -> Value { return m.member.lacp.collecting; },
     "Whether the port collects."},
    {"lacp.distributing", flag, Unit::none, [](M m) -> Value { return m.member.lacp.distributing; },
     "Whether the port distributes."},
    {"lacp.since_change_ms", time, Unit::ms, [](M m) { return age(m, m.member.lacp.last_change); },
     "Time since Selected, the Mux machine or the Partner's identity changed."},
    {"lacp.since_received_ms", time, Unit::ms, [](M m) { return age(m, m.member.lacp.last_received); },
     "Time since the last LACPDU that was acted on."},
    {"lacp.counters", group, Unit::none, [](M) -> Value { return true; }, "What LACP counts."},
    {"lacp.counters.lacpdu_rx", counter, Unit::frames,
     [](M m) -> Value { return m.member.lacp.counters.lacpdu_rx; }, "LACPDUs that were received on it.",
     {.metric = "lacpdus_received_total", .xstat = "lacpdu_rx"}},
    {"lacp.counters.lacpdu_tx", counter, Unit::frames,
     [](M m) -> Value { return m.member.lacp.counters.lacpdu_tx; }, "LACPDUs that were sent on it.",
     {.metric = "lacpdus_sent_total", .xstat = "lacpdu_tx"}},
    {"lacp.counters.looped", counter, Unit::frames,
     [](M m) -> Value { return m.member.lacp.counters.looped; },
     "LACPDUs of our own System: the link leads back to us.",
     {.metric = "lacpdus_looped_total", .xstat = "lacpdu_looped"}},
    {"lacp.counters.selected_changes", counter, Unit::none,
     [](M m) -> Value { return m.member.lacp.counters.selected_changes; }, "Times that Selected changed.",
     {.metric = "selected_changes_total", .xstat = "lacp_selected_changes"}},
    {"lacp.counters.expirations", counter, Unit::none,
     [](M m) -> Value { return m.member.lacp.counters.expirations; },
     "Times that the Partner was silent for too long.",
     {.metric = "partner_expirations_total", .xstat = "lacp_expirations"}},
    {"lacp.counters.actor_churns", counter, Unit::none,
     [](M m) -> Value { return m.member.lacp.counters.actor_churns; },
     "Times that we did not come into sync within 60 s.",
     {.metric = "actor_churns_total", .xstat = "lacp_actor_churns"}},
    {"lacp.counters.partner_churns", counter, Unit::none,
     [](M m) -> Value { return m.member.lacp.counters.partner_churns; },
     "Times that the Partner did not come into sync within 60 s.",
     {.metric = "partner_churns_total", .xstat = "lacp_partner_churns"}},
    {"lacp.counters.partner_changes", counter, Unit::none,
     [](M m) -> Value { return m.member.lacp.counters.partner_changes; },
     "Times that a Partner of another identity spoke.",
     {.metric = "partner_changes_total", .xstat = "lacp_partner_changes"}},
});

}  // namespace

std::span<const Field<MemberOf>> member_fields() noexcept {
  return kMemberRows;
}

}  // namespace lagoon::control
