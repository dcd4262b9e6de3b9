#include "lagoond/metrics/families.hpp"

#include <prometheus/check_names.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/catch.hpp"

namespace lagoon::lagoond::families_test {
namespace {

using prometheus::MetricType;

// "name{label="value",..}" -> value, of all samples.
std::map<std::string, double> samples_of(const Snapshot& snapshot) {
  std::map<std::string, double> samples;
  for (const auto& family : families_of(snapshot))
    for (const auto& metric : family.metric) {
      std::string name = family.name + "{";
      for (const auto& label : metric.label) name += label.name + "=" + label.value + ",";
      const bool is_new = samples
                              .emplace(name + "}", family.type == MetricType::Counter ? metric.counter.value
                                                                                      : metric.gauge.value)
                              .second;
      CAPTURE(name);
      CHECK(is_new);
    }
  return samples;
}

control::LagStatus lacp_lag() {
  control::LagStatus lag;
  lag.name = "lag0";
  lag.up = true;
  lag.distributing_members = 1;
  lag.options.lacp.min_links = 2;
  lag.drops = {{"tx_refused", 7}};
  lag.uptime = 10s;
  control::MemberStatus member;
  member.name = "m0";
  member.link = {.up = true, .speed = mbps(10'000), .full_duplex = true};
  member.traffic.tx_bytes = 1234;
  member.lacp.mux = lacp::MuxState::collecting;
  member.lacp.counters.lacpdu_rx = 5;
  member.lacp.partner.state = 0x08;
  member.lacp.reason = lacp::UnselectedReason::none;
  lag.members.push_back(member);
  return lag;
}

TEST_CASE("Names and types of metrics are as Prometheus wants them", "[metrics]") {
  std::set<std::string> names;
  for (const auto& family : families_of({})) {
    CAPTURE(family.name);
    CHECK(names.insert(family.name).second);
    CHECK(prometheus::CheckMetricName(family.name));
    CHECK(family.name.starts_with("lagoon_"));
    CHECK(family.name.ends_with("_total") == (family.type == MetricType::Counter));
    CHECK(family.help.ends_with(family.name.ends_with("_info") ? "always 1." : "."));
  }
  CHECK(names.size() > 80);
}

TEST_CASE("Values are in base units, and states are sets of which one holds", "[metrics]") {
  const auto samples =
      samples_of({.answered = true, .lags = {lacp_lag()}, .version = "1", .taken_s = 1'000'000});
  const auto value = [&](const std::string& name) {
    CAPTURE(name);
    REQUIRE(samples.contains(name));
    return samples.at(name);
  };
  CHECK(value("lagoon_control_answered{}") == 1);
  CHECK(value("lagoon_lag_up{lag=lag0,}") == 1);
  CHECK(value("lagoon_lag_min_links{lag=lag0,}") == 2);
  CHECK(value("lagoon_lag_last_change_timestamp_seconds{lag=lag0,}") == 999'990);
  CHECK(value("lagoon_lag_dropped_frames_total{lag=lag0,reason=tx_refused,}") == 7);
  CHECK(value("lagoon_member_speed_bytes_per_second{lag=lag0,member=m0,}") == 1.25e9);
  CHECK(value("lagoon_member_transmit_bytes_total{lag=lag0,member=m0,}") == 1234);
  CHECK(value("lagoon_member_lacpdus_received_total{lag=lag0,member=m0,}") == 5);
  CHECK(value("lagoon_member_mux_state{lag=lag0,member=m0,state=COLLECTING,}") == 1);
  CHECK(value("lagoon_member_mux_state{lag=lag0,member=m0,state=DISTRIBUTING,}") == 0);
  CHECK(value("lagoon_member_partner_state{lag=lag0,member=m0,bit=synchronization,}") == 1);
  CHECK(value("lagoon_member_partner_state{lag=lag0,member=m0,bit=expired,}") == 0);
}

TEST_CASE("What a LAG does not have, it has no samples of", "[metrics]") {
  control::LagStatus lag = lacp_lag();
  lag.options.mode = control::Mode::active_backup;
  const auto samples = samples_of({.answered = true, .lags = {lag}});
  const auto any = [&](std::string_view name) {
    return std::ranges::any_of(samples, [&](const auto& s) { return s.first.starts_with(name); });
  };
  CHECK(any("lagoon_member_transmit_bytes_total{"));
  CHECK_FALSE(any("lagoon_member_mux_state{"));
  CHECK_FALSE(any("lagoon_member_lacpdus_sent_total{"));
  CHECK_FALSE(any("lagoon_lag_imbalance_ratio{"));
  CHECK_FALSE(any("lagoon_class_"));
  CHECK_FALSE(any("lagoon_journal_"));
  CHECK(samples_of({.health = {{control::Severity::failure, "control", ""}}})
            .at("lagoon_health_findings{severity=failure,}") == 1);
  CHECK(samples_of({.answered = false}).at("lagoon_control_answered{}") == 0);
}

}  // namespace
}  // namespace lagoon::lagoond::families_test
