// Metrics of members that every mode has.
#include <array>

#include "lagoond/metrics/rows.hpp"

namespace lagoon::lagoond {

namespace {

using control::LagStatus;
using control::MemberStatus;
using MemberRow = Row<MemberStatus>;

constexpr std::array kRows = std::to_array<MemberRow>({
    {"lagoon_member_link_up", "Whether the port has a link.", MetricType::Gauge,
     [](const MemberStatus& m) -> double { return m.link.up ? 1 : 0; }},
    {"lagoon_member_speed_bytes_per_second", "Speed of the link, or what was set instead.", MetricType::Gauge,
     [](const MemberStatus& m) { return static_cast<double>(m.link.speed.value()) / kBitsInByte; }},
    {"lagoon_member_works", "Whether all monitors agree, and the operator has not disabled it.",
     MetricType::Gauge, [](const MemberStatus& m) -> double { return m.works ? 1 : 0; }},
    {"lagoon_member_active", "Whether it is the active member, in modes that have one.", MetricType::Gauge,
     [](const MemberStatus& m) -> double { return m.active ? 1 : 0; }},
    {"lagoon_member_collecting", "Whether frames that it receives are taken.", MetricType::Gauge,
     [](const MemberStatus& m) -> double { return m.collecting ? 1 : 0; }},
    {"lagoon_member_distributing", "Whether frames are sent on it.", MetricType::Gauge,
     [](const MemberStatus& m) -> double { return m.distributing ? 1 : 0; }},
    {"lagoon_member_receive_frames_total", "Frames that were received from it and delivered.",
     MetricType::Counter, [](const MemberStatus& m) { return static_cast<double>(m.traffic.rx_packets); }},
    {"lagoon_member_receive_bytes_total", "Octets of the frames that were received from it and delivered.",
     MetricType::Counter, [](const MemberStatus& m) { return static_cast<double>(m.traffic.rx_bytes); }},
    {"lagoon_member_receive_ignored_frames_total",
     "Frames that were heard on it and not delivered, for whatever reason.", MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.traffic.rx_ignored); }},
    {"lagoon_member_transmit_frames_total", "Frames that were sent on it.", MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.traffic.tx_packets); }},
    {"lagoon_member_transmit_bytes_total", "Octets of the frames that were sent on it.", MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.traffic.tx_bytes); }},
    {"lagoon_member_buckets", "Buckets of the distribution table that are on it.", MetricType::Gauge,
     [](const MemberStatus& m) { return static_cast<double>(m.buckets); }},
    {"lagoon_member_queued_frames", "Frames of all traffic classes that wait in front of it.",
     MetricType::Gauge, [](const MemberStatus& m) { return static_cast<double>(m.queued_packets); }},
    {"lagoon_member_load_bytes_per_second", "What is sent on it now, where that is measured; else 0.",
     MetricType::Gauge, [](const MemberStatus& m) { return static_cast<double>(m.load_octets_s); }},
    {"lagoon_member_capacity_bytes_per_second", "What its share goes by.", MetricType::Gauge,
     [](const MemberStatus& m) { return static_cast<double>(m.capacity_mbps) * 1e6 / kBitsInByte; }},
    {"lagoon_member_conversations", "Conversations on it, where each is placed by load; else 0.",
     MetricType::Gauge, [](const MemberStatus& m) { return static_cast<double>(m.conversations); }},
    {"lagoon_member_link_failures_total", "Times that it ceased to work.", MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.link_failures); }},
    {"lagoon_member_held_down", "Whether flap damping holds it down now.", MetricType::Gauge,
     [](const MemberStatus& m) -> double { return m.held_down_for ? 1 : 0; }},
    {"lagoon_member_holds_total", "Times that flap damping held it down.", MetricType::Counter,
     [](const MemberStatus& m) { return static_cast<double>(m.holds); }},
});

// With a target monitor.
constexpr std::array kHealth = std::to_array<Row<monitor::MemberHealth>>({
    {"lagoon_member_targets_answer", "Whether the target monitor holds it for alive.", MetricType::Gauge,
     [](const monitor::MemberHealth& h) -> double { return h.alive ? 1 : 0; }},
    {"lagoon_member_probes_sent_total", "Probes that the target monitor sent.", MetricType::Counter,
     [](const monitor::MemberHealth& h) { return static_cast<double>(h.probes_sent); }},
    {"lagoon_member_probe_answers_total", "Answers to probes of the target monitor.", MetricType::Counter,
     [](const monitor::MemberHealth& h) { return static_cast<double>(h.answers); }},
});

template <typename Action>
void for_each_member(const Snapshot& snapshot, Action action) {
  for (const LagStatus& s : snapshot.lags)
    for (const MemberStatus& m : s.members) action(m, Labels{{"lag", s.name}, {"member", m.name}});
}

void add_info(Families& out, const Snapshot& snapshot) {
  auto& info = add_family(out, "lagoon_member_info", "What the member is; always 1.", MetricType::Gauge);
  for_each_member(snapshot, [&](const MemberStatus& m, Labels labels) {
    labels.push_back({"port", m.port});
    labels.push_back({"address", to_string(m.address)});
    labels.push_back({"administration", std::string{name_of(m.administration)}});
    add_sample(info, std::move(labels), 1);
  });
}

}  // namespace

void add_member_families(Families& out, const Snapshot& snapshot) {
  add_info(out, snapshot);
  for (const MemberRow& row : kRows) {
    auto& family = add_family(out, row.name, row.help, row.type);
    for_each_member(snapshot, [&](const MemberStatus& m, Labels labels) {
      add_sample(family, std::move(labels), row.value(m));
    });
  }
  for (const Row<monitor::MemberHealth>& row : kHealth) {
    auto& family = add_family(out, row.name, row.help, row.type);
    for_each_member(snapshot, [&](const MemberStatus& m, Labels labels) {
      if (m.health) add_sample(family, std::move(labels), row.value(*m.health));
    });
  }
  auto& changed = add_family(out, "lagoon_member_last_change_timestamp_seconds",
                             "When it last began or ceased to work or to distribute, or its Partner changed, "
                             "as Unix time.",
                             MetricType::Gauge);
  for_each_member(snapshot, [&](const MemberStatus& m, Labels labels) {
    add_sample(changed, std::move(labels), snapshot.taken_s - seconds(m.since_change));
  });
}

}  // namespace lagoon::lagoond
