// Walks the tables of status fields, and looks for each field in the JSON view, telemetry, metrics, extended
// statistics and lagoon.h, in statuses of every mode.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "api/c_status.hpp"
#include "control/status/fields.hpp"
#include "control/views/views.hpp"
#include "dpdk/telemetry/telemetry_data.hpp"
#include "lagoond/metrics/families.hpp"
#include "statuses.hpp"
#include "support/catch.hpp"
#include "xstats/entries.hpp"

namespace outlets_test {

using namespace lagoon;
using control::Field;
using control::Kind;
using control::Value;
using Json = nlohmann::json;

namespace {

std::optional<std::uint64_t> number_of(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value.held)) return *flag ? 1 : 0;
  if (const auto* number = std::get_if<std::uint64_t>(&value.held)) return *number;
  return std::nullopt;
}

std::vector<std::string> split(std::string_view name) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    parts.emplace_back(name.substr(0, dot));
    if (dot == name.size()) return parts;
    name.remove_prefix(dot + 1);
  }
}

// --- one outlet each ---

const Json* at(const Json& object, std::string_view name) {
  const Json* here = &object;
  for (const std::string& part : split(name)) {
    if (here->is_null()) return here;  // (a group that does not apply)
    if (!here->contains(part)) return nullptr;
    here = &(*here)[part];
  }
  return here;
}

const dpdk::AnswerItem* at(const dpdk::Answer& object, std::string_view name) {
  const dpdk::Answer* here = &object;
  const dpdk::AnswerItem* found = nullptr;
  for (const std::string& part : split(name)) {
    if (here == nullptr) return nullptr;
    const auto item = std::ranges::find(here->items(), part, &dpdk::AnswerItem::name);
    if (item == here->items().end()) return nullptr;
    found = &*item;
    here = std::get_if<dpdk::Answer>(&item->value);
  }
  return found;
}

void check_json(const Json& object, std::string_view name, const Value& value) {
  const Json* const there = at(object, name);
  REQUIRE(there != nullptr);
  CHECK(there->is_null() != value.applies());
  if (const auto number = number_of(value))
    CHECK((there->is_boolean() ? (there->get<bool>() ? 1U : 0U) : there->get<std::uint64_t>()) == *number);
}

void check_telemetry(const dpdk::Answer& object, std::string_view name, const Value& value) {
  const dpdk::AnswerItem* const there = at(object, name);
  REQUIRE((there != nullptr) == value.applies());
  if (const auto number = number_of(value)) CHECK(std::get<std::uint64_t>(there->value) == *number);
}

void check_c(const lagoon_status& status, lagoon_subject subject, std::size_t index, std::string_view name,
             const Value& value) {
  lagoon_field field{};
  field.struct_size = sizeof field;
  REQUIRE(lagoon_status_field_named(&status, subject, index, std::string{name}.c_str(), &field, nullptr) ==
          LAGOON_OK);
  CHECK(field.name == name);
  CHECK(field.applies == value.applies());
  if (const auto number = number_of(value)) CHECK(static_cast<std::uint64_t>(field.number) == *number);
}

class Metrics {
 public:
  explicit Metrics(const control::LagStatus& lag)
      : families_{lagoond::families_of({.answered = true, .lags = {lag}, .version = "1"})} {}

  // Of the family, those samples that have all of these labels.
  [[nodiscard]] std::optional<std::size_t> samples(const std::string& family,
                                                   const std::map<std::string, std::string>& labels) const {
    const auto found = std::ranges::find(families_, family, &prometheus::MetricFamily::name);
    if (found == families_.end()) return std::nullopt;
    return static_cast<std::size_t>(std::ranges::count_if(found->metric, [&](const auto& sample) {
      return std::ranges::all_of(labels, [&](const auto& label) {
        return std::ranges::any_of(sample.label, [&](const auto& its) {
          return its.name == label.first && its.value == label.second;
        });
      });
    }));
  }

 private:
  lagoond::Families families_;
};

