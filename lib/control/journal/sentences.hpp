// Sentences that the journal and the views both tell.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bfd/standing.hpp"
#include "lacp/port_view.hpp"
#include "monitor/target_monitor.hpp"

namespace lagoon::control {

inline constexpr std::string_view kNoLinkSentence =
    "the port has no link: the cable, or the other end's port";
inline constexpr std::string_view kUnservedSentence = "nobody carries its frames: a worker stands still";
inline constexpr std::string_view kNoUplinkSentence =
    "all uplinks of the LAG are down, so the Partner is to send nothing";
inline constexpr std::string_view kStandsBySentence =
    "another box carries the LAG, or this one may not (show cluster)";
inline constexpr std::string_view kDrainedSentence = "the operator has drained the member";
inline constexpr std::string_view kReplacedSentence = "another member distributes in its place";
inline constexpr std::string_view kSwapPatienceSentence =
    "swap-patience is over, and the Partner has let no other member distribute in its place";
inline constexpr std::string_view kFlappedSentence = "its link went up and down too often";

/// Why the target monitor takes a member for dead.
[[nodiscard]] constexpr std::string_view target_sentence(monitor::Why why) noexcept {
  switch (why) {
    case monitor::Why::none:
      return "its link has come up, and nothing has proved yet that the targets are reached";
    case monitor::Why::no_answer:
      return "the targets do not answer it, and answer another member";
    case monitor::Why::nothing_heard:
      return "nothing comes in on it that the target monitor counts";
  }
  return {};
}

/// What min-links counts, in modes without LACP and with it.
enum class Counted : std::uint8_t { may_send, distributing };
/// Why a LAG is up or down.
[[nodiscard]] inline std::string min_links_sentence(Counted what, int members, int needed) {
  return (what == Counted::may_send ? "members that may send: " : "distributing members: ") +
         std::to_string(members) + ", it takes " + std::to_string(needed);
}

/// Why a member that works is not used: `who` are, and why they come first.
[[nodiscard]] inline std::string max_links_sentence(std::size_t most, std::string_view who) {
  return "max-links is " + std::to_string(most) + ", and " + std::string{who};
}

/// What a member still does that another one is to replace, or has.
[[nodiscard]] constexpr std::string_view swap_sentence(lacp::Swap swap) noexcept {
  return swap == lacp::Swap::moves
             ? "it has no place any more, and its conversations are on their way to other members"
             : "it goes on until another member distributes in its place, or swap-patience is over";
}

/// Why micro-BFD takes a member out.
[[nodiscard]] constexpr std::string_view bfd_sentence(bfd::Verdict verdict) noexcept {
  switch (verdict) {
    case bfd::Verdict::waiting:
      return "no session of BFD was Up yet, and bfd.require asks for one";
    case bfd::Verdict::held:
      return "its session of BFD is Up again, and not yet for as long as bfd.hold-up";
    default:
      return "its session of BFD is not Up: one end does not hear the other";
  }
}

/// Why LACP leaves the member out: `why` is HoldOut's word.
[[nodiscard]] constexpr std::string_view hold_out_sentence(std::string_view why) noexcept {
  return why == "flood" ? "more LACPDUs come than a Partner sends"
                        : "the Partner takes back all the time what it has said";
}

}  // namespace lagoon::control
