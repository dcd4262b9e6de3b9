// NeighborTable: who was heard on one port, and for how long that holds (802.1AB-2016 clause 9). Bounded: a
// port has one neighbour, or a few behind something that forwards what it should not.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/fixed_vector.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "wire/lldp/lldpdu.hpp"

namespace lagoon::lldp {

inline constexpr std::size_t kNeighborsMax = 4;

struct Neighbor {
  wire::Lldpdu said{};
  MacAddress source{};
  Instant since{};  // it was first heard
  Instant heard{};  // last
  Instant until{};  // what it has said holds
};

enum class Change : std::uint8_t {
  appeared,
  changed,  // it says something else
  expired,  // silent for longer than its TTL
  left,     // it has said that it goes
  lost,     // the port's link is down, or nothing is received any more
};
[[nodiscard]] std::string_view name_of(Change change) noexcept;

struct Event {
  Change change{};
  Neighbor neighbor{};
};
using Events = FixedVector<Event, kNeighborsMax>;

class NeighborTable {
 public:
  /// What a frame changes; nothing: it says what is known, or is of a new neighbour for whom there is no
  /// room.
  [[nodiscard]] std::optional<Event> heard(const wire::Lldpdu& pdu, const MacAddress& source,
                                           Instant now) noexcept;
  /// Those whose time is over.
  [[nodiscard]] Events expire(Instant now) noexcept;
  [[nodiscard]] Events lose_all() noexcept;
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  [[nodiscard]] std::span<const Neighbor> neighbors() const noexcept {
    return {neighbors_.begin(), neighbors_.size()};
  }
  /// Neighbours that found no room.
  [[nodiscard]] std::uint64_t too_many() const noexcept { return too_many_; }

 private:
  [[nodiscard]] Neighbor* find(const wire::Lldpdu& pdu) noexcept;
  void remove(Neighbor& neighbor) noexcept;

  FixedVector<Neighbor, kNeighborsMax> neighbors_{};
  std::uint64_t too_many_ = 0;
};

}  // namespace lagoon::lldp
