// Metrics of LAGs, their members and traffic classes.
#include "lagoond/metrics/field_families.hpp"

namespace lagoon::lagoond {

void add_lag_families(Families& out, const Snapshot& snapshot) {
  FieldFamilies<control::LagStatus> families{out, "lagoon_lag_", control::lag_fields(), snapshot.taken_s};
  for (const control::LagStatus& lag : snapshot.lags) families.add(lag, {{"lag", lag.name}});
  auto& dropped =
      add_family(out, "lagoon_lag_dropped_frames_total",
                 "Frames that were lost, and slow-protocol frames that were not acted on, by reason.",
                 MetricType::Counter);
  for (const control::LagStatus& lag : snapshot.lags)
    for (const control::NamedCount& d : lag.drops)
      add_sample(dropped, {{"lag", lag.name}, {"reason", std::string{d.name}}}, static_cast<double>(d.count));
}

void add_member_families(Families& out, const Snapshot& snapshot) {
  FieldFamilies<control::MemberOf> families{out, "lagoon_member_", control::member_fields(),
                                            snapshot.taken_s};
  for (const control::LagStatus& lag : snapshot.lags)
    for (const control::MemberStatus& member : lag.members)
      families.add({lag, member}, {{"lag", lag.name}, {"member", member.name}});
}

void add_class_families(Families& out, const Snapshot& snapshot) {
  FieldFamilies<control::ClassStatus> families{out, "lagoon_class_", control::class_fields(),
                                               snapshot.taken_s};
  for (const control::LagStatus& lag : snapshot.lags)
    for (const control::ClassStatus& one : lag.classes)
      families.add(one, {{"lag", lag.name}, {"class", one.name}});
}

void add_neighbor_families(Families& out, const Snapshot& snapshot) {
  FieldFamilies<control::NeighborOf> neighbors{out, "lagoon_member_neighbor_", control::neighbor_fields(),
                                               snapshot.taken_s};
  FieldFamilies<control::WiringOf> faults{out, "lagoon_member_wiring_", control::wiring_fields(),
                                          snapshot.taken_s};
  for (const control::LagStatus& lag : snapshot.lags) {
    control::for_each_neighbor(lag, [&](const control::NeighborOf& of) {
      neighbors.add(of, {{"lag", lag.name}, {"member", of.member.name}});
    });
    control::for_each_wiring(lag, [&](const control::WiringOf& of) {
      faults.add(of, {{"lag", lag.name}, {"member", of.member.name}});
    });
  }
}

}  // namespace lagoon::lagoond
