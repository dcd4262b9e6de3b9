// HashPolicy: which fields of a frame make a conversation. Settings of the flow hash.
//
// A policy is a row of one table. What reads it, prints it and computes it (flow_hash.hpp) follows from the
// row: a new policy made of these fields is one more enumerator and one more row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lagoon::dist {

enum class HashPolicy : std::uint8_t {
  l2,
  src_mac,
  dst_mac,
  src_ip,
  dst_ip,
  l3,
  l23,
  l34,
  l234,
  vlan_src_mac,
  encap23,
  encap34,
};

/// Whose addresses of a header count.
enum class Ends : std::uint8_t { none, source, destination, both };

/// The fields that a policy reads. A policy that reads IP addresses takes both MAC addresses of a frame that
/// is not IP.
struct HashFields {
  Ends mac = Ends::none;
  Ends ip = Ends::none;
  bool ports = false;   // and the protocol; where they can't be read, the IPv6 flow label
  bool vlan = false;    // the VID of the outermost tag
  bool tunnel = false;  // all of the inner frame, where there is one
  /// Whether both directions of a conversation can be told apart and made one.
  [[nodiscard]] constexpr bool has_directions() const noexcept {
    return ip != Ends::none || mac == Ends::both;
  }
  friend constexpr bool operator==(const HashFields&, const HashFields&) noexcept = default;
};

struct HashPolicyRow {
  HashPolicy policy;
  std::string_view name;          // in files, commands, views and JSON
  std::string_view linux_number;  // of xmit_hash_policy, as a word; empty: Linux has no such policy
  std::string_view linux_name;
  HashFields reads;
};

inline constexpr std::array<HashPolicyRow, 12> kHashPolicies{{
    {HashPolicy::l2, "l2", "0", "layer2", {.mac = Ends::both}},
    {HashPolicy::src_mac, "src-mac", "", "", {.mac = Ends::source}},
    {HashPolicy::dst_mac, "dst-mac", "", "", {.mac = Ends::destination}},
    {HashPolicy::src_ip, "src-ip", "", "", {.ip = Ends::source}},
    {HashPolicy::dst_ip, "dst-ip", "", "", {.ip = Ends::destination}},
    {HashPolicy::l3, "l3", "", "", {.ip = Ends::both}},
    {HashPolicy::l23, "l2+3", "2", "layer2+3", {.mac = Ends::both, .ip = Ends::both}},
    {HashPolicy::l34, "l3+4", "1", "layer3+4", {.ip = Ends::both, .ports = true}},
    {HashPolicy::l234, "l2+3+4", "", "", {.mac = Ends::both, .ip = Ends::both, .ports = true}},
    {HashPolicy::vlan_src_mac, "vlan+src-mac", "5", "vlan+srcmac", {.mac = Ends::source, .vlan = true}},
    {HashPolicy::encap23, "encap2+3", "3", "encap2+3", {.mac = Ends::both, .ip = Ends::both, .tunnel = true}},
    {HashPolicy::encap34, "encap3+4", "4", "encap3+4", {.ip = Ends::both, .ports = true, .tunnel = true}},
}};

namespace detail {
consteval bool policies_are_in_order() {
  for (std::size_t i = 0; i < kHashPolicies.size(); ++i) {
    const HashFields& reads = kHashPolicies[i].reads;
    if (static_cast<std::size_t>(kHashPolicies[i].policy) != i) return false;
    if (reads.mac == Ends::none && reads.ip == Ends::none) return false;
    if (reads.ports && reads.ip != Ends::both) return false;
    if (reads.vlan && reads.ip != Ends::none) return false;
  }
  return true;
}
}  // namespace detail
static_assert(detail::policies_are_in_order());

inline constexpr auto kHashPolicyNames = [] {
  std::array<std::string_view, kHashPolicies.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kHashPolicies[i].name;
  return names;
}();

[[nodiscard]] constexpr const HashPolicyRow& row_of(HashPolicy policy) noexcept {
  return kHashPolicies[static_cast<std::size_t>(policy)];
}
[[nodiscard]] constexpr std::string_view name_of(HashPolicy policy) noexcept {
  return row_of(policy).name;
}

/// By our name, Linux's name or Linux's number.
[[nodiscard]] constexpr std::optional<HashPolicy> hash_policy_from(std::string_view word) noexcept {
  if (word.empty()) return std::nullopt;
  for (const HashPolicyRow& row : kHashPolicies)
    if (word == row.name || word == row.linux_name || word == row.linux_number) return row.policy;
  return std::nullopt;
}

/// The policy that reads exactly these fields.
[[nodiscard]] constexpr std::optional<HashPolicy> hash_policy_reading(const HashFields& fields) noexcept {
  for (const HashPolicyRow& row : kHashPolicies)
    if (row.reads == fields) return row.policy;
  return std::nullopt;
}

struct FlowHashSettings {
  HashPolicy policy = HashPolicy::l34;
  std::uint32_t seed = 0;     // stages of a network with different seeds do not polarise
  bool symmetric = false;     // both directions of a conversation give the same hash
  bool use_nic_hash = false;  // take the port's RSS hash where a frame has one
  friend constexpr bool operator==(const FlowHashSettings&, const FlowHashSettings&) noexcept = default;
};

}  // namespace lagoon::dist