void check_metric(const Metrics& metrics, const std::string& prefix, const control::Elsewhere& also,
                  const std::map<std::string, std::string>& labels, const Value& value) {
  const auto count = metrics.samples(prefix + std::string{also.metric}, labels);
  REQUIRE(count.has_value());
  const bool is_info = also.metric.ends_with("info");
  if (value.applies())
    CHECK(*count == std::max<std::size_t>(also.words.size(), 1) *
                        (also.metric == "dropped_frames_total" ? 4 : 1) *
                        (also.metric == "coloured_frames_total" ? 3 : 1) *
                        (also.metric == "bfd_discarded_total" ? 19 : 1));
  else if (!is_info)
    CHECK(*count == 0);
}

control::LagStatus with_classes(control::LagStatus lag) {
  lag.classes.push_back({.name = "voice", .in_packets = 5, .queue_full = 2, .colour = {1, 2, 3}});
  return lag;
}

struct Outlets {
  explicit Outlets(const control::LagStatus& lag)
      : status{lag},
        json(Json::parse(control::render(control::View::json, lag))),
        telemetry(dpdk::lag_answer(lag)),
        classes(dpdk::classes_answer(lag)),
        metrics{lag},
        xstats(pmd::entries_of(lag)) {}
  [[nodiscard]] const pmd::Entry* xstat(const std::string& name) const {
    const auto found = std::ranges::find(xstats, name, &pmd::Entry::name);
    return found == xstats.end() ? nullptr : &*found;
  }

  lagoon_status status;
  Json json;
  dpdk::Answer telemetry;
  dpdk::Answer classes;
  Metrics metrics;
  std::vector<pmd::Entry> xstats;
};

template <typename Of>
void check_xstat(const Outlets& out, const std::string& prefix, const Field<Of>& field, const Value& value) {
  const pmd::Entry* const entry = out.xstat(prefix + std::string{field.also.xstat});
  REQUIRE(entry != nullptr);
  CHECK(entry->counts == (field.kind == Kind::counter));
  CHECK(entry->value == number_of(value).value_or(0));
}

}  // namespace

TEST_CASE("Each field of a LAG is in every outlet that its row names", "[status]") {
  for (const test::NamedStatus& each : test::fixed_statuses()) {
    const Outlets out{with_classes(each.lag)};
    control::for_each_value(control::lag_fields(), each.lag, [&](const auto& field, const Value& value) {
      CAPTURE(each.name, field.name);
      if (field.also.in_tree) {
        check_json(out.json, field.name, value);
        check_telemetry(out.telemetry, field.name, value);
        check_c(out.status, LAGOON_OF_LAG, 0, field.name, value);
      }
      if (!field.also.metric.empty())
        check_metric(out.metrics, "lagoon_lag_", field.also, {{"lag", each.lag.name}}, value);
      if (!field.also.xstat.empty()) check_xstat(out, "lag_", field, value);
    });
  }
}

TEST_CASE("Each field of a member is in every outlet that its row names", "[status]") {
  for (const test::NamedStatus& each : test::fixed_statuses()) {
    if (each.name == "odd-names") continue;  // (names that outlets must change)
    const Outlets out{each.lag};
    for (std::size_t i = 0; i < each.lag.members.size(); ++i) {
      const control::MemberStatus& member = each.lag.members[i];
      const dpdk::AnswerItem* const object = at(out.telemetry, "members." + member.name);
      REQUIRE(object != nullptr);
      const control::MemberOf of{each.lag, member};
      control::for_each_value(control::member_fields(), of, [&](const auto& field, const Value& value) {
        CAPTURE(each.name, member.name, field.name);
        if (field.also.in_tree) {
          check_json(out.json["members"][i], field.name, value);
          check_telemetry(std::get<dpdk::Answer>(object->value), field.name, value);
          check_c(out.status, LAGOON_OF_MEMBER, i, field.name, value);
        }
        if (!field.also.metric.empty())
          check_metric(out.metrics, "lagoon_member_", field.also,
                       {{"lag", each.lag.name}, {"member", member.name}}, value);
        if (!field.also.xstat.empty()) check_xstat(out, "member_" + member.name + "_", field, value);
      });
    }
  }
}

