// Sentences that the journal and the views both tell.
#pragma once

#include <string_view>

namespace lagoon::control {

inline constexpr std::string_view kNoLinkSentence =
    "the port has no link: the cable, or the other end's port";
inline constexpr std::string_view kUnservedSentence = "nobody carries its frames: a worker stands still";
inline constexpr std::string_view kDrainedSentence = "the operator has drained the member";

/// Why LACP leaves the member out: `why` is HoldOut's word.
[[nodiscard]] constexpr std::string_view hold_out_sentence(std::string_view why) noexcept {
  return why == "flood" ? "more LACPDUs come than a Partner sends"
                        : "the Partner takes back all the time what it has said";
}

}  // namespace lagoon::control
