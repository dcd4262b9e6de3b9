#include "control/status/fields.hpp"

#include <vector>

namespace lagoon::control {

namespace {

template <typename Of>
void write(std::span<const Field<Of>> fields, const Of& of, FieldSink& out) {
  std::vector<std::string_view> open;
  std::string_view hidden;
  for (const Field<Of>& field : fields) {
    if (!hidden.empty() && is_in(field.name, hidden)) continue;
    hidden = {};
    for (; !open.empty() && !is_in(field.name, open.back()); open.pop_back()) out.close();
    if (!field.also.in_tree) continue;
    const Value value = field.get(of);
    const bool is_open = field.kind == Kind::group && value.applies();
    if (is_open) {
      out.open(leaf_of(field.name));
      open.push_back(field.name);
    } else {
      out.put(leaf_of(field.name), field.unit, value);
      if (field.kind == Kind::group) hidden = field.name;
    }
  }
  for (; !open.empty(); open.pop_back()) out.close();
}

}  // namespace

void write_fields(const LagStatus& lag, FieldSink& out) {
  write(lag_fields(), lag, out);
}
void write_fields(const MemberOf& member, FieldSink& out) {
  write(member_fields(), member, out);
}
void write_fields(const ClassStatus& one, FieldSink& out) {
  write(class_fields(), one, out);
}
void write_fields(const ClientOf& client, FieldSink& out) {
  write(client_fields(), client, out);
}

void write_fields(const NeighborOf& neighbor, FieldSink& out) {
  write(neighbor_fields(), neighbor, out);
}
void write_fields(const WiringOf& wiring, FieldSink& out) {
  write(wiring_fields(), wiring, out);
}

}  // namespace lagoon::control
