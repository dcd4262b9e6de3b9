#include "dpdk/base/lag_register.hpp"

#include <rte_ethdev.h>
#include <rte_memzone.h>
#include <rte_spinlock.h>

#include <algorithm>
#include <array>
#include <string>

namespace lagoon::dpdk {

namespace {

// (another layout gets another name)
constexpr const char* kMemzone = "lagoon_lags_1";
constexpr std::size_t kEntries = 256;
constexpr std::size_t kNameMax = 64;

struct Entry {
  bool used;
  bool has_key;
  std::uint16_t key;
  std::uint16_t number;
  std::uint16_t system_priority;
  std::array<std::uint8_t, 6> system;
  std::array<char, kNameMax> name;
};
struct Register {
  rte_spinlock_t lock;
  std::array<Entry, kEntries> entries;
};

// Null: there is no memory for it. A memzone is zero at first, and so a list that is free.
Register* the_register() {
  const rte_memzone* zone = rte_memzone_lookup(kMemzone);
  if (zone == nullptr) zone = rte_memzone_reserve(kMemzone, sizeof(Register), SOCKET_ID_ANY, 0);
  if (zone == nullptr) zone = rte_memzone_lookup(kMemzone);  // (somebody was faster)
  return zone == nullptr ? nullptr : static_cast<Register*>(zone->addr);
}

class Locked {
 public:
  explicit Locked(Register& list) : list_{list} { rte_spinlock_lock(&list_.lock); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() { rte_spinlock_unlock(&list_.lock); }

 private:
  Register& list_;
};

config::LagIdentity identity_of(const Entry& entry) {
  config::LagIdentity identity{
      .name = entry.name.data(), .system_priority = entry.system_priority, .number = entry.number};
  identity.system.octets = entry.system;
  if (entry.has_key) identity.key = entry.key;
  return identity;
}

void write(Entry& entry, const config::LagIdentity& identity) {
  entry = {.used = true,
           .has_key = identity.key.has_value(),
           .key = identity.key.value_or(0),
           .number = identity.number,
           .system_priority = identity.system_priority,
           .system = identity.system.octets,
           .name = {}};
  std::copy_n(identity.name.data(), std::min(identity.name.size(), kNameMax - 1), entry.name.data());
}

}  // namespace

Result<void> RegisteredLag::change(const std::optional<config::LagIdentity>& identity) {
  if (!identity) {
    put(identity);
    return {};
  }
  Register* const list = the_register();
  if (list == nullptr) return fail(Errc::no_resources, "no memory of DPDK's for the list of LAGs");
  const Locked lock{*list};
  std::optional<std::size_t> free;
  for (std::size_t i = 0; i < kEntries; ++i) {
    const Entry& entry = list->entries[i];
    if (!entry.used && !free) free = i;
    if (!entry.used || place_ == i) continue;
    if (const config::LagIdentity other = identity_of(entry); alike(*identity, other))
      return fail(Errc::invalid_argument, words_of_likeness(*identity, other));
  }
  if (!place_) place_ = free;
  if (!place_) return fail(Errc::no_resources, "more than " + std::to_string(kEntries) + " LAGs with LACP");
  write(list->entries[*place_], *identity);
  return {};
}

void RegisteredLag::put(const std::optional<config::LagIdentity>& identity) noexcept {
  if (!place_) return;
  const rte_memzone* const zone = rte_memzone_lookup(kMemzone);
  if (zone == nullptr) return;  // (EAL has ended)
  auto* const list = static_cast<Register*>(zone->addr);
  const Locked lock{*list};
  Entry& entry = list->entries[*place_];
  if (identity) return write(entry, *identity);
  entry = {};
  place_.reset();
}

}  // namespace lagoon::dpdk
