// Verbs: the words of the commands that change a running LAG. Each is a row: its arguments, an example, one
// line of help. Lists of verbs are printed from here: the console's syntax, telemetry's help, usage in
// mistakes.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace lagoon::config {

struct Verb {
  std::string_view word;
  std::string_view arguments;  // as usage has them
  std::string_view example;    // of the arguments
  std::string_view help;
  [[nodiscard]] constexpr bool takes_member_alone() const noexcept { return arguments == "MEMBER"; }
};

inline constexpr std::array<Verb, 9> kVerbs{{
    {"add", "DEVICE", R"({ dev: "net_af_packet9,iface=eth9" })",
     "A device such as net_ring1 or 0000:3b:00.0, or { dev: .., name: .. }"},
    {"remove", "MEMBER", "net_af_packet1", "Its conversations move, then its port is closed"},
    {"enable", "MEMBER", "net_af_packet1", "Takes back disable and drain"},
    {"disable", "MEMBER", "net_af_packet1", "It neither sends nor takes data"},
    {"drain", "MEMBER", "net_af_packet1", "It sends no more data, and goes on taking it"},
    {"activate", "MEMBER", "net_af_packet1", "It becomes the active member, in modes that have one"},
    {"weight", "MEMBER WEIGHT", "net_af_packet1 20",
     "Its share of the traffic, in units of weight-unit; or auto"},
    {"move", "BUCKETS", "17 to net_af_packet1",
     "N, N-M or all [of MEMBER], then: to MEMBER, where they stay; or to any"},
    {"set", "KEY: VALUE", "hash: l3+4", "Changes an option, as its key in the configuration file would"},
}};

inline constexpr auto kVerbWords = [] {
  std::array<std::string_view, kVerbs.size()> words{};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = kVerbs[i].word;
  return words;
}();

/// Precondition: it is one of kVerbs.
[[nodiscard]] constexpr const Verb& verb_of(std::string_view word) noexcept {
  for (const Verb& verb : kVerbs)
    if (verb.word == word) return verb;
  return kVerbs.front();
}

/// "add|remove|..", of the verbs that `wanted(verb)` is true for.
template <typename Wanted>
[[nodiscard]] inline std::string joined_verbs(Wanted&& wanted) {
  std::string text;
  for (const Verb& verb : kVerbs)
    if (std::invoke(wanted, verb)) text += (text.empty() ? "" : "|") + std::string{verb.word};
  return text;
}

}  // namespace lagoon::config
