#include "control/wiring/neighbors.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/earliest.hpp"
#include "control/wiring/neighbor_words.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::control {

namespace {

// Names that are longer are cut: all that we tell fits a ControlFrame.
constexpr std::size_t kTextMost = 64;
// A frame has 60 octets at least, without FCS.
constexpr std::size_t kPaddedPayload = 60 - wire::kEthernetHeaderSize;

[[nodiscard]] wire::LldpValue cut(std::string_view text) noexcept {
  return wire::lldp_value(text.substr(0, kTextMost));
}

template <std::size_t N, typename Octets>
void append(FixedVector<std::byte, N>& to, const Octets& octets) noexcept {
  for (const std::uint8_t octet : octets) to.push_back(static_cast<std::byte>(octet));
}

[[nodiscard]] wire::LldpManagementAddress management_of(const HostAddress& host) noexcept {
  constexpr std::uint8_t kIpv4 = 1, kIpv6 = 2;  // IANA's numbers of address families
  wire::LldpManagementAddress out;
  out.family = std::holds_alternative<Ipv4Address>(host.address) ? kIpv4 : kIpv6;
  std::visit([&](const auto& address) { append(out.address, address.octets); }, host.address);
  return out;
}

[[nodiscard]] wire::ControlFrame frame_of(const MacAddress& source, const wire::Lldpdu& pdu) noexcept {
  std::array<std::byte, wire::ControlFrame::kSizeMax> room{};
  ByteWriter header{room};
  header.mac(wire::kLldpAddress);
  header.mac(source);
  header.be16(wire::kLldpEtherType);
  const std::span payload = std::span{room}.subspan(wire::kEthernetHeaderSize);
  const std::size_t size = std::max(wire::emit_lldpdu(pdu, payload), kPaddedPayload);
  return wire::ControlFrame{std::span{room}.first(wire::kEthernetHeaderSize + size)};
}

}  // namespace

Neighbors::Neighbors(const lldp::Options& options, std::optional<SystemIdentity> identity,
                     std::string_view lag, const MacAddress& system)
    : options_{options}, identity_{std::move(identity)}, lag_{lag}, system_{system} {}

void Neighbors::add(MemberIndex member, std::string_view name, const MacAddress& source, Instant now) {
  ports_[member.value()] = std::make_unique<Port>(
      Port{.name = std::string{name}, .source = source, .agent = lldp::Agent{options_, now}});
  up_ &= ~set_of(member);
  aggregated_ &= ~set_of(member);
  tell(member, *ports_[member.value()], now);
}

void Neighbors::set_options(const lldp::Options& options, Instant now) {
  if (options == options_) return;
  options_ = options;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (ports_[i] != nullptr)
      note(MemberIndex{static_cast<std::uint8_t>(i)}, ports_[i]->agent.set(options, now));
}

void Neighbors::manage(std::optional<wire::LldpManagementAddress>& which,
                       std::span<const HostAddress> hosts) noexcept {
  std::optional<wire::LldpManagementAddress> first;
  if (!hosts.empty()) first = management_of(hosts.front());
  tells_anew_ |= first != which;
  which = first;
}

void Neighbors::set_frame_size(std::optional<std::uint16_t> octets) noexcept {
  tells_anew_ |= octets != frame_size_;
  frame_size_ = octets;
}

bool Neighbors::is_one(std::span<const std::byte> frame) noexcept {
  ByteReader reader{frame};
  reader.skip(12);  // both addresses
  return reader.be16() == wire::kLldpEtherType && !reader.failed();
}

void Neighbors::receive(MemberIndex member, std::span<const std::byte> frame, Instant now) {
  Port* const port = ports_[member.value()].get();
  if (port == nullptr) return;
  act(now);
  ByteReader reader{frame};
  reader.skip(6);
  const MacAddress source = reader.mac();
  if (const auto event = port->agent.receive(frame.subspan(wire::kEthernetHeaderSize), source, now))
    note(member, *event);
}

void Neighbors::note(MemberIndex member, const lldp::Event& event) {
  const wire::Lldpdu& said = event.neighbor.said;
  events_.push_overwriting({.member = member,
                            .change = event.change,
                            .words = end_words(said) + ", chassis " + text_of_chassis(said.chassis)});
}

void Neighbors::note(MemberIndex member, const lldp::Events& events) {
  for (const lldp::Event& event : events) note(member, event);
}

// Members whose link or use has changed since the last time.
void Neighbors::act(Instant now) {
  const MemberSet relinked = up_ ^ wanted_up_;
  const MemberSet retold = tells_anew_ ? ~MemberSet{0} : aggregated_ ^ wanted_aggregated_;
  if ((relinked | retold) == 0) return;
  up_ = wanted_up_;
  aggregated_ = wanted_aggregated_;
  tells_anew_ = false;
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    const MemberIndex member{static_cast<std::uint8_t>(i)};
    if (ports_[i] == nullptr) continue;
    if (contains(retold, member)) tell(member, *ports_[i], now);
    if (contains(relinked, member)) note(member, ports_[i]->agent.link_changed(contains(up_, member), now));
  }
}

void Neighbors::tell(MemberIndex member, Port& port, Instant now) const {
  if (!identity_ || port.left) return;
  wire::Lldpdu own;
  own.chassis.subtype = wire::kChassisMacAddress;
  append(own.chassis.value, system_.octets);
  own.port = {.subtype = wire::kPortInterfaceName, .value = cut(lag_ + "/" + port.name)};
  own.port_description = cut("member " + port.name + " of " + lag_);
  if (!identity_->name.empty()) own.system_name = cut(identity_->name);
  if (!identity_->description.empty()) own.system_description = cut(identity_->description);
  own.capabilities = {.supported = identity_->capabilities, .enabled = identity_->capabilities};
  own.management = host_ ? host_ : announced_;
  const bool aggregated = contains(aggregated_, member);
  own.aggregation = {.capable = true, .aggregated = aggregated, .port = aggregated ? aggregate_ : 0};
  own.frame_size = frame_size_;
  own.lagoon = wire::LldpLagoon{.bfd = bfd_};
  port.agent.tell(own, now);
}

std::optional<LldpFrame> Neighbors::transmit(Instant now) {
  act(now);
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    if (ports_[i] == nullptr) continue;
    if (const auto pdu = ports_[i]->agent.transmit(now))
      return LldpFrame{.member = MemberIndex{static_cast<std::uint8_t>(i)},
                       .frame = frame_of(ports_[i]->source, *pdu)};
  }
  return std::nullopt;
}

void Neighbors::expire(Instant now) {
  act(now);
  for (std::size_t i = 0; i < kMembersMax; ++i)
    if (ports_[i] != nullptr) note(MemberIndex{static_cast<std::uint8_t>(i)}, ports_[i]->agent.expire(now));
}

std::optional<Instant> Neighbors::deadline() const noexcept {
  Earliest first;
  for (const auto& port : ports_)
    if (port != nullptr) first.add(port->agent.deadline());
  return first.at();
}

std::optional<wire::ControlFrame> Neighbors::farewell(MemberIndex member) noexcept {
  Port* const port = ports_[member.value()].get();
  if (port == nullptr) return std::nullopt;
  port->left = true;
  const auto pdu = port->agent.farewell();
  return pdu ? std::optional{frame_of(port->source, *pdu)} : std::nullopt;
}

bool Neighbors::any() const noexcept {
  return std::ranges::any_of(
      ports_, [](const auto& port) { return port != nullptr && !port->agent.neighbors().empty(); });
}

}  // namespace lagoon::control
