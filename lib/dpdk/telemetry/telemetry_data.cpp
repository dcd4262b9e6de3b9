#include "dpdk/telemetry/telemetry_data.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "control/status/fields.hpp"
#include "control/views/words.hpp"

namespace lagoon::dpdk {

namespace {

std::uint64_t milliseconds(Duration d) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_ms(d)));
}

class AnswerFields : public control::FieldSink {
 public:
  AnswerFields() : open_(1) {}
  void open(std::string_view name) override {
    names_.emplace_back(name);
    open_.emplace_back();
  }
  void close() override {
    Answer inner = std::move(open_.back());
    open_.pop_back();
    open_.back().object(names_.back(), std::move(inner));
    names_.pop_back();
  }
  void put(std::string_view name, control::Unit unit, const control::Value& value) override {
    std::visit([&](const auto& held) { put_one(name, unit, held); }, value.held);
  }
  [[nodiscard]] Answer take() { return std::move(open_.front()); }

 private:
  using Unit = control::Unit;
  Answer& here() { return open_.back(); }
  void put_one(std::string_view, Unit, std::monostate) {}
  void put_one(std::string_view name, Unit, bool value) { here().flag(name, value); }
  void put_one(std::string_view name, Unit, std::uint64_t value) { here().number(name, value); }
  void put_one(std::string_view name, Unit, std::int64_t value) { here().signed_number(name, value); }
  // (telemetry has whole numbers only)
  void put_one(std::string_view name, Unit, double value) {
    here().text(name, control::views::fixed_point(value, 3));
  }
  void put_one(std::string_view name, Unit unit, Duration value) {
    here().signed_number(name, unit == Unit::us ? value / 1us : to_ms(value));
  }
  void put_one(std::string_view name, Unit, const std::string& value) { here().text(name, value); }
  void put_one(std::string_view name, Unit, const control::Words& values) {
    here().words(name, {values.begin(), values.end()});
  }

  std::vector<Answer> open_;
  std::vector<std::string> names_;
};

template <typename Of>
Answer fields_of(const Of& of) {
  AnswerFields fields;
  control::write_fields(of, fields);
  return fields.take();
}

// Two members whose names differ in other characters only are told apart by position.
std::string unique_name(const std::vector<control::MemberStatus>& members, std::size_t index) {
  std::string name = telemetry_name(members[index].name);
  for (std::size_t i = 0; i < index; ++i)
    if (telemetry_name(members[i].name) == name) return name + "_" + std::to_string(index);
  return name;
}

Answer counts(std::span<const control::NamedCount> all) {
  Answer made;
  for (const control::NamedCount& one : all) made.number(one.name, one.count);
  return made;
}

}  // namespace

Answer lag_answer(const control::LagStatus& status) {
  Answer made = fields_of(status);
  made.object("drops", counts(status.drops));
  Answer buckets;
  Answer members;
  for (std::size_t i = 0; i < status.members.size(); ++i) {
    const std::string name = unique_name(status.members, i);
    buckets.number(name, status.members[i].buckets);
    members.object(name, fields_of(control::MemberOf{status, status.members[i]}));
  }
  made.object("buckets", std::move(buckets));
  made.object("members", std::move(members));
  Answer neighbors;
  std::size_t index = 0;
  control::for_each_neighbor(status, [&](const control::NeighborOf& neighbor) {
    neighbors.object(std::to_string(index++), fields_of(neighbor));
  });
  if (index != 0) made.object("neighbors", std::move(neighbors));
  Answer wiring;
  std::size_t faults = 0;
  control::for_each_wiring(
      status, [&](const control::WiringOf& of) { wiring.object(std::to_string(faults++), fields_of(of)); });
  if (faults != 0) made.object("wiring", std::move(wiring));
  if (status.clients.empty()) return made;
  Answer clients;
  for (std::size_t i = 0; i < status.clients.size(); ++i)
    clients.object(std::to_string(i), fields_of(control::ClientOf{status, status.clients[i]}));
  made.object("clients", std::move(clients));
  return made;
}

Answer classes_answer(const control::LagStatus& status) {
  Answer classes;
  for (const control::ClassStatus& one : status.classes) classes.object(one.name, fields_of(one));
  Answer waiting;
  for (std::size_t i = 0; i < status.members.size(); ++i)
    waiting.number(unique_name(status.members, i), status.members[i].queued_packets);
  Answer made;
  made.object("classes", std::move(classes));
  made.object("waiting", std::move(waiting));
  return made;
}

Answer ports_answer(std::span<const PortStatus> ports) {
  Answer by_name;
  for (const PortStatus& p : ports) {
    Answer one;
    one.text("name", p.name);
    one.text("port", p.port);
    one.text("link", p.up ? "up" : "down");
    if (!p.absence.empty()) one.text("absence", p.absence);
    one.number("rx_packets", p.traffic.rx_packets);
    one.number("tx_packets", p.traffic.tx_packets);
    one.number("rx_bytes", p.traffic.rx_bytes);
    one.number("tx_bytes", p.traffic.tx_bytes);
    one.object("drops", counts(p.drops));
    by_name.object(p.name, std::move(one));
  }
  return by_name;
}

Answer mempools_answer(std::span<const MempoolStatus> pools) {
  Answer by_name;
  for (const MempoolStatus& p : pools) {
    Answer one;
    one.text("name", p.name);
    one.number("size", p.size);
    one.number("free", p.free);
    by_name.object(p.name, std::move(one));
  }
  return by_name;
}

Answer events_answer(std::span<const NamedEvent> events) {
  Answer by_sequence;
  for (const NamedEvent& e : events) {
    Answer one;
    one.number("t_ns", static_cast<std::uint64_t>(to_ns(e.entry.at)));
    one.text("member", e.member);
    one.text("kind", e.entry.kind);
    one.text("from", e.entry.from);
    one.text("to", e.entry.to);
    one.text("why", e.entry.why);
    if (!e.entry.evidence.empty()) one.text("evidence", e.entry.evidence);
    by_sequence.object(std::to_string(e.entry.sequence), std::move(one));
  }
  return by_sequence;
}

Answer health_answer(const control::Health& health) {
  Answer findings;
  for (std::size_t i = 0; i < health.size(); ++i) {
    Answer one;
    one.text("severity", name_of(health[i].severity));
    one.text("subject", health[i].subject);
    one.text("sentence", health[i].sentence);
    findings.object(std::to_string(i), std::move(one));
  }
  Answer made;
  made.text("health", name_of(control::worst_of(health)));
  made.object("findings", std::move(findings));
  return made;
}

Answer explanation_answer(const FlowAnswer& answer) {
  const control::Explanation& way = answer.way;
  Answer made;
  made.text("lag", answer.lag);
  made.text("distribution", way.distribution);
  made.text("hash", "0x" + control::views::hex_upper(way.hash, 8));
  made.number("bucket", way.bucket);
  if (way.pin) made.number("pin", *way.pin);
  made.text("member", answer.member);
  made.text("before", answer.before);
  made.text("why", way.why);
  if (answer.since) made.number("since_ms", milliseconds(*answer.since));
  made.flag("moving", way.moving);
  made.flag("by_frame", way.by_frame);
  made.flag("nic_hash", answer.nic_hash);
  Answer entries;
  for (const FlowAnswer::Entry& entry : answer.entries) {
    Answer one;
    one.text("member", entry.member);
    one.text("why", entry.why);
    one.number("since_ms", milliseconds(entry.since));
    entries.object("worker_" + std::to_string(entry.lcore), std::move(one));
  }
  made.object("entries", std::move(entries));
  return made;
}

}  // namespace lagoon::dpdk
