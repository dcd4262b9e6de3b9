// Metrics of access ports, and of the traffic classes of LAGs.
#include <array>
#include <utility>

#include "lagoond/metrics/rows.hpp"

namespace lagoon::lagoond {

namespace {

using control::ClassStatus;
using dpdk::PortStatus;
using ClassRow = Row<ClassStatus>;

constexpr std::array kPorts = std::to_array<Row<PortStatus>>({
    {"lagoon_port_link_up", "Whether the access port has a link.", MetricType::Gauge,
     [](const PortStatus& p) -> double { return p.up ? 1 : 0; }},
    {"lagoon_port_receive_frames_total", "Frames that the access port received, as it counts.",
     MetricType::Counter, [](const PortStatus& p) { return static_cast<double>(p.traffic.rx_packets); }},
    {"lagoon_port_receive_bytes_total", "Octets that the access port received, as it counts.",
     MetricType::Counter, [](const PortStatus& p) { return static_cast<double>(p.traffic.rx_bytes); }},
    {"lagoon_port_transmit_frames_total", "Frames that the access port sent, as it counts.",
     MetricType::Counter, [](const PortStatus& p) { return static_cast<double>(p.traffic.tx_packets); }},
    {"lagoon_port_transmit_bytes_total", "Octets that the access port sent, as it counts.",
     MetricType::Counter, [](const PortStatus& p) { return static_cast<double>(p.traffic.tx_bytes); }},
});

constexpr std::array kClasses = std::to_array<ClassRow>({
    {"lagoon_class_offered_frames_total", "Frames of the traffic class that were to be sent.",
     MetricType::Counter, [](const ClassStatus& c) { return static_cast<double>(c.in_packets); }},
    {"lagoon_class_offered_bytes_total", "Octets of the traffic class that were to be sent.",
     MetricType::Counter, [](const ClassStatus& c) { return static_cast<double>(c.in_bytes); }},
    {"lagoon_class_transmit_frames_total", "Frames of the traffic class that were sent.", MetricType::Counter,
     [](const ClassStatus& c) { return static_cast<double>(c.out_packets); }},
    {"lagoon_class_transmit_bytes_total", "Octets of the traffic class that were sent.", MetricType::Counter,
     [](const ClassStatus& c) { return static_cast<double>(c.out_bytes); }},
    {"lagoon_class_marked_frames_total", "Frames of the traffic class whose DSCP was set by its rate limit.",
     MetricType::Counter, [](const ClassStatus& c) { return static_cast<double>(c.marked); }},
    {"lagoon_class_unmarkable_frames_total",
     "Frames of the traffic class that were to be marked and are no IP.", MetricType::Counter,
     [](const ClassStatus& c) { return static_cast<double>(c.mark_missed); }},
    {"lagoon_class_queued_frames", "Frames of the traffic class that wait now, on all members.",
     MetricType::Gauge, [](const ClassStatus& c) { return static_cast<double>(c.depth_packets); }},
    {"lagoon_class_queued_bytes", "Octets of the traffic class that wait now, on all members.",
     MetricType::Gauge, [](const ClassStatus& c) { return static_cast<double>(c.depth_bytes); }},
    {"lagoon_class_highest_queued_frames",
     "The most frames of the traffic class that have waited in front of one member in one worker.",
     MetricType::Gauge, [](const ClassStatus& c) { return static_cast<double>(c.highest_packets); }},
    {"lagoon_class_highest_queued_bytes",
     "The most octets of the traffic class that have waited in front of one member in one worker.",
     MetricType::Gauge, [](const ClassStatus& c) { return static_cast<double>(c.highest_bytes); }},
});

template <typename Action>
void for_each_class(const Snapshot& snapshot, Action action) {
  for (const control::LagStatus& s : snapshot.lags)
    for (const ClassStatus& c : s.classes) action(c, Labels{{"lag", s.name}, {"class", c.name}});
}

Labels with(Labels labels, const char* name, const char* value) {
  labels.push_back({name, value});
  return labels;
}

}  // namespace

void add_class_families(Families& out, const Snapshot& snapshot) {
  for (const ClassRow& row : kClasses) {
    auto& family = add_family(out, row.name, row.help, row.type);
    for_each_class(snapshot, [&](const ClassStatus& c, Labels labels) {
      add_sample(family, std::move(labels), row.value(c));
    });
  }
  auto& dropped = add_family(out, "lagoon_class_dropped_frames_total",
                             "Frames of the traffic class that were lost, by reason.", MetricType::Counter);
  for_each_class(snapshot, [&](const ClassStatus& c, const Labels& labels) {
    add_sample(dropped, with(labels, "reason", "queue_full"), static_cast<double>(c.queue_full));
    add_sample(dropped, with(labels, "reason", "rate_exceeded"), static_cast<double>(c.rate_exceeded));
    add_sample(dropped, with(labels, "reason", "member_lost"), static_cast<double>(c.member_lost));
  });
  auto& coloured =
      add_family(out, "lagoon_class_coloured_frames_total",
                 "Frames of the traffic class by what its rate limit found.", MetricType::Counter);
  for_each_class(snapshot, [&](const ClassStatus& c, const Labels& labels) {
    constexpr std::array kColours{"green", "yellow", "red"};
    for (std::size_t i = 0; i < kColours.size(); ++i)
      add_sample(coloured, with(labels, "colour", kColours[i]), static_cast<double>(c.colour[i]));
  });
}

void add_port_families(Families& out, const Snapshot& snapshot) {
  auto& info = add_family(out, "lagoon_port_info", "What the access port is; always 1.", MetricType::Gauge);
  for (const PortStatus& p : snapshot.ports) add_sample(info, {{"port", p.name}, {"device", p.port}}, 1);
  add_rows<PortStatus>(out, kPorts, snapshot.ports,
                       [](const PortStatus& p) { return Labels{{"port", p.name}}; });
  auto& dropped =
      add_family(out, "lagoon_port_dropped_frames_total",
                 "Frames that came from the access port, or were to go there, and were lost, by reason.",
                 MetricType::Counter);
  for (const PortStatus& p : snapshot.ports)
    for (const control::NamedCount& d : p.drops)
      add_sample(dropped, {{"port", p.name}, {"reason", std::string{d.name}}}, static_cast<double>(d.count));
}

}  // namespace lagoon::lagoond
