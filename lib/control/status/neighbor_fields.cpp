// The fields of a neighbour, and of what is wrong with a cable.
#include <array>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"
#include "control/status/fields.hpp"
#include "control/wiring/neighbor_words.hpp"

namespace lagoon::control {

namespace {

using N = const NeighborOf&;
using W = const WiringOf&;
using enum Kind;

constexpr std::string_view kNeighborInfo = "Who is at the other end of the member's cable; always 1.";

Value told(const std::optional<wire::LldpValue>& value) {
  return value ? Value{wire::text_of(*value)} : Value{};
}

Value management_of(N n) {
  const auto& address = n.neighbor.said.management;
  return address ? Value{wire::text_of_address(*address)} : Value{};
}

Value capabilities_of(N n) {
  constexpr std::array<std::string_view, 11> kNames{
      "other",  "repeater", "bridge", "wlan",  "router", "telephone",
      "docsis", "station",  "cvlan",  "svlan", "tpmr"};  // IEEE 802.1AB-2016 Table 8-4
  const auto& its = n.neighbor.said.capabilities;
  if (!its) return {};
  Words out;
  for (std::size_t bit = 0; bit < kNames.size(); ++bit)
    if ((its->enabled >> bit & 1U) != 0) out.push_back(kNames[bit]);
  return out;
}

constexpr std::array kNeighborRows = std::to_array<Field<NeighborOf>>({
    {"member", text, Unit::none, [](N n) -> Value { return n.member.name; },
     "The member that it is a neighbour of."},
    {"system",
     text,
     Unit::none,
     [](N n) -> Value { return system_words(n.neighbor.said); },
     "Its name, or where it has none its Chassis ID.",
     {.metric = "info", .metric_help = kNeighborInfo, .label = "system"}},
    {"chassis",
     text,
     Unit::none,
     [](N n) -> Value { return text_of_chassis(n.neighbor.said.chassis); },
     "Its Chassis ID.",
     {.metric = "info", .label = "chassis"}},
    {"port",
     text,
     Unit::none,
     [](N n) -> Value { return text_of_port(n.neighbor.said.port); },
     "Its Port ID.",
     {.metric = "info", .label = "port"}},
    {"port_description", text, Unit::none, [](N n) { return told(n.neighbor.said.port_description); },
     "What it says of that port."},
    {"system_description", text, Unit::none, [](N n) { return told(n.neighbor.said.system_description); },
     "What it says of itself."},
    {"capabilities", Kind::words, Unit::none, capabilities_of,
     "What it does now: bridge, router, station .."},
    {"management", text, Unit::none, management_of, "The address at which it is managed."},
    {"aggregated", flag, Unit::none,
     [](N n) {
       const auto& of = n.neighbor.said.aggregation;
       return of ? Value{of->aggregated} : Value{};
     },
     "Whether its port is part of an aggregation there."},
    {"aggregate", number, Unit::none,
     [](N n) {
       const auto& of = n.neighbor.said.aggregation;
       return of && of->aggregated ? Value{of->port} : Value{};
     },
     "The number of that aggregation's port."},
    {"frame_size", number, Unit::octets, [](N n) -> Value { return n.neighbor.said.frame_size; },
     "The largest frame that it takes, with the FCS."},
    {"vlan", number, Unit::none, [](N n) -> Value { return n.neighbor.said.vlan; },
     "Its port VLAN; 0: none."},
    {"lagoon", flag, Unit::none, [](N n) -> Value { return n.neighbor.said.lagoon.has_value(); },
     "Whether it is a Lagoon, too."},
    {"source", text, Unit::none, [](N n) -> Value { return to_string(n.neighbor.source); },
     "The MAC address that its frames come from."},
    {"since_ms", time, Unit::ms, [](N n) -> Value { return n.lag.taken - n.neighbor.since; },
     "Time since it was heard first."},
    {"since_heard_ms", time, Unit::ms, [](N n) -> Value { return n.lag.taken - n.neighbor.heard; },
     "Time since it was heard last."},
    {"holds_for_ms", time, Unit::ms, [](N n) -> Value { return n.neighbor.until - n.lag.taken; },
     "Time until it is forgotten, if it is not heard again."},
});

constexpr std::array kWiringRows = std::to_array<Field<WiringOf>>({
    {"member", text, Unit::none, [](W w) -> Value { return w.member.name; }, "The member whose cable it is."},
    {"fault",
     word,
     Unit::none,
     [](W w) -> Value { return name_of(w.wiring.fault); },
     "What is wrong with it.",
     {.metric = "info", .metric_help = "What is wrong with the member's cable; always 1.", .label = "fault"}},
    {"sentence", text, Unit::none, [](W w) -> Value { return w.wiring.sentence; },
     "The same in words, with both ends and what to do."},
});

}  // namespace

std::span<const Field<NeighborOf>> neighbor_fields() noexcept {
  return kNeighborRows;
}
std::span<const Field<WiringOf>> wiring_fields() noexcept {
  return kWiringRows;
}

}  // namespace lagoon::control
