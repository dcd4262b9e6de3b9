#include "options/lag_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <expected>
#include <limits>

#include "options/words.hpp"

namespace lagoon::options {
namespace {

using O = control::LagOptions;
using control::AdaptiveOptions;
using control::MoveOptions;
using control::PortOptions;
using control::WeightedOptions;
using failover::AnnounceOptions;
using Active = control::ActiveOptions;
using Damping = failover::DampingOptions;
using Extras = control::LacpExtras;
using Fast = table::FastOptions;
using Hash = dist::FlowHashSettings;
using Lacp = lacp::AggregatorConfig;
using Lldp = lldp::Options;
using control::BfdOptions;
using Formation = control::FormationOptions;
using Shared = control::MultichassisOptions;
using Bfd = bfd::Options;
using Rebalance = balance::RebalancerOptions;
using Targets = monitor::TargetOptions;

constexpr std::uint64_t kU16Max = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t kU32Max = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kPercent = 100;  // in hundredths
constexpr std::uint64_t kTimesMax = 255;
constexpr Whole kLinks{1, kMembersMax};
constexpr Text kMemberName{"the name of a member"};
constexpr Text kNodeName{"the name of a node of the cluster"};
constexpr std::size_t kUplinksMost = 16;

constexpr Field<O> kSeed{
    [](const O& o) { return o.random_seed ? Value{Unset{}} : Value{std::uint64_t{o.fast.hash.seed}}; },
    [](O& o, const Value& value) {
      const auto* const seed = std::get_if<std::uint64_t>(&value);
      o.random_seed = seed == nullptr;
      o.fast.hash.seed = seed == nullptr ? 0 : static_cast<std::uint32_t>(*seed);
    }};

// "02:00:00:00:00:01", or with a system priority "100/02:00:00:00:00:01"; else what is wrong with it.
std::expected<lacp::PartnerSystem, std::string_view> partner_system_of(std::string_view text) noexcept {
  lacp::PartnerSystem partner;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const char* const end = text.data() + slash;
    const auto [rest, error] = std::from_chars(text.data(), end, partner.priority.emplace());
    if (error != std::errc{} || rest != end) return std::unexpected{"a priority is from 0 to 65535"};
    text.remove_prefix(slash + 1);
  }
  const std::optional<MacAddress> system = parse_mac_address(text);
  if (!system) return std::unexpected{"an address is six pairs of hexadecimal digits"};
  if (system->is_zero()) return std::unexpected{"all zeros is nobody's address"};
  if (system->is_group()) return std::unexpected{"a System has no group address"};
  partner.system = *system;
  return partner;
}

std::optional<std::string> wrong_with_partner_system(std::string_view text) {
  const auto partner = partner_system_of(text);
  return partner ? std::nullopt : std::optional<std::string>{partner.error()};
}

constexpr Text kPartnerSystem{
    "a MAC address like 02:00:00:00:00:01, with a system priority before it like 100/02:00:00:00:00:01",
    wrong_with_partner_system};

constexpr Field<O> kPartnerSystemField{
    [](const O& o) {
      const std::optional<lacp::PartnerSystem>& partner = o.lacp.partner_system;
      if (!partner) return Value{Unset{}};
      return Value{(partner->priority ? std::to_string(*partner->priority) + "/" : "") +
                   to_string(partner->system)};
    },
    [](O& o, const Value& value) {
      const auto* const text = std::get_if<std::string>(&value);
      const auto partner = partner_system_of(text == nullptr ? std::string_view{} : *text);
      o.lacp.partner_system = partner ? std::optional{*partner} : std::nullopt;
    }};

// An equal min-links-up goes along.
constexpr Field<O> kMinLinks{[](const O& o) { return to_value(o.lacp.min_links); },
                             [](O& o, const Value& value) {
                               const bool follows = o.lacp.min_links_up == o.lacp.min_links;
                               from_value(o.lacp.min_links, value);
                               if (follows) o.lacp.min_links_up = o.lacp.min_links;
                             }};

std::optional<std::string> wrong_with_address(std::string_view text) {
  return parse_ip_address(text) ? std::nullopt : std::optional<std::string>{"it is no IPv4 or IPv6 address"};
}
constexpr Text kAddress{"an IPv4 or IPv6 address like 169.254.7.1", wrong_with_address};

constexpr Field<O> kBfdLocal{
    [](const O& o) { return o.bfd.automatic() ? Value{Unset{}} : Value{to_string(o.bfd.session.local)}; },
    [](O& o, const Value& value) {
      const auto* const text = std::get_if<std::string>(&value);
      o.bfd.session.local = text == nullptr ? IpAddress{} : parse_ip_address(*text).value_or(IpAddress{});
    }};
constexpr Field<O> kBfdPeer{[](const O& o) {
                              const auto& peer = o.bfd.session.peer;
                              return peer ? Value{to_string(*peer)} : Value{Unset{}};
                            },
                            [](O& o, const Value& value) {
                              const auto* const text = std::get_if<std::string>(&value);
                              o.bfd.session.peer = text == nullptr ? std::nullopt : parse_ip_address(*text);
                            }};
constexpr Field<O> kBfdMac{[](const O& o) {
                             const MacAddress& to = o.bfd.session.destination;
                             return to == wire::kMicroBfdAddress ? Value{Unset{}} : Value{to};
                           },
                           [](O& o, const Value& value) {
                             const auto* const to = std::get_if<MacAddress>(&value);
                             o.bfd.session.destination = to == nullptr ? wire::kMicroBfdAddress : *to;
                           }};

constexpr Text kFormationPartnerKind{"a System's address, the name that LLDP tells of it, or lagoon"};
constexpr Field<O> kFormationPartner{
    [](const O& o) { return o.formation.partner.empty() ? Value{Unset{}} : Value{o.formation.partner}; },
    [](O& o, const Value& value) {
      const auto* const text = std::get_if<std::string>(&value);
      o.formation.partner = text == nullptr ? std::string{} : *text;
    }};

// Targets of both families stand in one list, IPv4 first.
template <typename Address>
constexpr Field<O> targets() {
  return {[](const O& o) {
            std::vector<HostAddress> some;
            for (const HostAddress& host : o.targets.targets)
              if (std::holds_alternative<Address>(host.address)) some.push_back(host);
            return Value{std::move(some)};
          },
          [](O& o, const Value& value) {
            std::vector<HostAddress>& all = o.targets.targets;
            std::erase_if(
                all, [](const HostAddress& host) { return std::holds_alternative<Address>(host.address); });
            const auto& some = std::get<std::vector<HostAddress>>(value);
            const auto where = std::is_same_v<Address, Ipv4Address> ? all.begin() : all.end();
            all.insert(where, some.begin(), some.end());
          }};
}

// clang-format off
constexpr std::array kRows{
    LagRow{.key = "mode", .field = at<O, &O::mode>(), .kind = Words{kModeWords, {}, kLinuxModes},
           .says = "what the LAG does; see Modes", .fixed = true},
    LagRow{.key = "lacp.activity", .field = at<O, &O::lacp, &Lacp::activity>(), .kind = Words{kActivityWords, kLinuxActivity},
           .says = "passive answers only", .effect = kLacpOnly},
    LagRow{.key = "lacp.rate", .field = at<O, &O::lacp, &Lacp::rate>(), .kind = Words{kRateWords, kLinuxRate},
           .says = "what the Partner is asked for: an LACPDU each 1 s (timeout 3 s) or 30 s (90 s)", .effect = kLacpOnly},
    LagRow{.key = "lacp.system-priority", .field = at<O, &O::lacp, &Lacp::system_priority>(), .kind = Whole{0, kU16Max},
           .says = "the System with the lower one chooses the links", .effect = kLacpOnly},
    LagRow{.key = "lacp.system-id", .field = at<O, &O::lacp, &Lacp::system>(), .kind = Mac{},
           .says = "by which the Partner knows us; auto: the LAG's MAC", .unset = "auto", .effect = kLacpOnly},
    LagRow{.key = "lacp.key", .field = at<O, &O::lacp, &Lacp::key>(), .kind = Whole{1, kU16Max},
           .says = "only links with one key aggregate; auto: by speed and duplex", .unset = "auto", .effect = kLacpOnly},
    LagRow{.key = "lacp.mux", .field = at<O, &O::lacp, &Lacp::mux>(), .kind = Words{kMuxWords},
           .says = "whether Collecting and Distributing begin apart", .effect = kLacpOnly},
    LagRow{.key = "lacp.select", .field = at<O, &O::lacp, &Lacp::select>(), .kind = Words{kSelectWords, kLinuxSelect, kSelectWords.size()},
           .says = "which links win when they lead to different Partners: those in use, the most Mb/s, the most links, or those of the link with the best Port ID", .effect = kLacpOnly},
    LagRow{.key = "lacp.partner-system", .field = kPartnerSystemField, .kind = kPartnerSystem,
           .says = "who may be our Partner; members that lead to others are not selected ([lacp.md](lacp.md))", .unset = "any", .effect = kLacpOnly},
    LagRow{.key = "lacp.aggregate-wait", .field = at<O, &O::lacp, &Lacp::aggregate_wait>(), .kind = Time{0s, 60s},
           .says = "time for links to come up together", .effect = kLacpOnly},
    LagRow{.key = "lacp.partner-settle", .field = at<O, &O::lacp, &Lacp::partner_settle>(), .kind = Time{0s, 10s},
           .says = "from the Partner's word that it collects to our first frame", .effect = kLacpOnly},
    LagRow{.key = "lacp.strict", .field = at<O, &O::lacp_extras, &Extras::strict>(), .kind = Flag{},
           .says = "the LAG is up only while it distributes; false: while a link is up", .effect = kLacpOnly, .other_name = "lacp-strict"},
    LagRow{.key = "lacp.fallback", .field = at<O, &O::lacp_extras, &Extras::fallback>(), .kind = Words{kFallbackWords},
           .says = "single: one member is used when no Partner speaks", .effect = kLacpOnly},
    LagRow{.key = "lacp.fallback-delay", .field = at<O, &O::lacp_extras, &Extras::fallback_delay>(), .kind = Time{0s, 600s},
           .says = "after so long", .effect = kLacpOnly},
    LagRow{.key = "lacp.flood-limit", .field = at<O, &O::lacp_extras, &Extras::flood_limit>(), .kind = Whole{4, 10'000},
           .says = "LACPDUs of a member that are looked at in a second; the rest is dropped, and the member held out from ten times as many on", .effect = kLacpOnly},
    LagRow{.key = "lacp.hold-out", .field = at<O, &O::lacp_extras, &Extras::hold_out>(), .kind = Time{2s, 3600s, true},
           .says = "the longest time that a member is held out whose LACPDUs flood, or whose Partner changes all the time: 2 s at first, then doubled", .effect = kLacpOnly},
    LagRow{.key = "lacp.retry-count", .field = at<O, &O::lacp, &Lacp::retry_count>(), .kind = Whole{3, 10},
           .says = "for how many periods a Partner that knows retry counts is to wait for us ([lacp.md](lacp.md#retry-counts))", .effect = kLacpOnly},
    LagRow{.key = "lacp.retry-probe", .field = at<O, &O::lacp, &Lacp::retry_probe>(), .kind = Words{kRetryProbeWords},
           .says = "who is asked whether it knows them, by an LACPDU of version 0xf1: nobody, whom LLDP shows to be a Lagoon or a SONiC, or every Partner", .effect = kLacpOnly},
    LagRow{.key = "hash", .field = at<O, &O::fast, &Fast::hash, &Hash::policy>(), .kind = HashWords{},
           .says = "what of a frame decides its member", .effect = kHashedOnly},
    LagRow{.key = "hash-seed", .field = kSeed, .kind = Whole{0, kU32Max},
           .says = "other seeds distribute otherwise", .unset = "random", .effect = kHashedOnly},
    LagRow{.key = "hash-symmetric", .field = at<O, &O::fast, &Fast::hash, &Hash::symmetric>(), .kind = Flag{},
           .says = "both directions of a conversation hash alike", .effect = kHashedOnly},
    LagRow{.key = "nic-hash", .field = at<O, &O::fast, &Fast::hash, &Hash::use_nic_hash>(), .kind = Flag{},
           .says = "take the NIC's RSS hash where a frame has one", .effect = kHashedOnly, .fixed = true},
    LagRow{.key = "unequal-speed", .field = at<O, &O::unequal_speed>(), .kind = Flag{},
           .says = "the speed is not in the key, so links of different speeds aggregate ([lacp.md](lacp.md))", .effect = kLacpOnly},
    LagRow{.key = "distribute", .field = at<O, &O::distribute>(), .kind = Words{kLoadSharingWords},
           .says = "a conversation goes as its hash says, or is placed by load when it begins", .effect = kByBucketOnly, .fixed = true},
    LagRow{.key = "by", .field = at<O, &O::weighted, &WeightedOptions::by>(), .kind = Words{kPlaceByWords},
           .says = "where a new conversation goes: the member least used for its capacity, with most capacity left, with the fewest conversations for its capacity, or the next in turn", .effect = kWeightedOnly},
    LagRow{.key = "weight-unit", .field = at<O, &O::weighted, &WeightedOptions::unit>(), .kind = Rate{},
           .says = "what a weight of 1 stands for", .effect = kWithWeights},
    LagRow{.key = "load-window", .field = at<O, &O::weighted, &WeightedOptions::window>(), .kind = Time{20ms, 600s},
           .says = "loads are averaged over it", .effect = kWeightedOnly},
    LagRow{.key = "conversation-estimate", .field = at<O, &O::weighted, &WeightedOptions::estimate>(), .kind = Rate{true},
           .says = "what a new conversation is charged with at once; auto: what others carry", .unset = "auto", .effect = kWeightedOnly},
    LagRow{.key = "conversations", .field = at<O, &O::weighted, &WeightedOptions::conversations>(), .kind = Whole{64, 67'108'864},
           .says = "that each worker remembers; 15 octets each", .effect = kWeightedOnly, .fixed = true},
    LagRow{.key = "conversation-timeout", .field = at<O, &O::weighted, &WeightedOptions::idle>(), .kind = Time{100ms, 15s},
           .says = "one that was silent for longer is forgotten; longer than flowlet-gap", .effect = kWeightedOnly},
    LagRow{.key = "rebalance", .field = at<O, &O::rebalances>(), .kind = Switch{true},
           .says = "conversations leave members that have more load than others; auto: with distribute: weighted; a map turns it on", .unset = "auto", .effect = kByBucketOnly},
    LagRow{.key = "rebalance.enabled", .field = at<O, &O::rebalances>(), .kind = Flag{},
           .says = "as the word in the place of the map", .unset = "auto", .effect = kByBucketOnly},
    LagRow{.key = "rebalance.interval", .field = at<O, &O::rebalance, &Rebalance::interval>(), .kind = Time{100ms, 60s},
           .says = "between measurements", .effect = kByBucketOnly},
    LagRow{.key = "rebalance.start", .field = at<O, &O::rebalance, &Rebalance::start_percent>(), .kind = Percent{1 * kPercent, 100 * kPercent, kPercent},
           .says = "so far above its share a member is relieved", .effect = kByBucketOnly},
    LagRow{.key = "rebalance.stop", .field = at<O, &O::rebalance, &Rebalance::stop_percent>(), .kind = Percent{0, 100 * kPercent, kPercent},
           .says = "until it stays within this; at most start", .effect = kByBucketOnly},
    LagRow{.key = "rebalance.gain-min", .field = at<O, &O::rebalance, &Rebalance::gain_min_basis_points>(), .kind = Percent{0, 100 * kPercent},
           .says = "of the share: smaller moves are not made", .effect = kByBucketOnly},
    LagRow{.key = "rebalance.moves-max", .field = at<O, &O::rebalance, &Rebalance::moves_max>(), .kind = Whole{1, 4096},
           .says = "moves in an interval", .effect = kByBucketOnly},
    LagRow{.key = "rebalance.cool-down", .field = at<O, &O::rebalance, &Rebalance::cool_down>(), .kind = Whole{0, 1000},
           .says = "intervals for which what moved stays", .effect = kByBucketOnly},
    LagRow{.key = "rebalance.hold-off", .field = at<O, &O::rebalance, &Rebalance::hold_off>(), .kind = Whole{0, 1000},
           .says = "intervals from the end of one relief to the start of the next", .effect = kByBucketOnly},
    LagRow{.key = "rebalance.pins", .field = at<O, &O::rebalance, &Rebalance::pins>(), .kind = Flag{},
           .says = "large conversations may get entries of their own", .effect = kByBucketOnly},
    LagRow{.key = "move", .field = at<O, &O::move, &MoveOptions::by>(), .kind = Words{kMoveByWords},
           .says = "how a conversation leaves a member that works, in order: its frames wait for answers to Markers, or for move-hold; it moves when it pauses; or nothing waits", .effect = kOrderedOnly},
    LagRow{.key = "flowlet-gap", .field = at<O, &O::move, &MoveOptions::gap>(), .kind = Time{1us, 1s},
           .says = "a pause in which a conversation may move; longer than paths differ", .effect = kWithGaps},
    LagRow{.key = "flowlet-patience", .field = at<O, &O::move, &MoveOptions::patience>(), .kind = Time{0s, 10s},
           .says = "what had no pause for so long is held", .effect = kFlowletOnly},
    LagRow{.key = "move-overflow", .field = at<O, &O::move, &MoveOptions::overflow>(), .kind = Words{kOverflowWords},
           .says = "without room for the frames that wait: they go on as before, and the move is tried again or given up", .effect = kWaitingOnly},
    LagRow{.key = "move-hold", .field = at<O, &O::move, &MoveOptions::planned>(), .kind = Time{0s, 10s},
           .says = "the longest wait of frames whose conversations move; 0s: none", .effect = kOrderedOnly},
    LagRow{.key = "failover-hold", .field = at<O, &O::move, &MoveOptions::failover>(), .kind = Time{0s, 10s},
           .says = "the same when a link is lost", .effect = kOrderedOnly},
    LagRow{.key = "packets-per-member", .field = at<O, &O::fast, &Fast::packets_per_member>(), .kind = Whole{0, kU16Max},
           .says = "frames before the next member's turn; 0: a random member for each", .effect = kTurnsOnly},
    LagRow{.key = "tlb-dynamic-lb", .field = at<O, &O::adaptive, &AdaptiveOptions::load, &balance::LoadBalancerOptions::dynamic>(), .kind = Flag{},
           .says = "conversations move to even out the load; false: by hash alone", .effect = kAdaptiveOnly},
    LagRow{.key = "lp-interval", .field = at<O, &O::adaptive, &AdaptiveOptions::learning_interval>(), .kind = Time{100ms, 3600s},
           .says = "between learning packets of each member", .effect = kAdaptiveOnly},
    LagRow{.key = "spread-forwarded", .field = at<O, &O::fast, &Fast::spread_forwarded>(), .kind = Flag{},
           .says = "also frames that hosts behind the LAG send leave by all members, under the member's address", .effect = kAdaptiveOnly},
    LagRow{.key = "eliminate-duplicates", .field = at<O, &O::fast, &Fast::eliminate_duplicates>(), .kind = Flag{},
           .says = "of a frame that came in by several members one is taken", .effect = kFromAllOnly},
    LagRow{.key = "min-links", .field = kMinLinks, .kind = kLinks,
           .says = "with fewer the LAG goes down; at most the number of members"},
    LagRow{.key = "min-links-up", .field = at<O, &O::lacp, &Lacp::min_links_up>(), .kind = kLinks,
           .says = "once down, so many bring it up again; follows min-links unless set"},
    LagRow{.key = "max-links", .field = at<O, &O::lacp, &Lacp::max_links>(), .kind = kLinks,
           .says = "no more are used, the rest stands by"},
    LagRow{.key = "swap-patience", .field = at<O, &O::lacp, &Lacp::swap_patience>(), .kind = Time{0s, 60s},
           .says = "under max-links: how long a member that is drained, disabled, removed or pushed out goes on for another one to distribute in its place", .effect = kLacpOnly},
    LagRow{.key = "miimon", .field = at<O, &O::miimon>(), .kind = Time{1ms, 60s, true},
           .says = "between polls of the links; 0: interrupts only"},
    LagRow{.key = "updelay", .field = at<O, &O::debounce, &failover::DebounceOptions::up_delay>(), .kind = Time{0s, 600s},
           .says = "how long a link that comes up must stay so; waived when no other is up"},
    LagRow{.key = "downdelay", .field = at<O, &O::debounce, &failover::DebounceOptions::down_delay>(), .kind = Time{0s, 600s},
           .says = "the same for a link that goes down"},
    LagRow{.key = "flap-damping", .field = at<O, &O::damping, &Damping::enabled>(), .kind = Switch{false},
           .says = "a member that flaps is held down for a growing time; a map turns it on"},
    LagRow{.key = "flap-damping.flaps", .field = at<O, &O::damping, &Damping::flaps>(), .kind = Whole{1, 255},
           .says = "losses within the window that are taken without a hold"},
    LagRow{.key = "flap-damping.window", .field = at<O, &O::damping, &Damping::window>(), .kind = Time{1s, 3600s},
           .says = "in which losses count"},
    LagRow{.key = "flap-damping.hold", .field = at<O, &O::damping, &Damping::hold_first>(), .kind = Time{100ms, 3600s},
           .says = "the next loss holds the member down so long, doubled for every further one; at most hold-max"},
    LagRow{.key = "flap-damping.hold-max", .field = at<O, &O::damping, &Damping::hold_max>(), .kind = Time{100ms, 3600s},
           .says = "never longer"},
    LagRow{.key = "lldp.transmit", .field = at<O, &O::lldp, &Lldp::transmit>(), .kind = Flag{},
           .says = "members tell their neighbours who we are ([neighbours.md](neighbours.md))"},
    LagRow{.key = "lldp.receive", .field = at<O, &O::lldp, &Lldp::receive>(), .kind = Flag{},
           .says = "members listen to who their neighbours are"},
    LagRow{.key = "lldp.interval", .field = at<O, &O::lldp, &Lldp::interval>(), .kind = Time{5s, 3600s},
           .says = "between what is told"},
    LagRow{.key = "lldp.hold", .field = at<O, &O::lldp, &Lldp::hold>(), .kind = Whole{1, 100},
           .says = "a neighbour forgets us after so many intervals, and a second"},
    LagRow{.key = "bfd", .field = at<O, &O::bfd, &BfdOptions::enabled>(), .kind = Switch{false},
           .says = "micro-BFD (RFC 7130): a member that is silent for some intervals sends no more ([bfd.md](bfd.md)); a map turns it on"},
    LagRow{.key = "bfd.local", .field = kBfdLocal, .kind = kAddress,
           .says = "our address on all members; auto: 169.254.7.1 or .2, as a Lagoon at the other end and we agree by LLDP", .unset = "auto"},
    LagRow{.key = "bfd.peer", .field = kBfdPeer, .kind = kAddress,
           .says = "the other end's; auto: who is heard first", .unset = "auto"},
    LagRow{.key = "bfd.interval", .field = at<O, &O::bfd, &BfdOptions::session, &Bfd::interval>(), .kind = Time{1ms, 60s},
           .says = "at which both ends are to send"},
    LagRow{.key = "bfd.multiplier", .field = at<O, &O::bfd, &BfdOptions::session, &Bfd::multiplier>(), .kind = Whole{1, kTimesMax},
           .says = "silent for so many intervals the other end is taken for dead"},
    LagRow{.key = "bfd.port", .field = at<O, &O::bfd, &BfdOptions::session, &Bfd::port>(), .kind = Whole{1, kU16Max},
           .says = "of UDP; Open vSwitch's is 3784"},
    LagRow{.key = "bfd.mac", .field = kBfdMac, .kind = Mac{},
           .says = "where frames go until the other end is Up; Open vSwitch's is 00:23:20:00:00:01", .unset = "auto"},
    LagRow{.key = "bfd.require", .field = at<O, &O::bfd, &BfdOptions::session, &Bfd::require>(), .kind = Words{kRequireWords},
           .says = "whether a member carries before its session was Up (learned), or not (always)"},
    LagRow{.key = "bfd.hold-up", .field = at<O, &O::bfd, &BfdOptions::session, &Bfd::hold_up>(), .kind = Time{0s, 600s},
           .says = "how long a session that was lost is Up again before its member carries"},
    LagRow{.key = "auto.partner", .field = kFormationPartner, .kind = kFormationPartnerKind,
           .says = "whom a LAG takes for its Partner that finds its members by itself ([auto-lag.md](auto-lag.md)); also as `partner` beside `from`", .unset = "any", .effect = kAutomaticOnly},
    LagRow{.key = "auto.settle", .field = at<O, &O::formation, &Formation::settle>(), .kind = Time{100ms, 600s},
           .says = "a candidate becomes a member when its Partner has been the same for so long", .effect = kAutomaticOnly},
    LagRow{.key = "auto.keep", .field = at<O, &O::formation, &Formation::keep>(), .kind = Time{0s, 86'400s},
           .says = "a member whose Partner is silent for longer becomes a candidate again", .effect = kAutomaticOnly},
    LagRow{.key = "auto.most", .field = at<O, &O::formation, &Formation::most>(), .kind = kLinks,
           .says = "members; further candidates wait", .effect = kAutomaticOnly},
    LagRow{.key = "auto.lldp", .field = at<O, &O::formation, &Formation::lldp>(), .kind = Words{kLldpVoiceWords},
           .says = "whether LLDP, where it is heard, has to name the box of the others (agree), has to be heard (require), or has no say (ignore)", .effect = kAutomaticOnly},
    LagRow{.key = "uplinks", .field = at<O, &O::uplinks>(), .kind = Names{kUplinksMost, "ports or LAGs: [lan0]"},
           .says = "when all of them are down the Partner is told to send nothing ([cluster.md](cluster.md#uplinks))", .effect = kLacpOnly},
    LagRow{.key = "multichassis.mode", .field = at<O, &O::multichassis, &Shared::mode>(), .kind = Words{kMultichassisWords},
           .says = "two boxes have the LAG, and one carries (standby), or both (independent) ([cluster.md](cluster.md))", .effect = kLacpOnly, .fixed = true},
    LagRow{.key = "multichassis.prefer", .field = at<O, &O::multichassis, &Shared::prefer>(), .kind = kNodeName,
           .says = "the node that carries where both could", .unset = "none", .effect = kSharedOnly, .fixed = true},
    LagRow{.key = "multichassis.revert", .field = at<O, &O::multichassis, &Shared::revert>(), .kind = Words{kRevertWords},
           .says = "whether the preferred node takes over when it is fit again", .effect = kSharedOnly, .fixed = true},
    LagRow{.key = "multichassis.isolated", .field = at<O, &O::multichassis, &Shared::isolated>(), .kind = Words{kIsolatedWords},
           .says = "who hears neither etcd nor the other box offers itself to the Partner under a System of its own, or stands by", .effect = kSharedOnly, .fixed = true},
    LagRow{.key = "multichassis.access", .field = at<O, &O::multichassis, &Shared::access>(), .kind = Words{kAccessWords},
           .says = "while the other box carries, the port behind the LAG has its link down where its driver can do that (follow), or not (open)", .effect = kSharedOnly, .fixed = true},
    LagRow{.key = "arp-interval", .field = at<O, &O::targets, &Targets::interval>(), .kind = Time{10ms, 60s, true},
           .says = "every member asks the targets for itself, so often; needs a target"},
    LagRow{.key = "arp-ip-target", .field = targets<Ipv4Address>(), .kind = Hosts{Family::ipv4, monitor::kTargetsMax, "IPv4 addresses: [10.0.0.1]"},
           .says = "asked by ARP; in a VLAN with '@': \"10.0.5.1@5\""},
    LagRow{.key = "ns-ip6-target", .field = targets<Ipv6Address>(), .kind = Hosts{Family::ipv6, monitor::kTargetsMax, "IPv6 addresses: [2001:db8::1]"},
           .says = "asked by Neighbor Solicitation"},
    LagRow{.key = "arp-validate", .field = at<O, &O::targets, &Targets::validate>(), .kind = numbered(kValidateWords),
           .says = "on which members only checked answers count (filter: only ARP and Neighbor frames)"},
    LagRow{.key = "arp-all-targets", .field = at<O, &O::targets, &Targets::needed>(), .kind = numbered(kNeededWords),
           .says = "how many targets must answer"},
    LagRow{.key = "arp-missed-max", .field = at<O, &O::targets, &Targets::missed_max>(), .kind = Whole{1, 255},
           .says = "intervals without a proof until the member is down"},
    LagRow{.key = "primary", .field = at<O, &O::active, &Active::primary>(), .kind = kMemberName,
           .says = "the member to be active while it works", .unset = "none", .effect = kActiveOnly},
    LagRow{.key = "primary-reselect", .field = at<O, &O::active, &Active::reselect>(), .kind = numbered(kReselectWords),
           .says = "when a better member takes over from one that works: always, when it is faster, or when the active one fails", .effect = kActiveOnly},
    LagRow{.key = "fail-over-mac", .field = at<O, &O::active, &Active::fail_over_mac>(), .kind = numbered(kFailOverMacWords),
           .says = "all members carry the LAG's address; the LAG has that of the active one; the active one carries the LAG's", .effect = kFailOverMacOnly},
    LagRow{.key = "all-members-active", .field = at<O, &O::active, &Active::all_members_active>(), .kind = Flag{},
           .says = "also frames that come in on inactive members are taken", .effect = kActiveOnly, .other_name = "failover-rx-all"},
    LagRow{.key = "num-grat-arp", .field = at<O, &O::announce, &AnnounceOptions::num_grat_arp>(), .kind = Whole{0, kTimesMax},
           .says = "announcements of each IPv4 address when another member becomes active", .effect = kActiveOnly},
    LagRow{.key = "num-unsol-na", .field = at<O, &O::announce, &AnnounceOptions::num_unsol_na>(), .kind = Whole{0, kTimesMax},
           .says = "and of each IPv6 address", .effect = kActiveOnly},
    LagRow{.key = "peer-notif-delay", .field = at<O, &O::announce, &AnnounceOptions::peer_notif_delay>(), .kind = Time{0s, 300s},
           .says = "between announcements; 0: 100 ms", .effect = kActiveOnly},
    LagRow{.key = "resend-igmp", .field = at<O, &O::announce, &AnnounceOptions::resend_igmp>(), .kind = Whole{0, kTimesMax},
           .says = "reports of each group, 200 ms apart", .effect = kActiveOnly},
    LagRow{.key = "announce", .field = at<O, &O::announce_addresses>(), .kind = Hosts{Family::any, 256, "addresses: [10.0.0.1, \"10.0.5.1@5\"]"},
           .says = "besides the addresses of the kernel's interface behind the LAG; in a VLAN with '@'", .effect = kActiveOnly},
    LagRow{.key = "mac", .field = at<O, &O::mac>(), .kind = Mac{},
           .says = "that all members get; auto: the first member's", .unset = "auto", .fixed = true},
    LagRow{.key = "mac-from", .field = at<O, &O::mac_from>(), .kind = kMemberName,
           .says = "the member that keeps its address, which all others get; not beside mac", .unset = "none", .fixed = true},
    LagRow{.key = "mtu", .field = at<O, &O::port, &PortOptions::mtu>(), .kind = Whole{68, 9978},  // RFC 791; the largest of DPDK's NICs
           .says = "set on the members; auto: as the ports have it", .unset = "auto"},
    LagRow{.key = "addresses", .field = at<O, &O::port, &PortOptions::addresses>(), .kind = Macs{false, 128, "MAC addresses: [02:00:00:00:00:01]"},
           .says = "more MAC addresses that every member receives"},
    LagRow{.key = "multicast", .field = at<O, &O::port, &PortOptions::multicast>(), .kind = Macs{true, 1024, "groups' MAC addresses: [01:00:5e:00:00:05]"},
           .says = "groups' MAC addresses that every member receives"},
    LagRow{.key = "vlans", .field = at<O, &O::port, &PortOptions::vlans>(), .kind = VlanRanges{},
           .says = "that every member lets through; none: all"},
    LagRow{.key = "promiscuous", .field = at<O, &O::port, &PortOptions::promiscuous>(), .kind = Flag{},
           .says = "members receive frames for anyone"},
    LagRow{.key = "all-multicast", .field = at<O, &O::port, &PortOptions::all_multicast>(), .kind = Flag{},
           .says = "members receive frames for any group"},
    LagRow{.key = "pause", .field = at<O, &O::port, &PortOptions::pause>(), .kind = Words{kPauseWords},
           .says = "802.3x pause frames that members obey (rx), send (tx), or both; auto: as the ports have it", .unset = "auto"},
    LagRow{.key = "pfc", .field = at<O, &O::port, &PortOptions::pfc>(), .kind = WholeList{0, 7, 8, "priorities of VLAN tags: [3, 4]"},
           .says = "priorities that pause for themselves, both ways (802.1Qbb); not beside pause"},
    LagRow{.key = "traffic", .field = {}, .kind = Traffic{},
           .says = "classes of frames, queued before each member ([traffic-management.md](traffic-management.md))"},
};
// clang-format on

}  // namespace

std::span<const LagRow> lag_rows() noexcept {
  return kRows;
}

const LagRow* lag_row(std::string_view key) noexcept {
  const auto found = std::ranges::find(kRows, key, &LagRow::key);
  return found == kRows.end() ? nullptr : &*found;
}

}  // namespace lagoon::options