control::LagStatus with_other_ends(control::LagStatus lag) {
  control::OtherEndStatus& end = lag.members.at(1).other_end;
  lldp::Neighbor& neighbor = end.neighbors.emplace_back();
  neighbor.said.chassis = {.subtype = 7, .value = wire::lldp_value("rack 7")};
  neighbor.said.port = {.subtype = 5, .value = wire::lldp_value("Eth1/7")};
  neighbor.said.system_name = wire::lldp_value(
      "sw\x1b"
      "1");
  neighbor.said.capabilities = {.supported = 0xffff, .enabled = wire::kLldpBridge | wire::kLldpRouter};
  neighbor.said.aggregation = {.capable = true, .aggregated = true, .port = 5};
  neighbor.said.frame_size = 9022;
  neighbor.since = neighbor.heard = lag.taken - 5s;
  neighbor.until = lag.taken + 100s;
  end.lldp = {.sent = 3, .received = 4, .discarded = 5, .too_often = 6};
  end.too_many = 7;
  end.wiring.push_back({.member = {}, .fault = control::WiringFault::swapped, .sentence = "two \"cables\""});
  end.bfd = control::BfdStatus{.state = wire::BfdState::up,
                               .peer_state = wire::BfdState::up,
                               .diag = {},
                               .verdict = bfd::Verdict::carries,
                               .blocks = false,
                               .peer = Ipv4Address{{169, 254, 7, 2}},
                               .detection = 150ms,
                               .counters = {}};
  end.bfd->counters.sent = 8;
  end.bfd->counters.discarded[static_cast<std::size_t>(wire::BfdError::ttl)] = 9;
  return lag;
}

TEST_CASE("What is known of other ends is in every outlet that its row names", "[status]") {
  const control::LagStatus lag = with_other_ends(*test::fixed_status("lacp"));
  const Outlets out{lag};
  const control::MemberStatus& member = lag.members[1];
  const std::map<std::string, std::string> labels{{"lag", lag.name}, {"member", member.name}};
  const auto check_all = [&](const auto& fields, const auto& of, const std::string& where,
                             lagoon_subject subject, const std::string& metric) {
    const dpdk::AnswerItem* const object = at(out.telemetry, where + ".0");
    REQUIRE(object != nullptr);
    control::for_each_value(fields, of, [&](const auto& field, const Value& value) {
      CAPTURE(field.name);
      check_json(out.json[where][0], field.name, value);
      check_telemetry(std::get<dpdk::Answer>(object->value), field.name, value);
      check_c(out.status, subject, 0, field.name, value);
      if (!field.also.metric.empty()) check_metric(out.metrics, metric, field.also, labels, value);
    });
  };
  check_all(control::neighbor_fields(), control::NeighborOf{lag, member, member.other_end.neighbors[0]},
            "neighbors", LAGOON_OF_NEIGHBOR, "lagoon_member_neighbor_");
  check_all(control::wiring_fields(), control::WiringOf{lag, member, member.other_end.wiring[0]}, "wiring",
            LAGOON_OF_WIRING, "lagoon_member_wiring_");
  CHECK(out.json["neighbors"][0]["system"] == "sw?1");
  CHECK(out.json["members"][1]["bfd"]["discarded"]["ttl"] == 9);
  control::for_each_value(control::member_fields(), control::MemberOf{lag, member},
                          [&](const auto& field, const Value& value) {
                            CAPTURE(field.name);
                            if (field.also.in_tree) check_json(out.json["members"][1], field.name, value);
                            if (!field.also.metric.empty())
                              check_metric(out.metrics, "lagoon_member_", field.also, labels, value);
                            if (!field.also.xstat.empty())
                              check_xstat(out, "member_" + member.name + "_", field, value);
                          });
  lagoon_field field{};
  field.struct_size = sizeof field;
  for (const lagoon_subject subject : {LAGOON_OF_NEIGHBOR, LAGOON_OF_WIRING})
    CHECK(lagoon_status_field(&out.status, subject, 1, 0, &field, nullptr) == LAGOON_ERR_NO_SUCH_THING);
}

