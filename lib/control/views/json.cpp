// Every field of LagStatus, under the name it has there, with its unit at the end. A key that is there once
// is always there; what does not apply is null. docs/views.md is the reference.
#include <optional>
#include <string>
#include <string_view>

#include "control/views/json_load.hpp"
#include "control/views/json_options.hpp"
#include "control/views/json_writer.hpp"
#include "control/views/renderers.hpp"
#include "control/views/words.hpp"

namespace lagoon::control::views {

namespace {

// Milliseconds between then and the time of the status; null: it has never been.
void put_age(JsonWriter& out, std::string_view key, const LagStatus& lag, Instant then) {
  if (then == Instant{})
    out.null(key);
  else
    out.milliseconds(key, lag.taken - then);
}

void put_member_name(JsonWriter& out, std::string_view key, const LagStatus& lag,
                     std::optional<std::size_t> at) {
  if (at && *at < lag.members.size())
    out.text(key, lag.members[*at].name);
  else
    out.null(key);
}

void put_link(JsonWriter& out, const LinkState& link) {
  out.open_object("link");
  out.flag("up", link.up);
  if (to_mbps(link.speed) == 0)
    out.null("speed_mbps");
  else
    out.number("speed_mbps", to_mbps(link.speed));
  out.flag("full_duplex", link.full_duplex);
  out.close_object();
}

void put_end(JsonWriter& out, std::string_view key, const wire::LacpInfo& info) {
  out.open_object(key);
  out.number("system_priority", info.system_priority);
  out.text("system", to_string(info.system));
  out.number("key", info.key);
  out.number("port_priority", info.port_priority);
  out.number("port_number", info.port_number);
  out.number("state_octet", info.state);
  out.open_array("state");
  for (std::size_t bit = 0; bit < lacp::kStateBitNames.size(); ++bit)
    if ((info.state >> bit & 1) != 0) out.text({}, lacp::kStateBitNames[bit]);
  out.close_array();
  out.close_object();
}

void put_lag_id(JsonWriter& out, const lacp::LagId& id) {
  if (id == lacp::LagId{})
    out.null("lag_id");
  else
    out.text("lag_id", to_string(id));
}

void put_lacp(JsonWriter& out, const LagStatus& lag, const lacp::PortView& v) {
  out.open_object("lacp");
  out.text("selected", name_of(v.selected));
  out.text("unselected_reason", name_of(v.reason));
  out.text("receive_state", name_of(v.receive));
  out.text("periodic_state", name_of(v.periodic));
  out.text("mux_state", name_of(v.mux));
  out.text("actor_churn", name_of(v.actor_churn));
  out.text("partner_churn", name_of(v.partner_churn));
  put_end(out, "actor", v.actor);
  put_end(out, "partner", v.partner);
  put_lag_id(out, v.lag_id);
  out.flag("collecting", v.collecting);
  out.flag("distributing", v.distributing);
  put_age(out, "since_change_ms", lag, v.last_change);
  put_age(out, "since_received_ms", lag, v.last_received);
  out.open_object("counters");
  out.number("lacpdu_rx", v.counters.lacpdu_rx);
  out.number("lacpdu_tx", v.counters.lacpdu_tx);
  out.number("looped", v.counters.looped);
  out.number("selected_changes", v.counters.selected_changes);
  out.number("expirations", v.counters.expirations);
  out.number("actor_churns", v.counters.actor_churns);
  out.number("partner_churns", v.counters.partner_churns);
  out.number("partner_changes", v.counters.partner_changes);
  out.close_object();
  out.close_object();
}

void put_health(JsonWriter& out, const LagStatus& lag, const std::optional<monitor::MemberHealth>& health) {
  if (!health) {
    out.null("health");
    return;
  }
  out.open_object("health");
  out.flag("alive", health->alive);
  out.text("why", name_of(health->why));
  put_age(out, "since_heard_ms", lag, health->last_heard);
  put_age(out, "since_answered_ms", lag, health->last_answered);
  out.number("probes_sent", health->probes_sent);
  out.number("answers", health->answers);
  out.close_object();
}

void put_member(JsonWriter& out, const LagStatus& lag, const MemberStatus& m) {
  out.open_object();
  out.text("name", m.name);
  out.text("port", m.port);
  out.text("address", to_string(m.address));
  out.text("carries", to_string(m.carries));
  out.signed_number("priority", m.priority);
  out.text("administration", name_of(m.administration));
  put_link(out, m.link);
  out.text("mii", name_of(m.mii));
  out.flag("works", m.works);
  out.flag("active", m.active);
  out.flag("collecting", m.collecting);
  out.flag("distributing", m.distributing);
  const std::string why = why_out(lag, m);
  if (why.empty())
    out.null("why_out");
  else
    out.text("why_out", why);
  if (m.held_down_for)
    out.milliseconds("held_down_for_ms", *m.held_down_for);
  else
    out.null("held_down_for_ms");
  out.number("holds", m.holds);
  put_health(out, lag, m.health);
  put_load(out, lag, m);
  out.open_object("traffic");
  out.number("rx_packets", m.traffic.rx_packets);
  out.number("rx_bytes", m.traffic.rx_bytes);
  out.number("tx_packets", m.traffic.tx_packets);
  out.number("tx_bytes", m.traffic.tx_bytes);
  out.number("rx_ignored_packets", m.traffic.rx_ignored);
  out.close_object();
  out.number("buckets", m.buckets);
  out.number("placed_buckets", m.placed_buckets);
  out.number("link_failures", m.link_failures);
  out.number("markers_received", m.markers_received);
  out.number("marker_responses", m.marker_responses);
  out.milliseconds("since_change_ms", m.since_change);
  if (row_of(lag).choice == Choice::lacp)
    put_lacp(out, lag, m.lacp);
  else
    out.null("lacp");
  out.close_object();
}

void put_client(JsonWriter& out, const LagStatus& lag, const balance::Client& client) {
  out.open_object();
  out.text("host", to_string(client.host));
  out.text("client", to_string(client.client));
  if (client.mac.is_zero())
    out.null("mac");
  else
    out.text("mac", to_string(client.mac));
  if (client.vlan_tci)
    out.number("vlan_tci", *client.vlan_tci);
  else
    out.null("vlan_tci");
  put_member_name(out, "member", lag, client.member.value());
  out.close_object();
}

}  // namespace

std::string json_text(const LagStatus& lag) {
  JsonWriter out;
  out.open_object();
  out.text("name", lag.name);
  out.text("mode", lag.mode);
  out.flag("up", lag.up);
  out.milliseconds("uptime_ms", lag.uptime);
  out.text("address", to_string(lag.address));
  out.number("mtu", lag.mtu);
  out.text("host_interface", lag.host_interface);
  put_member_name(out, "active", lag, lag.active);
  put_member_name(out, "primary", lag, lag.primary);
  out.number("failovers", lag.failovers);
  out.flag("fallback", lag.fallback);
  out.number("distributing_members", lag.distributing_members);
  out.number("table_generation", lag.generation);
  out.text("hash", lag.hash);
  out.number("hash_seed", lag.hash_seed);
  out.number("system_priority", lag.system_priority);
  out.text("system", to_string(lag.system));
  put_lag_id(out, lag.lag_id);
  put_load(out, lag);
  put_options(out, lag.options);
  put_port_options(out, lag.port_options);
  out.open_array("members");
  for (const MemberStatus& m : lag.members) put_member(out, lag, m);
  out.close_array();
  out.open_array("clients");
  for (const balance::Client& client : lag.clients) put_client(out, lag, client);
  out.close_array();
  out.open_object("drops");
  for (const NamedCount& d : lag.drops) out.number(d.name, d.count);
  out.close_object();
  out.close_object();
  return out.take();
}

}  // namespace lagoon::control::views
