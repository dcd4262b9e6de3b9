// Every field of the tables of control/status/fields.hpp, under its name there. A key that is there once is
// always there; what does not apply is null. docs/views.md is the reference.
#include <string>
#include <string_view>
#include <variant>

#include "control/status/fields.hpp"
#include "control/views/json_options.hpp"
#include "control/views/json_writer.hpp"
#include "control/views/renderers.hpp"

namespace lagoon::control::views {

namespace {

class JsonFields : public FieldSink {
 public:
  explicit JsonFields(JsonWriter& out) : out_{out} {}
  void open(std::string_view name) override { out_.open_object(name); }
  void close() override { out_.close_object(); }
  void put(std::string_view name, Unit unit, const Value& value) override {
    std::visit([&](const auto& held) { put_one(name, unit, held); }, value.held);
  }

 private:
  void put_one(std::string_view name, Unit, std::monostate) { out_.null(name); }
  void put_one(std::string_view name, Unit, bool value) { out_.flag(name, value); }
  void put_one(std::string_view name, Unit, std::uint64_t value) { out_.number(name, value); }
  void put_one(std::string_view name, Unit, std::int64_t value) { out_.signed_number(name, value); }
  void put_one(std::string_view name, Unit, double value) { out_.decimal(name, value); }
  void put_one(std::string_view name, Unit unit, Duration value) {
    if (unit == Unit::us)
      out_.signed_number(name, value / 1us);
    else
      out_.milliseconds(name, value);
  }
  void put_one(std::string_view name, Unit, const std::string& value) { out_.text(name, value); }
  void put_one(std::string_view name, Unit, const Words& values) {
    out_.open_array(name);
    for (const std::string_view word : values) out_.text({}, word);
    out_.close_array();
  }

  JsonWriter& out_;
};

template <typename Of>
void put_object(JsonWriter& out, const Of& of) {
  JsonFields fields{out};
  out.open_object();
  write_fields(of, fields);
  out.close_object();
}

}  // namespace

std::string json_text(const LagStatus& lag) {
  JsonWriter out;
  JsonFields fields{out};
  out.open_object();
  write_fields(lag, fields);
  put_options(out, lag.options);
  out.open_array("classes");
  for (const ClassStatus& one : lag.classes) put_object(out, one);
  out.close_array();
  out.open_array("members");
  for (const MemberStatus& member : lag.members) put_object(out, MemberOf{lag, member});
  out.close_array();
  out.open_array("clients");
  for (const balance::Client& client : lag.clients) put_object(out, ClientOf{lag, client});
  out.close_array();
  out.open_array("neighbors");
  for_each_neighbor(lag, [&out](const NeighborOf& neighbor) { put_object(out, neighbor); });
  out.close_array();
  out.open_array("wiring");
  for_each_wiring(lag, [&out](const WiringOf& wiring) { put_object(out, wiring); });
  out.close_array();
  out.open_object("drops");
  for (const NamedCount& d : lag.drops) out.number(d.name, d.count);
  out.close_object();
  out.close_object();
  return out.take();
}

}  // namespace lagoon::control::views
