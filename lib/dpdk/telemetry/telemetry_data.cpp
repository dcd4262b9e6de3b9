#include "dpdk/telemetry/telemetry_data.hpp"

#include <rte_telemetry.h>
#include <rte_version.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace lagoon::dpdk {

namespace {

// Two members whose names differ in other characters only are told apart by position.
std::string unique_name(const std::vector<control::MemberStatus>& members, std::size_t index) {
  const std::string name = telemetry_name(members[index].name);
  for (std::size_t i = 0; i < index; ++i)
    if (telemetry_name(members[i].name) == name) return name + "_" + std::to_string(index);
  return name;
}

rte_tel_data* state_names(std::uint8_t octet) {
  rte_tel_data* const names = rte_tel_data_alloc();
  rte_tel_data_start_array(names, RTE_TEL_STRING_VAL);
  for (std::size_t bit = 0; bit < lacp::kStateBitNames.size(); ++bit)
    if ((octet >> bit & 1) != 0)
      rte_tel_data_add_array_string(names, std::string{lacp::kStateBitNames[bit]}.c_str());
  return names;
}

void put_lacp(TelemetryDict& dict, const lacp::PortView& v) {
  dict.text("selected", name_of(v.selected));
  dict.text("unselected_reason", name_of(v.reason));
  dict.text("mux_state", name_of(v.mux));
  dict.text("receive_state", name_of(v.receive));
  dict.text("periodic_state", name_of(v.periodic));
  dict.text("actor_churn", name_of(v.actor_churn));
  dict.text("partner_churn", name_of(v.partner_churn));
  dict.nested("actor_state", state_names(v.actor.state));
  dict.nested("partner_state", state_names(v.partner.state));
  dict.number("actor_key", v.actor.key);
  dict.number("actor_port_number", v.actor.port_number);
  dict.number("actor_port_priority", v.actor.port_priority);
  dict.text("partner_system", to_string(v.partner.system));
  dict.number("partner_system_priority", v.partner.system_priority);
  dict.number("partner_key", v.partner.key);
  dict.number("partner_port_number", v.partner.port_number);
  dict.number("partner_port_priority", v.partner.port_priority);
  dict.number("lacpdu_rx", v.counters.lacpdu_rx);
  dict.number("lacpdu_tx", v.counters.lacpdu_tx);
  dict.number("expirations", v.counters.expirations);
}

// What other modes than LACP have to say of a member as well.
void put_use(TelemetryDict& dict, const control::MemberStatus& m) {
  dict.text("administration", name_of(m.administration));
  dict.text("mii_status", name_of(m.mii));
  dict.flag("works", m.works);
  dict.flag("active", m.active);
  dict.flag("collecting", m.collecting);
  dict.flag("distributing", m.distributing);
  dict.text("carries", to_string(m.carries));
  if (m.held_down_for) dict.number("held_down_ms", static_cast<std::uint64_t>(to_ms(*m.held_down_for)));
  if (!m.health) return;
  dict.flag("alive", m.health->alive);
  dict.text("dead_because", name_of(m.health->why));
  dict.number("probes_tx", m.health->probes_sent);
  dict.number("probe_answers_rx", m.health->answers);
}

rte_tel_data* member_data(const control::LagStatus& lag, const control::MemberStatus& m) {
  rte_tel_data* const data = rte_tel_data_alloc();
  TelemetryDict dict{data};
  dict.text("name", m.name);
  dict.text("link", m.lacp.link.up ? "up" : "down");
  dict.number("speed_mbps", to_mbps(m.lacp.link.speed));
  put_use(dict, m);
  if (control::row_of(lag.options.mode).choice == control::Choice::lacp) put_lacp(dict, m.lacp);
  put_load(dict, lag, m);
  dict.number("rx_packets", m.traffic.rx_packets);
  dict.number("tx_packets", m.traffic.tx_packets);
  dict.number("rx_bytes", m.traffic.rx_bytes);
  dict.number("tx_bytes", m.traffic.tx_bytes);
  dict.number("rx_ignored", m.traffic.rx_ignored);
  dict.number("buckets", m.buckets);
  dict.number("placed_buckets", m.placed_buckets);
  dict.number("link_failures", m.link_failures);
  dict.number("marker_rx", m.markers_received);
  dict.number("marker_response_tx", m.marker_responses);
  dict.text("address", to_string(m.address));
  dict.number("last_change_ms", static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_ms(m.since_change))));
  return data;
}

}  // namespace

