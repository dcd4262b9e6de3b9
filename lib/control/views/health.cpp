#include "control/views/health.hpp"

#include <algorithm>
#include <array>

#include "control/counted.hpp"
#include "control/status/reasons.hpp"
#include "control/views/json_writer.hpp"
#include "lacp/periodic_machine.hpp"

namespace lagoon::control {

namespace {

// A standby is as it should be, and so is a candidate, and what the operator has taken out.
bool is_wanted(const LagStatus& lag, const MemberStatus& member) {
  if (!member.hold_out.absence.words.empty()) return member.administration != Administration::disabled;
  if (member.administration != Administration::enabled || member.hold_out.candidate) return false;
  return !member.works || !(row_of(lag).has_active || member.lacp.selected == lacp::Selected::standby);
}

// (by half a period later: the Partner waits for three)
void add_gap(Health& health, const std::string& subject, const lacp::PortView& port) {
  if (!port.tx_gap || port.periodic == lacp::PeriodicState::no_periodic) return;
  const Duration period = lacp::period(port.periodic);
  if (*port.tx_gap > period + period / 2)
    health.push_back({Severity::note, subject,
                      "our LACPDUs were up to " + std::to_string(to_ms(*port.tx_gap)) +
                          " ms apart in the last two minutes, and are due every " +
                          std::to_string(to_ms(period)) + " ms"});
}

void add_member(Health& health, const LagStatus& lag, const MemberStatus& member) {
  const std::string subject = lag.name + "/" + member.name;
  if (!member.distributing && is_wanted(lag, member)) {
    const auto [words, evidence] = obstacle(lag, member);
    health.push_back({Severity::warning, subject,
                      "carries nothing: " + words + (evidence.empty() ? "" : ": " + evidence)});
  }
  if (member.hold_out.flooded)
    health.push_back({Severity::warning, subject, "more LACPDUs come in than may pass"});
  for (const Miswiring& wiring : member.other_end.wiring)
    health.push_back(
        {Severity::warning, subject, std::string{name_of(wiring.fault)} + ": " + wiring.sentence});
  add_gap(health, subject, member.lacp);
  if (member.traffic.kernel_ring_full_lately != 0)
    health.push_back(
        {Severity::warning, subject, ring_full_in_words(member.traffic.kernel_ring_full_lately)});
}

// What a counter of the LAG means where it is not 0.
struct Limit {
  std::uint64_t (*count)(const LagStatus&);
  std::string_view one;
  std::string_view many;
};
constexpr std::array kLimits = std::to_array<Limit>({
    {[](const LagStatus& s) { return s.refused.clients; },
     "client found no room in the table of balance-alb, and is not balanced",
     "clients found no room in the table of balance-alb, and are not balanced"},
    {[](const LagStatus& s) { return s.refused.groups; },
     "multicast group found no room: a failover does not report it anew",
     "multicast groups found no room: a failover does not report them anew"},
});

void add_losses(Health& health, const LagStatus& lag) {
  std::uint64_t lost = 0;
  std::string names;
  for (const NamedCount& drop : lag.drops) {
    if (drop.count == 0) continue;
    lost += drop.count;
    names += (names.empty() ? "" : ", ") + std::string{drop.name} + " " + std::to_string(drop.count);
  }
  if (lost != 0)
    health.push_back(
        {Severity::note, lag.name,
         counted(lost, "frame was lost since the start: ", "frames were lost since the start: ") + names});
}

}  // namespace

Severity worst_of(const Health& health) noexcept {
  Severity worst = Severity::good;
  for (const Finding& finding : health) worst = std::max(worst, finding.severity);
  return worst;
}

std::string ring_full_in_words(std::uint64_t frames) {
  return counted(frames, "frame", "frames") +
         " found no room in the kernel's ring in the last 10 s: more come than the worker takes";
}

void add_health(Health& health, const LagStatus& lag) {
  const auto stands_by = std::ranges::count(lag.members, lacp::UnselectedReason::stands_by,
                                            [](const MemberStatus& member) { return member.lacp.reason; });
  if (!lag.up && stands_by > 0)
    health.push_back({Severity::note, lag.name,
                      "stands by with " +
                          counted(static_cast<std::uint64_t>(stands_by), "member", "members") +
                          ": the other box is to carry (show cluster)"});
  else
    health.push_back({lag.up ? Severity::good : Severity::failure, lag.name,
                      (lag.up ? "up, " : "down, ") + std::to_string(lag.distributing_members) + " of " +
                          counted(lag.members.size(), "member carries frames", "members carry frames")});
  for (const MemberStatus& member : lag.members) add_member(health, lag, member);
  for (const Limit& limit : kLimits)
    if (const std::uint64_t count = limit.count(lag); count != 0)
      health.push_back({Severity::warning, lag.name, counted(count, limit.one, limit.many)});
  add_losses(health, lag);
}

std::string health_json(const Health& health) {
  views::JsonWriter json;
  json.open_object();
  json.text("health", name_of(worst_of(health)));
  json.open_array("findings");
  for (const Finding& finding : health) {
    json.open_object();
    json.text("severity", name_of(finding.severity));
    json.text("subject", finding.subject);
    json.text("sentence", finding.sentence);
    json.close_object();
  }
  json.close_array();
  json.close_object();
  return json.take();
}

}  // namespace lagoon::control
