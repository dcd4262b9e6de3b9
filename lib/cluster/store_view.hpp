// StoreView: what stands below the domain's prefix in etcd, as far as this box was told. It may be old: what
// follows from it for safety is said where it is used.
//
// Thread: one at a time. Bounded: kKeysMax keys, what else stands there is not looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "cluster/record.hpp"
#include "cluster/request.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

class StoreView {
 public:
  static constexpr std::size_t kKeysMax = 4 * kLagsMax;

  /// All of it as of revision `at`. True if it told something that was not known. A key of which something
  /// newer is known stays.
  bool read(const std::vector<Entry>& entries, Revision at);
  void change(const Change& change);
  /// What stood under one key as of revision `at`.
  void told(const Key& key, const std::optional<Entry>& there, Revision at);
  void forget() noexcept;

  /// All of it was read once.
  [[nodiscard]] bool known() const noexcept { return known_; }
  /// Nothing: it is not there, as far as is known.
  [[nodiscard]] const Entry* find(const Key& key) const;

 private:
  struct Place {
    std::optional<Entry> entry{};
    Revision as_of{};
  };
  bool put(const Key& key, const std::optional<Entry>& entry, Revision at);

  std::map<Key, Place> places_{};
  bool known_ = false;
};

}  // namespace lagoon::cluster
