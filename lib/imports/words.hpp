// Other systems' words for options, as settings of ours. The keys come from config/text/foreign_words.hpp and
// the table of options, which also says what a value looks like.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "imports/bond.hpp"
#include "imports/text.hpp"

namespace lagoon::imports {

/// What a bare number of a time stands for.
enum class Unit : std::uint8_t { milliseconds, seconds };

/// Takes a parameter of Linux's bonding driver by any of its names ("miimon", "bond-miimon"); a remark where
/// it has no counterpart.
void say(Bond& bond, std::string_view word, std::string_view value, Said said,
         Unit unit = Unit::milliseconds);
/// "mode=4 miimon=100", separated by these characters.
void say_all(Bond& bond, std::string_view parameters, const Said& said,
             std::string_view separators = kBlanks);
/// What Linux does where nothing is said and we would do otherwise, and what it passes over.
void finish_linux(Bond& bond);

/// Makes an interface of the kernel a member. Null, and a remark, where that can't be: it is a pattern, or no
/// name of an interface.
Member* join(Bond& bond, std::string_view interface, const Said& said);

void leave_out(Bond& bond, Said said, std::string_view why);

[[nodiscard]] Said said_at(const Source& source, std::size_t line, std::string_view words);
[[nodiscard]] Said said_at(const Source& source, const Entry& entry);
/// The same, of what a system shows whether or not somebody has asked for it.
[[nodiscard]] Said shown_at(const Source& source, std::size_t line, std::string_view words);

inline constexpr std::string_view kOfTheHost =
    "belongs to the host: set it on the interface that 'tap' makes";
inline constexpr std::string_view kOfAMember = "of a member: lagoond sets up its members itself";
inline constexpr std::string_view kNoCounterpart = "there is nothing like it here";

/// Another system's word for something, and ours or Linux's.
struct Meaning {
  std::string_view theirs;
  std::string_view ours;
};
/// Empty: it is not in the table.
template <std::size_t N>
[[nodiscard]] constexpr std::string_view meaning_of(const std::array<Meaning, N>& table,
                                                    std::string_view theirs) noexcept {
  for (const Meaning& one : table)
    if (one.theirs == theirs) return one.ours;
  return {};
}
/// The word itself where it is not in the table.
template <std::size_t N>
[[nodiscard]] constexpr std::string_view meaning_or_same(const std::array<Meaning, N>& table,
                                                         std::string_view theirs) noexcept {
  const std::string_view ours = meaning_of(table, theirs);
  return ours.empty() ? theirs : ours;
}

}  // namespace lagoon::imports
