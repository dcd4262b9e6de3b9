// ReferencePartner: a second, simpler LACP with the habits of two others, written from what they are seen to
// do.
//
// Linux bonding: ticks of 100 ms; waits 2 s; coupled; at most 3 LACPDUs in a second; stays in sync while it
// is Expired; Defaulted, it speaks once in 30 s. Open vSwitch: waits for nothing; Collecting and Distributing
// mean no more than "attached", and stay with Expired; does not act on the Partner leaving sync; sends
// without limit; Defaulted, it speaks once in 30 s. Both have one Aggregator here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/mac_address.hpp"
#include "lacp/port_state.hpp"
#include "station.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::sim {

enum class Habits : std::uint8_t { linux_bonding, open_vswitch };

struct PartnerSettings {
  std::string name;
  MacAddress system{};
  Habits habits = Habits::linux_bonding;
  std::uint16_t key = 15;
  bool fast = true;
  bool active = true;
  std::size_t ports = 2;
};

class ReferencePartner : public Station {
 public:
  ReferencePartner(PartnerSettings settings, Instant now);

  [[nodiscard]] const std::string& name() const override { return settings_.name; }
  void frame_received(MemberIndex port, std::span<const std::byte> frame, Instant now) override;
  void link_changed(MemberIndex port, const LinkState& link, Instant now) override;
  void expire(Instant now) override;
  [[nodiscard]] std::optional<Instant> deadline() const override;
  [[nodiscard]] std::optional<Departure> transmit(Instant now) override;
  [[nodiscard]] std::uint32_t collecting() const override { return carrying(); }
  [[nodiscard]] std::uint32_t distributing() const override { return carrying(); }

 private:
  enum class Heard : std::uint8_t { current, expired, defaulted };
  enum class Attachment : std::uint8_t { detached, waiting, attached, carrying };
  struct Port {
    std::uint16_t number = 0;
    bool up = false;
    Heard heard = Heard::defaulted;
    Instant heard_until{};
    wire::LacpInfo partner{};
    bool partner_sync = false;
    Attachment attachment = Attachment::detached;  // Linux
    Instant wait_over{};                           // Linux
    Instant speaks_next{};
    bool must_speak = false;
    unsigned sent_in_window = 0;  // Linux
    Instant window_start{};
  };

  void time_out(Port& port, Instant now);
  void attach_like_linux(Port& port, Instant now);
  [[nodiscard]] bool attached_like_ovs(const Port& port) const;
  [[nodiscard]] lacp::PortState state(const Port& port) const;
  [[nodiscard]] wire::LacpInfo actor(const Port& port) const;
  [[nodiscard]] bool speaks(const Port& port) const;
  [[nodiscard]] static Duration period(const Port& port);
  [[nodiscard]] bool may_send(Port& port, Instant now) const;
  [[nodiscard]] bool carries(const Port& port) const;
  [[nodiscard]] std::uint32_t carrying() const;

  PartnerSettings settings_;
  std::vector<Port> ports_;
  Instant next_tick_;
};

}  // namespace lagoon::sim
