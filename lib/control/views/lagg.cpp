// The order and shape of fields is that of FreeBSD's `ifconfig -v lagg0` (sbin/ifconfig/iflagg.c, sys/net/
// if_lagg.h, net/ieee8023ad_lacp.h name the bits). Lines of things we have nothing of are left out.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "control/views/renderers.hpp"
#include "control/views/words.hpp"

namespace lagoon::control::views {

namespace {

struct Bit {
  std::uint32_t mask;
  std::string_view name;
};

// "flags=1c<ACTIVE,COLLECTING,DISTRIBUTING>"
std::string bits(std::string_view label, std::uint32_t value, std::span<const Bit> names) {
  std::string list;
  for (const Bit& bit : names)
    if ((value & bit.mask) != 0) list += (list.empty() ? "" : ",") + std::string{bit.name};
  return std::string{label} + "=" + hex_lower(value) + "<" + list + ">";
}

constexpr std::array<Bit, 7> kInterfaceBits{{{0x1, "UP"},
                                             {0x2, "BROADCAST"},
                                             {0x40, "RUNNING"},
                                             {0x100, "PROMISC"},
                                             {0x200, "ALLMULTI"},
                                             {0x800, "SIMPLEX"},
                                             {0x8000, "MULTICAST"}}};
constexpr std::uint32_t kInterfaceAlways = 0x1 | 0x2 | 0x40 | 0x800 | 0x8000;

constexpr std::array<Bit, 3> kOptionBits{
    {{0x1, "USE_FLOWID"}, {0x10, "LACP_STRICT"}, {0x80, "LACP_FAST_TIMO"}}};

constexpr std::uint32_t kMaster = 0x1;
constexpr std::uint32_t kActive = 0x4;
constexpr std::uint32_t kCollecting = 0x8;
constexpr std::uint32_t kDistributing = 0x10;
constexpr std::array<Bit, 4> kPortBits{
    {{kMaster, "MASTER"}, {kActive, "ACTIVE"}, {kCollecting, "COLLECTING"}, {kDistributing, "DISTRIBUTING"}}};

constexpr std::array<Bit, 8> kStateBits{{{0x1, "ACTIVITY"},
                                         {0x2, "TIMEOUT"},
                                         {0x4, "AGGREGATION"},
                                         {0x8, "SYNC"},
                                         {0x10, "COLLECTING"},
                                         {0x20, "DISTRIBUTING"},
                                         {0x40, "DEFAULTED"},
                                         {0x80, "EXPIRED"}}};

// lagg knows three flags, which may be combined: the layers whose addresses count.
std::string lagghash(dist::HashPolicy policy) {
  const dist::HashFields& reads = row_of(policy).reads;
  std::string flags;
  const auto add = [&](bool counts, std::string_view flag) {
    if (counts) flags += (flags.empty() ? "" : ",") + std::string{flag};
  };
  add(reads.mac != dist::Ends::none, "l2");
  add(reads.ip != dist::Ends::none, "l3");
  add(reads.ports, "l4");
  return flags;
}

std::string end_text(const wire::LacpInfo& info, bool with_port) {
  std::string mac = to_string(info.system);
  for (char& c : mac) c = c == ':' ? '-' : static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
  return "(" + hex_upper(info.system_priority, 4) + "," + mac + "," + hex_upper(info.key, 4) + "," +
         hex_upper(with_port ? info.port_priority : 0U, 4) + "," +
         hex_upper(with_port ? info.port_number : 0U, 4) + ")";
}

std::string both_ends(const lacp::PortView& port, bool with_port) {
  return "[" + end_text(port.actor, with_port) + ",\n\t\t " + end_text(port.partner, with_port) + "]\n";
}

// In lagg the master is the first port; in ours the primary, where there is one.
bool is_master(const LagStatus& lag, std::size_t member) noexcept {
  if (row_of(lag).choice != Choice::active_backup) return false;
  return lag.primary ? *lag.primary == member : lag.options.mode == Mode::failover && member == 0;
}

std::uint32_t port_flags(const LagStatus& lag, std::size_t index) noexcept {
  const MemberStatus& m = lag.members[index];
  switch (row_of(lag).choice) {
    case Choice::active_backup:
      return (is_master(lag, index) ? kMaster : 0) | (m.active ? kActive : 0);
    case Choice::fixed:
      return m.distributing ? kActive : 0;
    case Choice::lacp:
      return (m.lacp.selected == lacp::Selected::selected ? kActive : 0) | (m.collecting ? kCollecting : 0) |
             (m.distributing ? kDistributing : 0);
  }
  return 0;
}

std::uint32_t options_of(const LagStatus& lag) noexcept {
  const LagOptions& o = lag.options;
  const bool lacp = row_of(lag).choice == Choice::lacp;
  return (o.fast.hash.use_nic_hash ? 0x1U : 0U) | (lacp && o.lacp_extras.strict ? 0x10U : 0U) |
         (lacp && o.lacp.rate == lacp::Rate::fast ? 0x80U : 0U);
}

std::string statistics(const LagStatus& lag) {
  std::size_t active = 0;
  std::uint64_t flapping = 0;
  for (std::size_t i = 0; i < lag.members.size(); ++i) {
    active += (port_flags(lag, i) & kActive) != 0 ? 1 : 0;
    flapping += lag.members[i].link_failures;
  }
  return "\tlagg statistics:\n\t\tactive ports: " + std::to_string(active) +
         "\n\t\tflapping: " + std::to_string(flapping) + "\n";
}

std::string port_lines(const LagStatus& lag, std::size_t index) {
  const MemberStatus& m = lag.members[index];
  std::string text = "\tlaggport: " + m.name + " " + bits("flags", port_flags(lag, index), kPortBits);
  if (row_of(lag).choice == Choice::lacp)
    text += " " + bits("state", m.lacp.actor.state, kStateBits) + "\n\t\t" + both_ends(m.lacp, true);
  else
    text += "\n";
  return text;
}

}  // namespace

std::string lagg_text(const LagStatus& lag) {
  const std::uint32_t flags = kInterfaceAlways | (lag.options.port.promiscuous ? 0x100U : 0U) |
                              (lag.options.port.all_multicast ? 0x200U : 0U);
  std::string text = lag.name + ": " + bits("flags", flags, kInterfaceBits) + " metric 0 mtu " +
                     std::to_string(lag.mtu) + "\n\tether " + to_string(lag.address) + "\n\tlaggproto " +
                     std::string{row_of(lag).lagg_name} + " lagghash " +
                     lagghash(lag.options.fast.hash.policy) + "\n\tlagg options:\n\t\t" +
                     bits("flags", options_of(lag), kOptionBits) + "\n\t\tflowid_shift: 0\n";
  if (row_of(lag).distribution == table::Distribution::round_robin)
    text += "\t\trr_limit: " + std::to_string(lag.options.fast.packets_per_member) + "\n";
  text += statistics(lag);
  if (row_of(lag).choice == Choice::lacp) {
    const std::optional<std::size_t> first = first_selected(lag);
    text += "\tlag id: " + both_ends(first ? lag.members[*first].lacp : lacp::PortView{}, false);
  }
  for (std::size_t i = 0; i < lag.members.size(); ++i) text += port_lines(lag, i);
  text += "\tgroups: lagg\n\tmedia: Ethernet autoselect\n";
  text += lag.up ? "\tstatus: active\n" : "\tstatus: no carrier\n";
  return text;
}

}  // namespace lagoon::control::views
