#include "control/views/json_options.hpp"

#include <array>

#include "dist/policy.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::control::views {

namespace {

using options::LagRow;

// One value under a name; without one: an item of a list.
struct Put {
  JsonWriter& out;
  const options::Kind& kind;
  const std::string& name;

  void operator()(options::Unset) const { out.null(name); }
  void operator()(bool value) const {
    if (std::holds_alternative<options::Words>(kind))
      (*this)(options::Word{value});
    else
      out.flag(name, value);
  }
  void operator()(options::Word value) const {
    if (std::holds_alternative<options::HashWords>(kind)) {
      out.text(name, dist::name_of(static_cast<dist::HashPolicy>(value.number)));
      return;
    }
    for (const options::NamedWord& word : std::get<options::Words>(kind).words)
      if (word.number == value.number) {
        out.text(name, word.word);
        return;
      }
  }
  void operator()(std::uint64_t value) const {
    constexpr std::uint64_t kPercent = 100;  // in hundredths
    const auto* const percent = std::get_if<options::Percent>(&kind);
    if (percent != nullptr && percent->step != kPercent)
      out.decimal(name, static_cast<double>(value * percent->step) / kPercent);
    else
      out.number(name, value);
  }
  void operator()(std::int64_t value) const { out.signed_number(name, value); }
  void operator()(Duration value) const { out.milliseconds(name, value); }
  void operator()(BitsPerSecond value) const { out.number(name, value.value()); }
  void operator()(const MacAddress& value) const { out.text(name, to_string(value)); }
  void operator()(const HostAddress& value) const { out.text(name, to_string(value)); }
  void operator()(const std::string& value) const { out.text(name, value); }
  template <typename T>
  void operator()(const std::vector<T>& items) const {
    const std::string unnamed;
    out.open_array(name);
    for (const T& item : items) Put{out, kind, unnamed}(item);
    out.close_array();
  }
};

void put_row(JsonWriter& out, const LagRow& row, const LagOptions& options) {
  const std::string name = options::json_name(row.name());
  std::visit(Put{out, row.kind, name}, row.field.get(options));
}

void put_text_or_null(JsonWriter& out, std::string_view name, const std::string& text) {
  if (text.empty())
    out.null(name);
  else
    out.text(name, text);
}

template <typename T>
void put_number_or_null(JsonWriter& out, std::string_view name, const std::optional<T>& number) {
  if (number)
    out.number(name, *number);
  else
    out.null(name);
}

std::string action_text(const qos::ColourAction& action) {
  using enum qos::ColourAction::Kind;
  return action.kind == pass ? "pass" : action.kind == drop ? "drop" : std::to_string(action.dscp);
}

void put_rate(JsonWriter& out, const std::optional<qos::RateLimit>& rate) {
  if (!rate) {
    out.null("rate");
    return;
  }
  out.open_object("rate");
  out.number("cir", rate->cir.value());
  out.number("cbs", rate->cbs);
  out.number("ebs", rate->ebs);
  put_number_or_null(out, "pir", rate->pir ? std::optional{rate->pir->value()} : std::nullopt);
  put_number_or_null(out, "pbs", rate->pbs);
  constexpr std::array<std::string_view, qos::kColours> kColourKeys{"green", "yellow", "red"};
  for (std::size_t i = 0; i < qos::kColours; ++i) out.text(kColourKeys[i], action_text(rate->action[i]));
  out.close_object();
}

void put_class(JsonWriter& out, const qos::ClassOptions& one) {
  out.open_object({});
  out.text("name", one.name);
  out.number("priority", one.priority);
  out.number("weight", one.weight);
  out.number("limit", one.limit);
  put_number_or_null(out, "limit_octets", one.limit_octets);
  out.open_array("pcp");
  for (const std::uint8_t value : one.pcp) out.number({}, value);
  out.close_array();
  out.open_array("dscp");
  for (const std::uint8_t value : one.dscp) out.number({}, value);
  out.close_array();
  put_rate(out, one.rate);
  out.close_object();
}

void put_prefix(JsonWriter& out, std::string_view name, const std::optional<qos::Prefix>& prefix) {
  if (prefix) out.text(name, to_string(prefix->address) + "/" + std::to_string(prefix->length));
}

void put_ports(JsonWriter& out, std::string_view name, const std::optional<qos::PortRange>& range) {
  if (range) out.text(name, std::to_string(range->first) + "-" + std::to_string(range->last));
}

// What is not asked for is not there.
void put_match(JsonWriter& out, const qos::MatchOptions& match) {
  out.open_object({});
  out.text("class", match.class_name);
  if (match.ether_type) out.number("ether_type", *match.ether_type);
  if (match.vlan) out.number("vlan", *match.vlan);
  if (match.protocol) out.number("proto", *match.protocol);
  put_prefix(out, "src", match.source);
  put_prefix(out, "dst", match.destination);
  put_ports(out, "src_port", match.source_port);
  put_ports(out, "dst_port", match.destination_port);
  out.close_object();
}

void put_traffic(JsonWriter& out, const qos::TrafficOptions& traffic) {
  out.open_object("traffic");
  out.open_array("classes");
  for (const qos::ClassOptions& one : traffic.classes) put_class(out, one);
  out.close_array();
  put_text_or_null(out, "default", traffic.default_class);
  out.open_array("match");
  for (const qos::MatchOptions& match : traffic.match) put_match(out, match);
  out.close_array();
  out.flag("shape", traffic.shape);
  put_number_or_null(out, "burst", traffic.burst);
  out.close_object();
}

// A Switch is the member "enabled" of its map, unless that has a row of its own.
void open_map(JsonWriter& out, std::string_view key, const LagRow& row, const LagOptions& options) {
  out.open_object(options::json_name(key));
  const std::string enabled{"enabled"};
  if (std::holds_alternative<options::Switch>(row.kind) &&
      options::lag_row(std::string{row.key} + ".enabled") == nullptr)
    std::visit(Put{out, row.kind, enabled}, row.field.get(options));
}

}  // namespace

void put_options(JsonWriter& out, const LagOptions& options) {
  out.open_object("options");
  std::string_view map;
  for (const LagRow& row : options::lag_rows()) {
    const bool is_switch = std::holds_alternative<options::Switch>(row.kind);
    const std::string_view section = is_switch ? row.key : row.section();
    if (section != map && !map.empty()) out.close_object();
    if (section != map && !section.empty()) open_map(out, section, row, options);
    map = section;
    if (is_switch) continue;
    if (std::holds_alternative<options::Traffic>(row.kind))
      put_traffic(out, options.traffic);
    else
      put_row(out, row, options);
  }
  if (!map.empty()) out.close_object();
  out.close_object();
}

}  // namespace lagoon::control::views
