#include "config/member_rows.hpp"

#include <array>

#include "options/words.hpp"

namespace lagoon::config {
namespace {

using options::at;
using options::Flag;
using options::Rate;
using options::Whole;
using options::Words;

constexpr std::uint64_t kU16Max = 65'535;

template <std::string lldp::ExpectedNeighbor::* part>
constexpr options::Field<Member> kExpected = at<Member, &Member::expect, part>();

// clang-format off
constexpr std::array kRows{
    MemberRow{.key = "speed", .field = at<Member, &Member::speed>(), .kind = Rate{},
              .says = "instead of what the port says", .unset = "auto"},
    MemberRow{.key = "weight", .field = at<Member, &Member::weight>(), .kind = Whole{1, kWeightMax},
              .says = "its share, in units of `weight-unit` (10T in all at the most); goes before the speed", .unset = "auto", .effect = options::kHashedOnly},
    MemberRow{.key = "lacp.port-priority", .field = at<Member, &Member::port_priority>(), .kind = Whole{0, kU16Max},
              .says = "the lower one is used first", .effect = options::kLacpOnly},
    MemberRow{.key = "lacp.port-number", .field = at<Member, &Member::port_number>(), .kind = Whole{1, kU16Max},
              .says = "unique in the LAG; auto: its position, from 1", .unset = "auto", .effect = options::kLacpOnly},
    MemberRow{.key = "lacp.aggregatable", .field = at<Member, &Member::aggregatable>(), .kind = Flag{},
              .says = "false makes the link Individual", .effect = options::kLacpOnly},
    MemberRow{.key = "priority", .field = at<Member, &Member::priority>(), .kind = options::SignedWhole{},
              .says = "to become the active member: the higher one; among equals the first", .effect = options::kActiveOnly},
    MemberRow{.key = "state", .field = at<Member, &Member::administration>(), .kind = Words{options::kStateWords},
              .says = "drained sends no more and goes on receiving; disabled does neither"},
    MemberRow{.key = "expect.system", .field = kExpected<&lldp::ExpectedNeighbor::system>, .kind = options::Text{"a system's name, or its Chassis ID"},
              .says = "who is to be at the other end ([neighbours.md](neighbours.md))", .unset = "any"},
    MemberRow{.key = "expect.port", .field = kExpected<&lldp::ExpectedNeighbor::port>, .kind = options::Text{"a Port ID, or a port's description"},
              .says = "and its port there", .unset = "any"},
};
// clang-format on

}  // namespace

std::span<const MemberRow> member_rows() noexcept {
  return kRows;
}

}  // namespace lagoon::config
