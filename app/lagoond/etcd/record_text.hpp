// What stands in etcd as text: keys below a domain's prefix, and values as JSON that a person can read and
// write (docs/cluster.md has a table). What is read may be anything: it is taken whole, or refused in words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cluster/record.hpp"

namespace lagoon::lagoond::etcd {

/// "/lagoon/DOMAIN/"
[[nodiscard]] std::string prefix_of(std::string_view domain);
/// "/lagoon/DOMAIN/lags/lag0/active"
[[nodiscard]] std::string text_of(std::string_view domain, const cluster::Key& key);
/// Nothing: it is no key of the domain's.
[[nodiscard]] std::optional<cluster::Key> key_in(std::string_view domain, std::string_view text);

/// One line, always the same for the same value.
[[nodiscard]] std::string text_of(const cluster::Value& value);
/// What `text_of` gives is read as it was. Members that are not known are passed over. Errors:
/// invalid_argument, which says what is wrong.
[[nodiscard]] Result<cluster::Value> value_in(cluster::KeyKind kind, std::string_view text);

}  // namespace lagoon::lagoond::etcd