std::string telemetry_name(std::string_view text) {
  std::string name{text};
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

TelemetryDict::TelemetryDict(rte_tel_data* data) noexcept : data_{data} {
  rte_tel_data_start_dict(data_);
}

void TelemetryDict::text(const char* name, std::string_view value) noexcept {
  rte_tel_data_add_dict_string(data_, name, std::string{value}.c_str());
}

void TelemetryDict::number(const char* name, std::uint64_t value) noexcept {
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
  rte_tel_data_add_dict_uint(data_, name, value);
#else
  rte_tel_data_add_dict_u64(data_, name, value);
#endif
}

void TelemetryDict::nested(const char* name, rte_tel_data* value) noexcept {
  rte_tel_data_add_dict_container(data_, name, value, 0);
}

void put_lag(rte_tel_data* data, const control::LagStatus& status) {
  TelemetryDict dict{data};
  dict.text("name", status.name);
  dict.text("mode", status.mode);
  dict.text("state", status.up ? "up" : "down");
  dict.text("hash", status.hash);
  dict.number("hash_seed", status.hash_seed);
  dict.text("address", to_string(status.address));
  dict.text("system", to_string(status.system));
  dict.number("system_priority", status.system_priority);
  dict.text("lag_id", status.lag_id == lacp::LagId{} ? "" : control::to_string(status.lag_id));
  dict.number("distributing_members", status.distributing_members);
  const control::ModeRow& mode = control::row_of(status.options.mode);
  if (mode.choice == control::Choice::lacp) dict.flag("fallback", status.fallback);
  if (mode.has_active) {
    dict.text("active", status.active ? status.members[*status.active].name : "");
    dict.number("failovers", status.failovers);
  }
  dict.number("table_generation", status.generation);
  put_load(dict, status);
  rte_tel_data* const buckets = rte_tel_data_alloc();
  TelemetryDict by_member{buckets};
  rte_tel_data* const members = rte_tel_data_alloc();
  TelemetryDict each_member{members};
  for (std::size_t i = 0; i < status.members.size(); ++i) {
    const std::string name = unique_name(status.members, i);
    by_member.number(name.c_str(), status.members[i].buckets);
    each_member.nested(name.c_str(), member_data(status, status.members[i]));
  }
  rte_tel_data* const drops = rte_tel_data_alloc();
  TelemetryDict by_name{drops};
  for (const control::NamedCount& d : status.drops) by_name.number(telemetry_name(d.name).c_str(), d.count);
  dict.nested("members", members);
  dict.nested("buckets", buckets);
  dict.nested("drops", drops);
}

void put_ports(rte_tel_data* data, std::span<const PortStatus> ports) {
  TelemetryDict by_name{data};
  for (const PortStatus& p : ports) {
    rte_tel_data* const item = rte_tel_data_alloc();
    TelemetryDict dict{item};
    dict.text("name", p.name);
    dict.text("port", p.port);
    dict.text("link", p.up ? "up" : "down");
    dict.number("rx_packets", p.traffic.rx_packets);
    dict.number("tx_packets", p.traffic.tx_packets);
    dict.number("rx_bytes", p.traffic.rx_bytes);
    dict.number("tx_bytes", p.traffic.tx_bytes);
    rte_tel_data* const drops = rte_tel_data_alloc();
    TelemetryDict drop_names{drops};
    for (const control::NamedCount& d : p.drops) drop_names.number(telemetry_name(d.name).c_str(), d.count);
    dict.nested("drops", drops);
    by_name.nested(telemetry_name(p.name).c_str(), item);
  }
}

void put_events(rte_tel_data* data, std::span<const NamedEvent> events) {
  TelemetryDict by_sequence{data};
  for (const NamedEvent& e : events) {
    rte_tel_data* const item = rte_tel_data_alloc();
    TelemetryDict dict{item};
    dict.number("t_ns", static_cast<std::uint64_t>(to_ns(e.entry.at)));
    dict.text("member", e.member);
    dict.text("kind", e.entry.kind);
    dict.text("from", e.entry.from);
    dict.text("to", e.entry.to);
    dict.text("why", e.entry.why);
    by_sequence.nested(std::to_string(e.entry.sequence).c_str(), item);
  }
}

}  // namespace lagoon::dpdk
