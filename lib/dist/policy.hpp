// HashPolicy: which fields of a frame make a conversation. Settings of the flow hash.
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
  vlan_src_mac,
  encap23,
  encap34,
};

inline constexpr std::array<std::string_view, 11> kHashPolicyNames{
    "l2",   "src-mac", "dst-mac",      "src-ip",   "dst-ip",  "l3",
    "l2+3", "l3+4",    "vlan+src-mac", "encap2+3", "encap3+4"};

[[nodiscard]] constexpr std::string_view name_of(HashPolicy policy) noexcept {
  return kHashPolicyNames[static_cast<std::size_t>(policy)];
}
[[nodiscard]] constexpr std::optional<HashPolicy> hash_policy_from(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kHashPolicyNames.size(); ++i)
    if (kHashPolicyNames[i] == name) return static_cast<HashPolicy>(i);
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
