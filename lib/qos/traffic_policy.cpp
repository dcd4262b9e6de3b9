#include "qos/traffic_policy.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>
#include <variant>

#include "qos/mistakes.hpp"

namespace lagoon::qos {
namespace {

using Classes = FixedVector<ClassPolicy, kClassesMax>;

ClassIndex index_of(const Classes& classes, std::string_view name) {
  const auto* const found = std::ranges::find(classes, name, &ClassPolicy::name);
  return static_cast<ClassIndex>(found - classes.begin());
}

// Weights 100 and 50 are 2 and 1: turns are as short as the shares allow.
void set_quanta(const std::vector<const ClassOptions*>& order, Classes& classes) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    unsigned divisor = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      if (order[k]->priority != order[i]->priority) continue;
      classes[i].peers = static_cast<std::uint8_t>(classes[i].peers | 1U << k);
      divisor = std::gcd(divisor, static_cast<unsigned>(order[k]->weight));
    }
    classes[i].quantum = kQuantum * (order[i]->weight / std::max(divisor, 1U));
  }
}

struct MaskedAddress {
  std::array<std::uint64_t, 2> bits{};
  std::array<std::uint64_t, 2> mask{};
};

MaskedAddress masked(const Prefix& prefix) {
  std::array<std::uint8_t, 16> mask{};
  for (std::size_t bit = 0; bit < std::min<std::size_t>(prefix.length, 128); ++bit)
    mask[bit / 8] = static_cast<std::uint8_t>(mask[bit / 8] | 0x80U >> (bit % 8));
  MaskedAddress result;
  std::visit(
      [&](const auto& address) {
        std::memcpy(result.bits.data(), address.octets.data(), address.octets.size());
        std::memcpy(result.mask.data(), mask.data(), address.octets.size());
      },
      prefix.address);
  for (std::size_t i = 0; i < 2; ++i) result.bits[i] &= result.mask[i];
  return result;
}

Match compiled(const MatchOptions& options, ClassIndex to) {
  Match match{.to = to};
  match.any_ether_type = !options.ether_type;
  match.ether_type = options.ether_type.value_or(0);
  match.any_vlan = !options.vlan;
  match.vlan = options.vlan.value_or(0);
  match.any_protocol = !options.protocol;
  match.protocol = options.protocol.value_or(0);
  match.any_port = !options.source_port && !options.destination_port;
  match.source_port = options.source_port.value_or(match.source_port);
  match.destination_port = options.destination_port.value_or(match.destination_port);
  const auto take = [&](const std::optional<Prefix>& prefix, auto& bits, auto& mask) {
    if (!prefix) return;
    match.ip_version = std::holds_alternative<Ipv4Address>(prefix->address) ? 4 : 6;
    const MaskedAddress address = masked(*prefix);
    bits = address.bits;
    mask = address.mask;
  };
  take(options.source, match.source, match.source_mask);
  take(options.destination, match.destination, match.destination_mask);
  return match;
}

}  // namespace

Result<TrafficPolicy> TrafficPolicy::from(const TrafficOptions& options) {
  if (!options.enabled()) return fail(Errc::invalid_argument, "there are no traffic classes");
  std::string wrong;
  for (const Mistake& mistake : mistakes_in(options)) wrong += (wrong.empty() ? "" : "; ") + mistake.what;
  if (!wrong.empty()) return fail(Errc::invalid_argument, std::move(wrong));

  std::vector<const ClassOptions*> order;
  for (const ClassOptions& one : options.classes) order.push_back(&one);
  // stable_sort would ask for heap, by a function that clang calls deprecated.
  std::ranges::sort(order, {}, [](const ClassOptions* one) { return std::pair{one->priority, one}; });

  TrafficPolicy policy;
  policy.pcp_.fill(kNoClass);
  policy.dscp_.fill(kNoClass);
  for (const ClassOptions* one : order) {
    const auto index = static_cast<ClassIndex>(policy.classes_.size());
    policy.classes_.push_back(
        {.name = one->name,
         .limit_frames = one->limit,
         .limit_octets = one->limit_octets.value_or(std::numeric_limits<std::uint32_t>::max()),
         .metered = one->rate.has_value(),
         .rate = one->rate.value_or(RateLimit{})});
    for (const std::uint8_t value : one->pcp) policy.pcp_[value % kPriorities] = index;
    for (const std::uint8_t value : one->dscp) policy.dscp_[value % kCodePoints] = index;
    policy.frames_max_ += one->limit;
  }
  set_quanta(order, policy.classes_);
  policy.default_ = index_of(
      policy.classes_, options.default_class.empty() ? options.classes.back().name : options.default_class);
  for (const MatchOptions& match : options.match)
    policy.matches_.push_back(compiled(match, index_of(policy.classes_, match.class_name)));
  policy.shape_ = options.shape;
  policy.burst_ = options.burst.value_or(0);
  return policy;
}

}  // namespace lagoon::qos
