// Bonds as the text of a file of ours: what was said stands behind each line, what has no counterpart in
// lines of comment.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "imports/bond.hpp"

namespace lagoon::imports {

/// Where a setting is: in a bond, or in a member of it.
struct Place {
  std::size_t bond = 0;
  std::optional<std::size_t> member{};
  std::size_t setting = 0;
};

struct Rendered {
  std::string text;
  std::vector<std::optional<Place>> places{};  // by line, from the first
};

/// "rc.conf:4: DHCP  (belongs to the host)", on one line.
[[nodiscard]] std::string in_words(const Remark& remark);

/// Members without a device become net_af_packet over the interface of their name.
[[nodiscard]] Rendered render(const Bonds& bonds);

}  // namespace lagoon::imports
