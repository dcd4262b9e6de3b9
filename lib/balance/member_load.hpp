// MemberLoad: what each member sends, as a moving average, and what is left of it: the weights of
// weighted-dynamic distribution. A member's original weight is its capacity in units; its current weight is
// that less its load in units.
//
// Between two measurements workers charge each new conversation to its member at once, with charge(). A
// measurement takes in 1 - charge_left() of what these conversations send, so workers then keep charge_left()
// of what they charged: load + charges stays what the conversations send, if the charge was right.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "base/units.hpp"

namespace lagoon::balance {

struct MemberLoadOptions {
  Duration window = 1s;                   // of the average; 20 ms .. 10 min. Measured four times in it
  BitsPerSecond unit = mbps(100);         // of weights; 1 kbit/s .. 1 Tbit/s
  BitsPerSecond conversation{};           // what a new conversation is taken to send; 0: as measured
  BitsPerSecond conversation_min{8'000};  // as measured, but not less; 1 bit/s .. 100 Gbit/s
  friend constexpr bool operator==(const MemberLoadOptions&, const MemberLoadOptions&) noexcept = default;
};

/// In units, signed, with 16 fractional bits.
using Weight = Strong<struct WeightTag, std::int64_t>;
inline constexpr unsigned kWeightBits = 16;

class MemberLoad {
 public:
  /// Octets of each member since any start, summed over workers.
  using Octets = std::array<std::uint64_t, kMembersMax>;
  using Capacities = std::array<BitsPerSecond, kMembersMax>;  // 0: no member

  explicit MemberLoad(const MemberLoadOptions& options) : options_{options} {}

  void set_options(const MemberLoadOptions& options) noexcept { options_ = options; }
  void set_capacities(const Capacities& capacity) noexcept { capacity_ = capacity; }
  /// The index gets another member, whose counter may start anywhere.
  void forget(MemberIndex member) noexcept;

  /// The first one is a baseline. `conversations`: that are alive, summed over workers.
  void measured(const Octets& octets, std::uint64_t conversations, Instant now) noexcept;
  /// When the next measurement is wanted.
  [[nodiscard]] Instant deadline(Instant now) const noexcept;

  [[nodiscard]] BitsPerSecond load(MemberIndex member) const noexcept;
  /// Part of the capacity; 0 for no member.
  [[nodiscard]] double utilisation(MemberIndex member) const noexcept;
  [[nodiscard]] Weight original_weight(MemberIndex member) const noexcept;
  [[nodiscard]] Weight current_weight(MemberIndex member) const noexcept;

  /// What a new conversation is taken to send; and the same as a weight, at least the smallest.
  [[nodiscard]] BitsPerSecond conversation_rate() const noexcept;
  [[nodiscard]] Weight charge() const noexcept;
  /// What workers keep of their charges after the last measurement, in 1/65536: 0 .. 65536.
  [[nodiscard]] std::uint32_t charge_left() const noexcept { return charge_left_; }

 private:
  [[nodiscard]] Weight in_units(double bits) const noexcept;

  MemberLoadOptions options_;
  Capacities capacity_{};
  Octets last_{};
  std::uint32_t counted_ = 0;               // bit set of members whose last_ is known
  std::array<double, kMembersMax> load_{};  // bit/s
  double conversations_ = 0;
  std::uint32_t charge_left_ = 1U << kWeightBits;
  std::optional<Instant> last_measured_{};
};

}  // namespace lagoon::balance
