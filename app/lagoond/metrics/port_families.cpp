// Metrics of access ports and of mempools.
#include <array>

#include "lagoond/metrics/rows.hpp"

namespace lagoon::lagoond {

namespace {

using dpdk::MempoolStatus;
using dpdk::PortStatus;

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

constexpr std::array kMempools = std::to_array<Row<MempoolStatus>>({
    {"lagoon_mempool_objects", "Objects that the mempool has: mbufs, as a rule.", MetricType::Gauge,
     [](const MempoolStatus& p) { return static_cast<double>(p.size); }},
    {"lagoon_mempool_free_objects", "Objects of the mempool that are in nobody's hands.", MetricType::Gauge,
     [](const MempoolStatus& p) { return static_cast<double>(p.free); }},
});

}  // namespace

void add_mempool_families(Families& out, const Snapshot& snapshot) {
  add_rows<MempoolStatus>(out, kMempools, snapshot.mempools,
                          [](const MempoolStatus& p) { return Labels{{"mempool", p.name}}; });
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