TEST_CASE("Each field of a traffic class is in every outlet that its row names", "[status]") {
  const control::LagStatus lag = with_classes(*test::fixed_status("lacp"));
  const Outlets out{lag};
  const dpdk::AnswerItem* const object = at(out.classes, "classes.voice");
  REQUIRE(object != nullptr);
  control::for_each_value(control::class_fields(), lag.classes[0],
                          [&](const auto& field, const Value& value) {
                            CAPTURE(field.name);
                            check_json(out.json["classes"][0], field.name, value);
                            check_telemetry(std::get<dpdk::Answer>(object->value), field.name, value);
                            check_c(out.status, LAGOON_OF_CLASS, 0, field.name, value);
                            if (!field.also.metric.empty())
                              check_metric(out.metrics, "lagoon_class_", field.also,
                                           {{"lag", lag.name}, {"class", "voice"}}, value);
                          });
}

TEST_CASE("Every key of the JSON view is a field, and the other way round", "[status]") {
  std::set<std::string> known{"options", "classes", "members", "clients", "neighbors", "wiring", "drops"};
  for (const auto& field : control::lag_fields())
    if (field.also.in_tree) known.insert(split(field.name).front());
  const Json json = Json::parse(control::render(control::View::json, *test::fixed_status("lacp")));
  for (const auto& [key, value] : json.items()) {
    CAPTURE(key);
    CHECK(known.erase(key) == 1);
  }
  CHECK(known.empty());
}

TEST_CASE("Every counter is a metric and, but for classes, an extended statistic", "[status]") {
  const auto check = [](const auto& fields, bool has_xstats) {
    std::set<std::string_view> names;
    std::set<std::string_view> xstats;
    for (const auto& field : fields) {
      CAPTURE(field.name);
      CHECK(names.insert(field.name).second);
      CHECK(field.help.ends_with('.'));
      if (!field.also.xstat.empty()) CHECK(xstats.insert(field.also.xstat).second);
      if (field.kind != Kind::counter) continue;
      CHECK(field.also.metric.ends_with("_total"));
      CHECK(field.also.xstat.empty() != has_xstats);
    }
  };
  check(control::lag_fields(), true);
  check(control::member_fields(), true);
  check(control::class_fields(), false);
}

TEST_CASE("Fields of lagoon.h are numbered from 0 on, and end", "[status]") {
  const lagoon_status status{with_classes(*test::fixed_status("lacp-weighted"))};
  for (const lagoon_subject subject : {LAGOON_OF_LAG, LAGOON_OF_MEMBER, LAGOON_OF_CLASS}) {
    std::set<std::string> names;
    lagoon_field field{};
    field.struct_size = sizeof field;
    std::array<char, 256> octets{};
    lagoon_text text{.at = octets.data(), .size = octets.size(), .needed = 0};
    while (lagoon_status_field(&status, subject, 0, names.size(), &field, &text) == LAGOON_OK) {
      REQUIRE(names.insert(field.name).second);
      CHECK(text.needed > (field.applies && std::string_view{field.kind} == "counter" ? 1U : 0U));
    }
    CHECK(names.size() > 15);
    CHECK(lagoon_status_field(&status, subject, 99, 0, &field, nullptr) == LAGOON_ERR_NO_SUCH_THING);
  }
  lagoon_field field{};
  CHECK(lagoon_status_field(&status, LAGOON_OF_LAG, 0, 0, &field, nullptr) == LAGOON_ERR_STRUCT_SIZE);
  field.struct_size = sizeof field;
  CHECK(lagoon_status_field_named(&status, LAGOON_OF_LAG, 0, "no.such", &field, nullptr) ==
        LAGOON_ERR_NO_SUCH_THING);
}

}  // namespace outlets_test
