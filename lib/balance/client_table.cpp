#include "balance/client_table.hpp"

#include <algorithm>

namespace lagoon::balance {
namespace {

bool is_usable(const ReceiveMembers& members, std::size_t member) noexcept {
  return (members.usable >> member & 1U) != 0;
}

// A member whose speed is not known counts as the slowest there is.
std::uint64_t capacity_of(const ReceiveMembers& members, std::size_t member) noexcept {
  return std::max(members.capacity[member], 1U);
}

}  // namespace

ClientEntry* ClientTable::find(const ClientKey& key) {
  const auto at = clients_.find(key);
  return at == clients_.end() ? nullptr : &at->second;
}

ClientEntry* ClientTable::add(const ClientKey& key, const ReceiveMembers& members) {
  if (clients_.size() >= ReceiveBalancer::kClientsMax) return nullptr;
  ClientEntry& entry = clients_[key];
  entry.member = choose(counts_, members);
  ++counts_[entry.member.value()];
  return &entry;
}

void ClientTable::remove(Map::iterator at) {
  --counts_[at->second.member.value()];
  clients_.erase(at);
}

void ClientTable::move(ClientEntry& entry, MemberIndex to) noexcept {
  --counts_[entry.member.value()];
  entry.member = to;
  ++counts_[to.value()];
}

MemberIndex ClientTable::choose(const Counts& counts, const ReceiveMembers& members) noexcept {
  std::optional<std::size_t> best;
  for (std::size_t m = 0; m < kMembersMax; ++m) {
    if (!is_usable(members, m)) continue;
    if (!best ||
        (counts[m] + 1) * capacity_of(members, *best) < (counts[*best] + 1) * capacity_of(members, m))
      best = m;
  }
  return MemberIndex{static_cast<std::uint8_t>(best.value_or(0))};
}

ClientTable::Counts ClientTable::even(const ReceiveMembers& members) const noexcept {
  Counts counts = counts_;
  while (true) {
    std::size_t from = choose(counts, members).value();
    for (std::size_t m = 0; m < kMembersMax; ++m)
      if (is_usable(members, m) &&
          counts[m] * capacity_of(members, from) > counts[from] * capacity_of(members, m))
        from = m;
    const std::size_t to = choose(counts, members).value();
    if (counts[from] * capacity_of(members, to) <= (counts[to] + 1) * capacity_of(members, from))
      return counts;
    --counts[from];
    ++counts[to];
  }
}

}  // namespace lagoon::balance
