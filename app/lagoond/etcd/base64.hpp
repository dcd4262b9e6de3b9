// Base64 (RFC 4648, section 4), in which the gateway has keys and values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lagoon::lagoond::etcd {

[[nodiscard]] std::string to_base64(std::string_view octets);
/// Nothing: it is none, or not padded.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace lagoon::lagoond::etcd
