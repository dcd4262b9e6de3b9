// PartnerModel: what a Partner with one link to each box does with their LACPDUs: which System it aggregates
// with, which link it uses. Two kinds, as they were measured: Linux's bonding stays with a System as long as
// a port that is not defaulted is in it; Open vSwitch takes the best System ID at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "cluster/types.hpp"

namespace lagoon::sim::cluster {

/// As much of a LACPDU as matters here.
struct Pdu {
  lagoon::cluster::SystemId id{};  // the box's, in the Partner's as the Partner has it
  bool sync = false;               // the sender's
  bool echo_sync = false;          // the other end's, as the sender has it
  bool collecting = false;
};

class PartnerModel {
 public:
  enum class Kind : std::uint8_t { linux_bond, open_vswitch };
  static constexpr Duration kExpired = 3s;
  static constexpr Duration kDefaulted = 6s;

  PartnerModel(Kind kind, std::size_t prefers) : kind_{kind}, prefers_{prefers} {}

  void heard(std::size_t port, const Pdu& pdu, Instant now);
  void carrier(std::size_t port, bool up, Instant now);
  /// Timers. True if something is to be told: on both ports.
  bool settle(Instant now);
  [[nodiscard]] Pdu says(std::size_t port) const;
  /// Whether frames of this port are taken, and sent there.
  [[nodiscard]] bool uses(std::size_t port) const { return ports_.at(port).enabled; }

 private:
  struct Port {
    std::optional<Pdu> actor{};  // nothing: defaulted
    Instant heard{};
    bool up = true;
    Instant down_since{};
    bool selected = false;
    bool enabled = false;
  };
  [[nodiscard]] std::optional<lagoon::cluster::SystemId> choose() const;

  Kind kind_;
  std::size_t prefers_;
  std::array<Port, 2> ports_{};
  std::optional<lagoon::cluster::SystemId> chosen_{};
};

}  // namespace lagoon::sim::cluster
