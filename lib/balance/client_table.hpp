// ClientTable: which member each client sends to, and how many clients each member has. Clients are ordered
// by host, VLAN and client, so that those of one host lie side by side. Refuses more than its limit.
//
// Thread: one at a time.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "balance/receive_balancer.hpp"
#include "base/ids.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"

namespace lagoon::balance {

/// The VLAN id of a tag; 0 for none, and for a tag that holds a priority only (802.1Q 6.9.1: the same VLAN).
[[nodiscard]] constexpr std::uint16_t vlan_id(std::optional<std::uint16_t> vlan_tci) noexcept {
  return static_cast<std::uint16_t>(vlan_tci.value_or(0) & 0x0fff);
}

/// One of our hosts, in one VLAN.
struct HostKey {
  Ipv4Address host{};
  std::uint16_t vlan = 0;
  friend constexpr auto operator<=>(const HostKey&, const HostKey&) noexcept = default;
};

struct ClientKey {
  HostKey host{};
  Ipv4Address client{};
  friend constexpr auto operator<=>(const ClientKey&, const ClientKey&) noexcept = default;
};

struct ClientEntry {
  MacAddress mac{};  // zero: not known yet
  std::optional<std::uint16_t> vlan_tci{};
  MemberIndex member{};
  MacAddress told{};  // what the client was told last
  Instant heard{};    // the last ARP frame either way
  // What is left to be told again: from when on, and how often it was since.
  Instant told_from{};
  std::size_t repeats = 0;
  std::optional<Instant> due{};
  bool queued = false;  // waits to be told
};

class ClientTable {
 public:
  using Map = std::map<ClientKey, ClientEntry>;
  using Counts = std::array<std::uint32_t, kMembersMax>;

  [[nodiscard]] ClientEntry* find(const ClientKey& key);
  /// For the usable member that will have the fewest clients for its capacity. Null: the table is full.
  /// Precondition: a member is usable.
  [[nodiscard]] ClientEntry* add(const ClientKey& key, const ReceiveMembers& members);
  void remove(Map::iterator at);
  void move(ClientEntry& entry, MemberIndex to) noexcept;

  /// The usable member that has the fewest clients for its capacity when it has one more; of equals the
  /// first.
  [[nodiscard]] static MemberIndex choose(const Counts& counts, const ReceiveMembers& members) noexcept;
  /// How many clients each member has once no move makes it more even. Precondition: a member is usable, and
  /// all clients are with usable ones.
  [[nodiscard]] Counts even(const ReceiveMembers& members) const noexcept;

  [[nodiscard]] Map& all() noexcept { return clients_; }
  [[nodiscard]] const Map& all() const noexcept { return clients_; }
  [[nodiscard]] Map::iterator first_of(const HostKey& host) { return clients_.lower_bound({host, {}}); }
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  Map clients_{};
  Counts counts_{};
};

}  // namespace lagoon::balance
