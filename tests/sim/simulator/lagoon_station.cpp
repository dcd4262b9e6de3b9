#include "lagoon_station.hpp"

#include <algorithm>
#include <ostream>
#include <string_view>
#include <utility>

#include "table/port_table_builder.hpp"

namespace lagoon::sim {

namespace {

std::string_view kind_name(lacp::EventKind kind) {
  switch (kind) {
    case lacp::EventKind::receive_state:
      return "receive";
    case lacp::EventKind::mux_state:
      return "mux";
    case lacp::EventKind::selected:
      return "selected";
    case lacp::EventKind::actor_churn:
      return "actor churn";
    case lacp::EventKind::partner_churn:
      return "partner churn";
    case lacp::EventKind::partner_changed:
      return "another partner";
    case lacp::EventKind::looped:
      return "looped";
    case lacp::EventKind::left_out:
      return "left out";
    case lacp::EventKind::swap:
      return "swap";
    case lacp::EventKind::retry_count:
      return "retry count";
    case lacp::EventKind::lag_state:
      return "LAG";
  }
  return "?";
}

std::string_view state_name(lacp::EventKind kind, std::uint8_t state) {
  switch (kind) {
    case lacp::EventKind::receive_state:
      return name_of(static_cast<lacp::ReceiveState>(state));
    case lacp::EventKind::mux_state:
      return name_of(static_cast<lacp::MuxState>(state));
    case lacp::EventKind::selected:
      return name_of(static_cast<lacp::Selected>(state));
    case lacp::EventKind::left_out:
      return name_of(static_cast<lacp::UnselectedReason>(state));
    case lacp::EventKind::swap:
      return name_of(static_cast<lacp::Swap>(state));
    case lacp::EventKind::retry_count:
      return state == 0 ? "unknown" : state == 3 ? "3" : "more";
    case lacp::EventKind::actor_churn:
    case lacp::EventKind::partner_churn:
      return name_of(static_cast<lacp::ChurnState>(state));
    case lacp::EventKind::partner_changed:
    case lacp::EventKind::looped:
    case lacp::EventKind::lag_state:
      return state == 0 ? "no" : "yes";
  }
  return "?";
}

bool is_slow_protocol(std::span<const std::byte> frame) {
  return frame.size() > 14 && frame[12] == std::byte{0x88} && frame[13] == std::byte{0x09};
}

}  // namespace

std::vector<lacp::PortConfig> ports(std::size_t count) {
  std::vector<lacp::PortConfig> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i].port_number = static_cast<std::uint16_t>(i + 1);
  return all;
}

LagoonStation::LagoonStation(LagoonSettings settings, Instant now, bool builds_tables)
    : settings_{std::move(settings)}, aggregator_{settings_.lacp, now}, builds_tables_{builds_tables} {
  for (std::size_t i = 0; i < settings_.ports.size(); ++i)
    aggregator_.add_port(MemberIndex{static_cast<std::uint8_t>(i)}, settings_.ports[i], now);
}

void LagoonStation::frame_received(MemberIndex port, std::span<const std::byte> frame, Instant now) {
  if (dead_ || !is_slow_protocol(frame)) return;  // the Frame Collector would not have punted it
  const auto pdu = wire::parse_slow_frame(frame);
  if (!pdu)
    ++frames_refused_;
  else if (const auto* const lacpdu = std::get_if<wire::Lacpdu>(&*pdu))
    aggregator_.receive(port, *lacpdu, now);
}

void LagoonStation::link_changed(MemberIndex port, const LinkState& link, Instant now) {
  links_[port.value()] = link;
  if (!dead_) aggregator_.link_changed(port, link, now);
}

void LagoonStation::crash() {
  dead_ = true;
  was_up_ = aggregator_.up();
  saved_.clear();
  for (std::size_t i = 0; i < settings_.ports.size(); ++i) {
    const MemberIndex port{static_cast<std::uint8_t>(i)};
    if (const auto saved = aggregator_.saved(port)) saved_.push_back({.port = port, .saved = *saved});
  }
}

bool LagoonStation::start_again(Instant now) {
  dead_ = false;
  table_.reset();
  aggregator_ = lacp::Aggregator{settings_.lacp, now};
  for (std::size_t i = 0; i < settings_.ports.size(); ++i)
    aggregator_.add_port(MemberIndex{static_cast<std::uint8_t>(i)}, settings_.ports[i], now);
  for (lacp::PortRestore& port : saved_) port.link = links_[port.port.value()];
  aggregator_.restore(saved_, was_up_, now);
  for (std::size_t i = 0; i < settings_.ports.size(); ++i)
    aggregator_.link_changed(MemberIndex{static_cast<std::uint8_t>(i)}, links_[i], now);
  return saved_.size() == settings_.ports.size() &&
         std::ranges::all_of(saved_, [](const auto& p) { return p.fault == lacp::RestoreFault::none; });
}

std::optional<Departure> LagoonStation::transmit(Instant now) {
  if (dead_) return std::nullopt;
  // (there are no conversations here that would have to move)
  if (aggregator_.moving_off() != 0) aggregator_.moved_off(aggregator_.moving_off(), now);
  const std::optional<lacp::Transmission> next = aggregator_.transmit(now);
  if (!next) return std::nullopt;
  MacAddress source = settings_.lacp.system;
  source.octets[5] = static_cast<std::uint8_t>(source.octets[5] + next->port.value() + 1);
  return Departure{next->port, wire::emit_slow_frame(source, next->pdu)};
}

std::optional<Observation> LagoonStation::observe() {
  if (dead_) return std::nullopt;
  update_table();
  Observation seen{.ports = std::vector<PortObservation>(settings_.ports.size()),
                   .collecting = collecting(),
                   .distributing = distributing(),
                   .up = aggregator_.up(),
                   .config = aggregator_.config(),
                   .deadline = deadline(),
                   .table = table_.get()};
  for (std::size_t i = 0; i < seen.ports.size(); ++i)
    if (aggregator_.has_port(MemberIndex{static_cast<std::uint8_t>(i)})) seen.ports[i].view = port(i);
  return seen;
}

void LagoonStation::update_table() {
  if (!builds_tables_) return;
  if (table_ && table_->collecting == collecting() && table_->distributing == distributing()) return;
  table::PortTableInput input{.generation = table_ ? table_->generation + 1 : 1,
                              .collecting = collecting(),
                              .distributing = distributing()};
  for (std::size_t i = 0; i < settings_.ports.size(); ++i) input.capacity[i] = 1;
  table_ = table::build_port_table(input, preferences_);
}

void LagoonStation::trace(std::ostream* out) {
  while (const std::optional<lacp::Event> event = aggregator_.poll_event()) {
    if (out == nullptr) continue;
    *out << to_ns(event->at) / 1000 << " us " << name() << '/' << int{event->port.value()} << ' '
         << kind_name(event->kind) << ": " << state_name(event->kind, event->from) << " -> "
         << state_name(event->kind, event->to) << '\n';
  }
}

}  // namespace lagoon::sim
