// Who carries a LAG and why, and what is wrong, in sentences for an operator.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cluster/lag_order.hpp"
#include "cluster/surroundings.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

/// "8000-02:4c:00:00:00:01"
[[nodiscard]] std::string to_string(const SystemId& id);
/// Who carries and why, as this box sees it. `fault`: why it is refused, if that is known in more words.
[[nodiscard]] std::string sentence_of(std::string_view lag, const LagOrder& order, const Self& self,
                                      const OtherSide& other, std::string_view fault = {});
/// Which value differs, ours and theirs. Nothing: none does.
[[nodiscard]] std::optional<std::string> difference(const LagIdentity& ours, const LagIdentity& agreed);
/// The boxes' members lead to two Partners. Nothing: they do not, as far as both know.
[[nodiscard]] std::optional<std::string> two_partners(const PartnerSeen& ours, const PartnerSeen& theirs,
                                                      const Self& self);

}  // namespace lagoon::cluster
