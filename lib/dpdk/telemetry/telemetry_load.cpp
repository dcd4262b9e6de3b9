// The part of the telemetry that is about load, moves, and single conversations.
#include <rte_telemetry.h>

#include <algorithm>
#include <string>

#include "control/views/words.hpp"
#include "dpdk/telemetry/telemetry_data.hpp"

namespace lagoon::dpdk {

namespace {

using control::views::fixed_point;

std::uint64_t microseconds(Duration d) {
  return static_cast<std::uint64_t>(std::max<Duration>(d, 0s) / 1us);
}

std::uint64_t milliseconds(Duration d) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_ms(d)));
}

bool measures_load(const control::LagStatus& status) {
  return control::views::is_weighted(status) || status.rebalances;
}

rte_tel_data* moves_data(const control::LagStatus& status) {
  rte_tel_data* const data = rte_tel_data_alloc();
  TelemetryDict dict{data};
  dict.number("begun", status.moves.begun);
  dict.number("by_marker", status.moves.by_marker);
  dict.number("by_time", status.moves.by_time);
  dict.number("at_gaps", status.moves.at_gaps);
  dict.number("overflowed", status.moves.overflowed);
  dict.number("given_up", status.moves.given_up);
  dict.number("gaps_used", status.moves.gaps_used);
  dict.number("last_pause_us", microseconds(status.moves.last_pause));
  dict.number("longest_pause_us", microseconds(status.moves.longest_pause));
  return data;
}

rte_tel_data* markers_data(const marker::RequesterCounters& markers) {
  rte_tel_data* const data = rte_tel_data_alloc();
  TelemetryDict dict{data};
  dict.number("sent", markers.sent);
  dict.number("answered", markers.answered);
  dict.number("unanswered", markers.unanswered);
  dict.number("late", markers.late);
  dict.number("above_rate", markers.above_rate);
  return data;
}

rte_tel_data* rebalancing_data(const control::LagStatus& status) {
  rte_tel_data* const data = rte_tel_data_alloc();
  TelemetryDict dict{data};
  dict.text("imbalance", fixed_point(status.rebalanced.imbalance, 3));
  dict.number("bucket_moves", status.rebalanced.bucket_moves);
  dict.number("pin_moves", status.rebalanced.pin_moves);
  dict.number("pins_made", status.rebalanced.pins_made);
  dict.number("pins_released", status.rebalanced.pins_released);
  dict.number("intervals_unbalanced", status.rebalanced.intervals_unbalanced);
  dict.number("pins", status.pins);
  return data;
}

rte_tel_data* conversations_data(const control::ConversationStatus& conversations) {
  rte_tel_data* const data = rte_tel_data_alloc();
  TelemetryDict dict{data};
  dict.number("live", conversations.live);
  dict.number("room", conversations.room);
  dict.number("octets", conversations.octets);
  dict.number("begun", conversations.begun);
  dict.number("ended", conversations.ended);
  dict.number("pushed_out", conversations.pushed_out);
  dict.number("moved", conversations.moved);
  dict.number("frames_without", conversations.frames_without);
  return data;
}

rte_tel_data* class_data(const control::ClassStatus& c) {
  rte_tel_data* const data = rte_tel_data_alloc();
  TelemetryDict dict{data};
  dict.text("name", c.name);
  dict.number("in_packets", c.in_packets);
  dict.number("in_bytes", c.in_bytes);
  dict.number("out_packets", c.out_packets);
  dict.number("out_bytes", c.out_bytes);
  dict.number("depth_packets", c.depth_packets);
  dict.number("depth_bytes", c.depth_bytes);
  dict.number("highest_packets", c.highest_packets);
  dict.number("highest_bytes", c.highest_bytes);
  dict.number("queue_full", c.queue_full);
  dict.number("rate_exceeded", c.rate_exceeded);
  dict.number("member_lost", c.member_lost);
  dict.number("taken_back", c.taken_back);
  dict.number("green", c.colour[0]);
  dict.number("yellow", c.colour[1]);
  dict.number("red", c.colour[2]);
  dict.number("marked", c.marked);
  dict.number("mark_missed", c.mark_missed);
  dict.number("spilled", c.spilled);
  return data;
}

rte_tel_data* entry_data(const FlowAnswer::Entry& entry) {
  rte_tel_data* const data = rte_tel_data_alloc();
  TelemetryDict dict{data};
  dict.text("member", entry.member);
  dict.text("why", entry.why);
  dict.number("since_ms", milliseconds(entry.since));
  return data;
}

}  // namespace

void put_load(TelemetryDict& dict, const control::LagStatus& status) {
  dict.text("distribution", status.distribution);
  dict.flag("moving", status.moving);
  dict.nested("moves", moves_data(status));
  if (control::row_of(status.options.mode).choice == control::Choice::lacp)
    dict.nested("markers", markers_data(status.markers));
  if (control::views::is_weighted(status)) dict.text("by", name_of(status.options.weighted.by));
  if (status.rebalances) dict.nested("rebalancing", rebalancing_data(status));
  if (status.conversations) dict.nested("conversations", conversations_data(*status.conversations));
}

void put_load(TelemetryDict& dict, const control::LagStatus& status, const control::MemberStatus& member) {
  if (!measures_load(status)) return;
  dict.number("load_octets_per_s", member.load_octets_s);
  dict.number("capacity_mbps", member.capacity_mbps);
  if (!control::views::is_weighted(status)) return;
  dict.text("weight", fixed_point(member.weight, 2));
  dict.text("weight_left", fixed_point(member.weight_left, 2));
  dict.number("conversations", member.conversations);
}

void put_classes(rte_tel_data* data, const control::LagStatus& status) {
  TelemetryDict dict{data};
  rte_tel_data* const classes = rte_tel_data_alloc();
  TelemetryDict by_name{classes};
  for (const control::ClassStatus& c : status.classes)
    by_name.nested(telemetry_name(c.name).c_str(), class_data(c));
  dict.nested("classes", classes);
  rte_tel_data* const waiting = rte_tel_data_alloc();
  TelemetryDict by_member{waiting};
  for (const control::MemberStatus& m : status.members)
    by_member.number(telemetry_name(m.name).c_str(), m.queued_packets);
  dict.nested("waiting", waiting);
}

void put_explanation(rte_tel_data* data, const FlowAnswer& answer) {
  TelemetryDict dict{data};
  const control::Explanation& way = answer.way;
  dict.text("lag", answer.lag);
  dict.text("distribution", way.distribution);
  dict.text("hash", "0x" + control::views::hex_upper(way.hash, 8));
  dict.number("bucket", way.bucket);
  if (way.pin) dict.number("pin", *way.pin);
  dict.text("member", answer.member);
  dict.text("before", answer.before);
  dict.text("why", way.why);
  if (answer.since) dict.number("since_ms", milliseconds(*answer.since));
  dict.flag("moving", way.moving);
  dict.flag("by_frame", way.by_frame);
  dict.flag("nic_hash", answer.nic_hash);
  rte_tel_data* const entries = rte_tel_data_alloc();
  TelemetryDict by_worker{entries};
  for (const FlowAnswer::Entry& entry : answer.entries)
    by_worker.nested(("worker_" + std::to_string(entry.lcore)).c_str(), entry_data(entry));
  dict.nested("entries", entries);
}

}  // namespace lagoon::dpdk
