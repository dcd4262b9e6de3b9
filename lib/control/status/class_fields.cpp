// The fields of a traffic class, and of a client of balance-alb.
#include "control/status/fields.hpp"

namespace lagoon::control {

namespace {

using C = const ClassStatus&;
using K = const ClientOf&;
using enum Kind;

constexpr std::string_view kLost = "Frames of the traffic class that were lost, by reason.";
constexpr std::string_view kColoured = "Frames of the traffic class by what its rate limit found.";

constexpr std::array kClasses = std::to_array<Field<ClassStatus>>({
    {"name", text, Unit::none, [](C c) -> Value { return c.name; }, "Name of the traffic class."},
    {"in_packets",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.in_packets; },
     "Frames of the traffic class that were to be sent.",
     {.metric = "offered_frames_total"}},
    {"in_bytes",
     counter,
     Unit::octets,
     [](C c) -> Value { return c.in_bytes; },
     "Octets of the traffic class that were to be sent.",
     {.metric = "offered_bytes_total"}},
    {"out_packets",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.out_packets; },
     "Frames of the traffic class that were sent.",
     {.metric = "transmit_frames_total"}},
    {"out_bytes",
     counter,
     Unit::octets,
     [](C c) -> Value { return c.out_bytes; },
     "Octets of the traffic class that were sent.",
     {.metric = "transmit_bytes_total"}},
    {"depth_packets",
     number,
     Unit::frames,
     [](C c) -> Value { return c.depth_packets; },
     "Frames of the traffic class that wait now, on all members.",
     {.metric = "queued_frames"}},
    {"depth_bytes",
     number,
     Unit::octets,
     [](C c) -> Value { return c.depth_bytes; },
     "Octets of the traffic class that wait now, on all members.",
     {.metric = "queued_bytes"}},
    {"highest_packets",
     number,
     Unit::frames,
     [](C c) -> Value { return c.highest_packets; },
     "The most frames of the traffic class that have waited in front of one member in one worker.",
     {.metric = "highest_queued_frames"}},
    {"highest_bytes",
     number,
     Unit::octets,
     [](C c) -> Value { return c.highest_bytes; },
     "The most octets of the traffic class that have waited in front of one member in one worker.",
     {.metric = "highest_queued_bytes"}},
    {"queue_full",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.queue_full; },
     kLost,
     {.metric = "dropped_frames_total", .label = "reason"}},
    {"rate_exceeded",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.rate_exceeded; },
     kLost,
     {.metric = "dropped_frames_total", .label = "reason"}},
    {"member_lost",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.member_lost; },
     kLost,
     {.metric = "dropped_frames_total", .label = "reason"}},
    {"user_died",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.user_died; },
     kLost,
     {.metric = "dropped_frames_total", .label = "reason"}},
    {"taken_back",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.taken_back; },
     "Frames of the traffic class that were sent over another member, as theirs was lost.",
     {.metric = "taken_back_frames_total"}},
    {"green",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.colour[0]; },
     kColoured,
     {.metric = "coloured_frames_total", .label = "colour"}},
    {"yellow",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.colour[1]; },
     kColoured,
     {.metric = "coloured_frames_total", .label = "colour"}},
    {"red",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.colour[2]; },
     kColoured,
     {.metric = "coloured_frames_total", .label = "colour"}},
    {"marked",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.marked; },
     "Frames of the traffic class whose DSCP was set by its rate limit.",
     {.metric = "marked_frames_total"}},
    {"mark_missed",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.mark_missed; },
     "Frames of the traffic class that were to be marked and are no IP.",
     {.metric = "unmarkable_frames_total"}},
    {"spilled",
     counter,
     Unit::frames,
     [](C c) -> Value { return c.spilled; },
     "Frames of the traffic class that shared a queue with other conversations, as their set was full.",
     {.metric = "spilled_frames_total"}},
});

constexpr std::array kClients = std::to_array<Field<ClientOf>>({
    {"host", text, Unit::none, [](K k) -> Value { return to_string(k.client.host); },
     "Our address that it speaks with."},
    {"client", text, Unit::none, [](K k) -> Value { return to_string(k.client.client); }, "Its address."},
    {"mac", text, Unit::none,
     [](K k) { return k.client.mac.is_zero() ? Value{} : Value{to_string(k.client.mac)}; },
     "Its MAC address, if that is known."},
    {"vlan_tci", number, Unit::none, [](K k) -> Value { return k.client.vlan_tci; }, "Its VLAN tag."},
    {"member", text, Unit::none,
     [](K k) -> Value {
       const std::size_t at = k.client.member.value();
       return at < k.lag.members.size() ? Value{k.lag.members[at].name} : Value{};
     },
     "The member whose address it was told."},
});

}  // namespace

std::span<const Field<ClassStatus>> class_fields() noexcept {
  return kClasses;
}
std::span<const Field<ClientOf>> client_fields() noexcept {
  return kClients;
}

}  // namespace lagoon::control
