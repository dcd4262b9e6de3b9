// Attacker: a stateful source of hostile LACPDUs on one cable. It hears what both ends say there and on the
// other cables, and replays it, takes it back, sends it in another one's name, or changes some of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "support/prng.hpp"
#include "wire/slow_frame.hpp"

namespace lagoon::sim::chaos {

enum class Attack : std::uint8_t { replayed, reflected, swapped, mutated, forged, corrupted, marker };
inline constexpr std::uint64_t kAttacks = 7;

class Attacker {
 public:
  explicit Attacker(std::uint64_t seed) : prng_{seed} {}

  /// What `end` said; `own_cable`: on the one that the attacker sits at.
  void heard(std::size_t end, bool own_cable, const wire::Lacpdu& pdu);
  /// A frame towards `end`.
  [[nodiscard]] wire::SlowFrame frame(std::size_t end);

 private:
  [[nodiscard]] wire::Lacpdu said_to(std::size_t end);
  [[nodiscard]] wire::LacpInfo forged_info();
  void mutate(wire::Lacpdu& pdu);
  void mutate(wire::LacpInfo& info);

  test::Prng prng_;
  std::array<std::optional<wire::Lacpdu>, 2> own_{};   // the last of each end on this cable
  std::array<std::vector<wire::Lacpdu>, 2> others_{};  // some of what each said on others
};

}  // namespace lagoon::sim::chaos
