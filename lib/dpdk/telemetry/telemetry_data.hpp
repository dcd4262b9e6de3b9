// Status values as DPDK telemetry data, which becomes JSON. DPDK 22.11 refuses objects in arrays, so what is
// a list of things is an object here: members by name, events by sequence number.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "control/status/status.hpp"
#include "dpdk/engine/engine.hpp"

struct rte_tel_data;

namespace lagoon::dpdk {

/// A JSON object under construction.
class TelemetryDict {
 public:
  /// Makes `data` an object.
  explicit TelemetryDict(rte_tel_data* data) noexcept;
  void text(const char* name, std::string_view value) noexcept;
  void number(const char* name, std::uint64_t value) noexcept;
  void flag(const char* name, bool value) noexcept { number(name, value ? 1 : 0); }
  void nested(const char* name, rte_tel_data* value) noexcept;

 private:
  rte_tel_data* data_;
};

/// Letters, digits and '_', which are what DPDK takes in names.
[[nodiscard]] std::string telemetry_name(std::string_view text);
/// The load of a LAG and of a member, what is placed or moved by it, and moves (telemetry_load.cpp).
void put_load(TelemetryDict& dict, const control::LagStatus& status);
void put_load(TelemetryDict& dict, const control::LagStatus& status, const control::MemberStatus& member);

void put_lag(rte_tel_data* data, const control::LagStatus& status);
void put_ports(rte_tel_data* data, std::span<const PortStatus> ports);
void put_explanation(rte_tel_data* data, const FlowAnswer& answer);
/// Queues of traffic classes.
void put_classes(rte_tel_data* data, const control::LagStatus& status);
void put_events(rte_tel_data* data, std::span<const NamedEvent> events);

}  // namespace lagoon::dpdk
