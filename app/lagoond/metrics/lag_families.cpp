// Metrics of a LAG as a whole.
#include <algorithm>
#include <array>

#include "lagoond/metrics/rows.hpp"

namespace lagoon::lagoond {

namespace {

using control::LagStatus;
using LagRow = Row<LagStatus>;

constexpr std::array kRows = std::to_array<LagRow>({
    {"lagoon_lag_up", "Whether the LAG carries frames.", MetricType::Gauge,
     [](const LagStatus& s) -> double { return s.up ? 1 : 0; }},
    {"lagoon_lag_members", "Members that the LAG has.", MetricType::Gauge,
     [](const LagStatus& s) { return static_cast<double>(s.members.size()); }},
    {"lagoon_lag_distributing_members", "Members on which the LAG sends.", MetricType::Gauge,
     [](const LagStatus& s) { return static_cast<double>(s.distributing_members); }},
    {"lagoon_lag_min_links", "Members that it takes for the LAG to stay up.", MetricType::Gauge,
     [](const LagStatus& s) { return static_cast<double>(std::max<int>(s.options.lacp.min_links, 1)); }},
    {"lagoon_lag_fallback", "Whether one member is used because no Partner speaks.", MetricType::Gauge,
     [](const LagStatus& s) -> double { return s.fallback ? 1 : 0; }},
    {"lagoon_lag_failovers_total", "Times that another member became the active one.", MetricType::Counter,
     [](const LagStatus& s) { return static_cast<double>(s.failovers); }},
    {"lagoon_lag_published_tables_total", "PortTables that were published to the workers.",
     MetricType::Counter, [](const LagStatus& s) { return static_cast<double>(s.generation); }},
    {"lagoon_lag_mtu_bytes", "The LAG's MTU: the least of its ports'.", MetricType::Gauge,
     [](const LagStatus& s) { return static_cast<double>(s.mtu); }},
});

void add_info(Families& out, const Snapshot& snapshot) {
  auto& info = add_family(out, "lagoon_lag_info", "What the LAG is made of; always 1.", MetricType::Gauge);
  for (const LagStatus& s : snapshot.lags)
    add_sample(info,
               {{"lag", s.name},
                {"mode", s.mode},
                {"distribution", s.distribution},
                {"hash", s.hash},
                {"address", to_string(s.address)},
                {"system", to_string(s.system)},
                {"lag_id", s.lag_id == lacp::LagId{} ? "" : control::to_string(s.lag_id)}},
               1);
}

}  // namespace

void add_lag_families(Families& out, const Snapshot& snapshot) {
  add_info(out, snapshot);
  add_rows<LagStatus>(out, kRows, snapshot.lags, [](const LagStatus& s) { return Labels{{"lag", s.name}}; });
  auto& changed = add_family(out, "lagoon_lag_last_change_timestamp_seconds",
                             "When the LAG came up or went down last, as Unix time.", MetricType::Gauge);
  for (const LagStatus& s : snapshot.lags)
    add_sample(changed, {{"lag", s.name}}, snapshot.taken_s - seconds(s.uptime));
  auto& dropped =
      add_family(out, "lagoon_lag_dropped_frames_total",
                 "Frames that were lost, and slow-protocol frames that were not acted on, by reason.",
                 MetricType::Counter);
  for (const LagStatus& s : snapshot.lags)
    for (const control::NamedCount& d : s.drops)
      add_sample(dropped, {{"lag", s.name}, {"reason", std::string{d.name}}}, static_cast<double>(d.count));
}

}  // namespace lagoon::lagoond
