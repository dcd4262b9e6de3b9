// Status fields: each number, flag and word of a status stands here once, as a row of a table: its name, kind
// and unit, how it is read, one line that says what it is, and its names where others chose them. The JSON
// view, DPDK's telemetry, Prometheus' metrics, the PMD's extended statistics and lagoon.h's fields are made
// of these rows. A new field is a member of a struct in status.hpp, a line that fills it, and a row.
//
// Thread: any; the tables are constant.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "control/status/status.hpp"
#include "control/status/value.hpp"

namespace lagoon::control {

enum class Kind : std::uint8_t {
  group,  // an object: rows below whose names begin with its name and a dot are in it. Does not apply: none
          // does
  flag,
  number,   // as it is now
  counter,  // goes up only
  decimal,
  time,
  text,
  word,   // one of a few
  words,  // some of a few
};
inline constexpr std::array<std::string_view, 9> kKindNames{"group", "flag", "number", "counter", "decimal",
                                                            "time",  "text", "word",   "words"};
[[nodiscard]] constexpr std::string_view name_of(Kind kind) noexcept {
  return kKindNames[static_cast<std::size_t>(kind)];
}

enum class Unit : std::uint8_t { none, frames, octets, octets_per_s, mbps, ms, us };
inline constexpr std::array<std::string_view, 7> kUnitNames{"",       "frames", "octets", "octets/s",
                                                            "Mbit/s", "ms",     "us"};
[[nodiscard]] constexpr std::string_view name_of(Unit unit) noexcept {
  return kUnitNames[static_cast<std::size_t>(unit)];
}

/// Where else a field is shown, and what it is called there.
struct Elsewhere {
  /// Of Prometheus, behind "lagoon_lag_", "lagoon_member_" or "lagoon_class_"; empty: not there. The end says
  /// what it is: "_total" a counter, "_seconds" and "_bytes_per_second" a time and a rate, "info" a text that
  /// is the label of a constant 1, "_timestamp_seconds" the Unix time before which it has lasted so long.
  std::string_view metric{};
  /// What the family says of itself, where several fields share it; empty: the help of its first field.
  std::string_view metric_help{};
  /// The label of a sample: of each of `words` for a word, of the field's own name for a number.
  std::string_view label{};
  std::span<const std::string_view> words{};
  /// Of the extended statistics, behind "lag_" or "member_NAME_"; empty: not there.
  std::string_view xstat{};
  /// In the JSON view, telemetry and lagoon.h. False: it is made of other fields, or an option.
  bool in_tree = true;
};

template <typename Of>
struct Field {
  std::string_view name;  // with its groups: "lacp.counters.lacpdu_rx"
  Kind kind;
  Unit unit;
  Value (*get)(const Of&);
  std::string_view help;  // one line, one sentence
  Elsewhere also{};
};

/// A member, and the LAG that it is of.
struct MemberOf {
  const LagStatus& lag;
  const MemberStatus& member;
};
/// A client of balance-alb, and the LAG whose it is.
struct ClientOf {
  const LagStatus& lag;
  const balance::Client& client;
};

/// A neighbour of a member (LLDP).
struct NeighborOf {
  const LagStatus& lag;
  const MemberStatus& member;
  const lldp::Neighbor& neighbor;
};
struct WiringOf {
  const LagStatus& lag;
  const MemberStatus& member;
  const Miswiring& wiring;
};

/// Member by member.
template <typename Action>
void for_each_neighbor(const LagStatus& lag, Action action) {
  for (const MemberStatus& member : lag.members)
    for (const lldp::Neighbor& neighbor : member.other_end.neighbors)
      action(NeighborOf{lag, member, neighbor});
}
template <typename Action>
void for_each_wiring(const LagStatus& lag, Action action) {
  for (const MemberStatus& member : lag.members)
    for (const Miswiring& wiring : member.other_end.wiring) action(WiringOf{lag, member, wiring});
}

/// Of a group: there, or left out.
[[nodiscard]] inline Value applies_if(bool condition) {
  return condition ? Value{true} : Value{};
}

// In the order in which they are shown.
[[nodiscard]] std::span<const Field<LagStatus>> lag_fields() noexcept;
[[nodiscard]] std::span<const Field<MemberOf>> member_fields() noexcept;
[[nodiscard]] std::span<const Field<ClassStatus>> class_fields() noexcept;
[[nodiscard]] std::span<const Field<ClientOf>> client_fields() noexcept;
[[nodiscard]] std::span<const Field<NeighborOf>> neighbor_fields() noexcept;
[[nodiscard]] std::span<const Field<WiringOf>> wiring_fields() noexcept;

/// "lacpdu_rx" of "lacp.counters.lacpdu_rx".
[[nodiscard]] constexpr std::string_view leaf_of(std::string_view name) noexcept {
  return name.substr(name.rfind('.') + 1);
}
[[nodiscard]] constexpr bool is_in(std::string_view name, std::string_view group) noexcept {
  return name.size() > group.size() && name.starts_with(group) && name[group.size()] == '.';
}

/// `action(field, value)` for each row but groups. What is in a group that does not apply does not apply.
template <typename Of, typename Action>
void for_each_value(std::span<const Field<Of>> fields, const Of& of, Action action) {
  std::string_view hidden;
  for (const Field<Of>& field : fields) {
    if (!hidden.empty() && !is_in(field.name, hidden)) hidden = {};
    if (field.kind != Kind::group)
      action(field, hidden.empty() ? field.get(of) : Value{});
    else if (hidden.empty() && !field.get(of).applies())
      hidden = field.name;
  }
}

/// What a status is written into, object by object. Names are without their groups.
class FieldSink {
 public:
  virtual ~FieldSink() = default;
  virtual void open(std::string_view name) = 0;
  virtual void close() = 0;
  /// The value may be one that does not apply: a group, too.
  virtual void put(std::string_view name, Unit unit, const Value& value) = 0;
};

// Writes the fields of one thing, its groups as objects.
void write_fields(const LagStatus& lag, FieldSink& out);
void write_fields(const MemberOf& member, FieldSink& out);
void write_fields(const ClassStatus& one, FieldSink& out);
void write_fields(const ClientOf& client, FieldSink& out);
void write_fields(const NeighborOf& neighbor, FieldSink& out);
void write_fields(const WiringOf& wiring, FieldSink& out);

}  // namespace lagoon::control
