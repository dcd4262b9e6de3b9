#include "lagoond/metrics/families.hpp"

#include <algorithm>

#include "lagoond/metrics/rows.hpp"

namespace lagoon::lagoond {

namespace {

void add_journal_families(Families& out, const Snapshot& snapshot) {
  auto& written = add_family(out, "lagoon_journal_entries_total",
                             "Entries of the journal that were written as lines.", MetricType::Counter);
  if (snapshot.journal) add_sample(written, {}, static_cast<double>(snapshot.journal->written));
  auto& lost = add_family(out, "lagoon_journal_lost_entries_total",
                          "Entries of the journal that were lost: the writer was behind, or could not write.",
                          MetricType::Counter);
  if (snapshot.journal) add_sample(lost, {}, static_cast<double>(snapshot.journal->lost));
}

void add_health_families(Families& out, const Snapshot& snapshot) {
  auto& findings =
      add_family(out, "lagoon_health_findings", "What `show health` says, by severity.", MetricType::Gauge);
  for (std::size_t i = 0; i < control::kSeverityNames.size(); ++i) {
    const auto severity = static_cast<control::Severity>(i);
    add_sample(
        findings, {{"severity", std::string{name_of(severity)}}},
        static_cast<double>(std::ranges::count(snapshot.health, severity, &control::Finding::severity)));
  }
}

}  // namespace

Families families_of(const Snapshot& snapshot) {
  Families out;
  add_sample(add_family(out, "lagoon_build_info", "The version of lagoond; always 1.", MetricType::Gauge),
             {{"version", snapshot.version}}, 1);
  add_sample(add_family(out, "lagoon_control_answered",
                        "1: the control lcore answered this scrape; 0: it did not within a second, and all "
                        "else is missing.",
                        MetricType::Gauge),
             {}, snapshot.answered ? 1 : 0);
  add_health_families(out, snapshot);
  add_lag_families(out, snapshot);
  add_member_families(out, snapshot);
  add_class_families(out, snapshot);
  add_neighbor_families(out, snapshot);
  add_port_families(out, snapshot);
  add_mempool_families(out, snapshot);
  add_cluster_families(out, snapshot);
  add_journal_families(out, snapshot);
  add_sample(add_family(out, "lagoon_output_lost_lines_total",
                        "Lines for the standard output and error that were dropped: nobody read them.",
                        MetricType::Counter),
             {}, static_cast<double>(snapshot.lost_output_lines));
  add_sample(
      add_family(out, "lagoon_metrics_closed_connections_total",
                 "Connections to this endpoint that were closed: they were slow, or made room for others.",
                 MetricType::Counter),
      {}, static_cast<double>(snapshot.closed_connections));
  return out;
}

}  // namespace lagoon::lagoond
