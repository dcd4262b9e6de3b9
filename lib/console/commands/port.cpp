// show port, stats and xstats: ports as DPDK has them, with the words that testpmd has for it as well.
#include <algorithm>
#include <array>

#include "config/text/suggest.hpp"
#include "console/session.hpp"
#include "console/text/text_table.hpp"
#include "console/text/units_text.hpp"
#include "control/views/json_writer.hpp"

namespace lagoon::console {

namespace {

using dpdk::EthdevStatus;
using Ports = std::vector<EthdevStatus>;

// A port may be given by DPDK's id or name, and by the name in the configuration, if one port has it.
bool is_called(const EthdevStatus& port, std::string_view name) {
  return std::to_string(port.id) == name || port.ethdev == name || port.name == name;
}

Result<Ports> ports_of(Session& session, std::string_view name) {
  auto ports = session.running.ports();
  if (!ports || name.empty() || name == "all") return ports;
  std::erase_if(*ports, [name](const EthdevStatus& port) { return !is_called(port, name); });
  if (ports->empty())
    return fail(Errc::no_such_thing, "no port " + config::in_quotes(name) + "; show port lists all");
  return ports;
}

std::string what_for(const EthdevStatus& port) {
  return port.lag.empty() ? "access" : "member of " + port.lag;
}

std::string ports_text(const Ports& ports) {
  TextTable table{{"id", "ethdev", "name", "for", "driver", "link", "address", "mtu", "queues rx/tx"}};
  for (const EthdevStatus& port : ports)
    table.add({std::to_string(port.id), port.ethdev, port.name, what_for(port), port.driver,
               link_words(port.link), to_string(port.address), std::to_string(port.mtu),
               std::to_string(port.rx_queues) + "/" + std::to_string(port.tx_queues)});
  return table.text();
}

std::string stats_text(const Ports& ports) {
  TextTable table{{"id", "name", "for", "rx packets", "rx bytes", "missed", "errors", "no mbuf", "tx packets",
                   "tx bytes", "errors"}};
  for (const EthdevStatus& port : ports) {
    const dpdk::EthdevCounters& c = port.counters;
    table.add({std::to_string(port.id), port.name, what_for(port), std::to_string(c.rx_packets),
               std::to_string(c.rx_bytes), std::to_string(c.rx_missed), std::to_string(c.rx_errors),
               std::to_string(c.rx_no_mbuf), std::to_string(c.tx_packets), std::to_string(c.tx_bytes),
               std::to_string(c.tx_errors)});
  }
  return table.text();
}

std::string ports_json(const Ports& ports) {
  control::views::JsonWriter json;
  json.open_array();
  for (const EthdevStatus& port : ports) {
    const dpdk::EthdevCounters& c = port.counters;
    json.open_object();
    json.number("id", port.id);
    json.text("ethdev", port.ethdev);
    json.text("name", port.name);
    if (!port.lag.empty()) json.text("lag", port.lag);
    json.text("driver", port.driver);
    json.flag("up", port.link.up);
    json.number("speed_mbps", to_mbps(port.link.speed));
    json.text("address", to_string(port.address));
    json.number("mtu", port.mtu);
    json.number("rx_queues", port.rx_queues);
    json.number("tx_queues", port.tx_queues);
    json.number("rx_packets", c.rx_packets);
    json.number("rx_bytes", c.rx_bytes);
    json.number("rx_missed", c.rx_missed);
    json.number("rx_errors", c.rx_errors);
    json.number("rx_no_mbuf", c.rx_no_mbuf);
    json.number("tx_packets", c.tx_packets);
    json.number("tx_bytes", c.tx_bytes);
    json.number("tx_errors", c.tx_errors);
    json.close_object();
  }
  json.close_array();
  return json.take();
}

Result<std::string> xstats_text(Session& session, const Ports& ports) {
  std::string text;
  for (const EthdevStatus& port : ports) {
    const auto counts = session.running.extended_counts(port.id);
    if (!counts) return std::unexpected{counts.error()};
    text += "port " + std::to_string(port.id) + ", " + port.name + ":" +
            (counts->empty() ? " its driver has none\n" : "\n");
    for (const dpdk::ExtendedCount& count : *counts)
      text += "  " + count.name + ": " + std::to_string(count.count) + "\n";
  }
  return text;
}

Result<Outcome> xstats(Session& session, std::string_view name) {
  const auto ports = ports_of(session, name);
  if (!ports) return std::unexpected{ports.error()};
  auto text = xstats_text(session, *ports);
  if (!text) return std::unexpected{text.error()};
  return Outcome{.text = *std::move(text)};
}

Result<Outcome> show_xstats(Session& session, const Arguments& arguments) {
  return xstats(session, arguments["PORT"]);
}

Result<Outcome> show_port(Session& session, const Arguments& arguments) {
  const std::string_view what = arguments.choice();
  if (what == "xstats") return xstats(session, arguments["PORT"]);
  const auto ports = ports_of(session, arguments["PORT"]);
  if (!ports) return std::unexpected{ports.error()};
  return Outcome{.text = what == "stats" ? stats_text(*ports) : ports_text(*ports)};
}

Result<Outcome> show_port_json(Session& session, const Arguments& arguments) {
  const auto ports = ports_of(session, arguments["PORT"]);
  if (!ports) return std::unexpected{ports.error()};
  return Outcome{.text = ports_json(*ports), .is_json = true};
}

Result<Outcome> show_stats(Session& session, const Arguments& arguments) {
  const auto ports = ports_of(session, arguments["PORT"]);
  if (!ports) return std::unexpected{ports.error()};
  return Outcome{.text = stats_text(*ports)};
}

constexpr std::array<CommandRow, 5> kPortCommands{{
    {"show port [PORT]", "Ports: driver, link, address, queues; PORT is an id or a name", show_port},
    {"show port [PORT] as json", "The same and what they have counted, for programs", show_port_json},
    {"show stats [PORT]", "What ports have counted", show_stats},
    {"show xstats [PORT]", "What a port's driver counts besides", show_xstats},
    {"show port info|stats|xstats PORT", "The same in testpmd's words; PORT may be all", show_port},
}};

}  // namespace

std::span<const CommandRow> port_commands() noexcept {
  return kPortCommands;
}

}  // namespace lagoon::console
