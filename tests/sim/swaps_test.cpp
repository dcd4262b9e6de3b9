// Planned changes under max-links, at random and under traffic: members are drained, disabled, removed, added
// with another priority and enabled again, links in STANDBY go and come back, and max-links is another one.
// Never do fewer members distribute than did before and than max-links has it, no frame is lost, none comes
// twice, and no conversation is reordered.
#include <algorithm>
#include <bit>
#include <cstdlib>

#include "dataplane.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "support/sanitized.hpp"

namespace swaps_test {

using namespace lagoon;
using namespace lagoon::sim;
using control::Administration;

namespace {

constexpr std::size_t kWires = 6;
constexpr Duration kStep = 500us;
constexpr MacAddress kNear{{2, 1, 0, 0, 0, 1}};
constexpr MacAddress kFar{{2, 2, 0, 0, 0, 2}};

class Rig {
 public:
  // The end with the limit is Master, or the other one is. Either end may be under coupled control.
  Rig(control::Mode mode, unsigned kind, std::uint64_t seed) : random{seed} {
    for (std::size_t w = 0; w < kWires; ++w) {
      const Duration delay = 20us + static_cast<std::int64_t>(w) * 300us;
      wires.emplace_back(delay, delay);
    }
    control::LagSettings settings = settings_of(mode, kNear);
    settings.options.lacp.max_links = 2;
    // (links that are enabled one after the other may have to wait for each other twice)
    settings.options.lacp.swap_patience = 15s;
    settings.options.lacp.system_priority = (kind & 1U) == 0 ? 1 : 65'535;
    control::LagSettings others = settings_of(mode, kFar);
    if ((kind & 2U) != 0) settings.options.lacp.mux = lacp::MuxControl::coupled;
    if ((kind & 4U) != 0) others.options.lacp.mux = lacp::MuxControl::coupled;
    near = std::make_unique<End>(0, std::move(settings), wires, now);
    far = std::make_unique<End>(1, std::move(others), wires, now);
    for (std::size_t w = 0; w < kWires; ++w) {
      near->plug(at(w), w);
      far->plug(at(w), w);
    }
  }

  void run(Duration time, bool traffic = true) {
    for (const Instant until = now + time; now < until; now += kStep) {
      near->run(to_near, now);
      far->run(to_far, now);
      look();
      close_what_left();
      if (!traffic) continue;
      near->offer(to_far.next(), now);
      far->offer(to_near.next(), now);
    }
  }

  // One of them, if it leaves enough members that can carry.
  void one_change() {
    const auto order = near->lag->order();
    const MemberIndex m = order[random.below(order.size())];
    switch (random.below(8)) {
      case 0:
      case 1:
        if (may_go(m)) return administrate(m, Administration::disabled);
        break;
      case 2:
        if (may_go(m)) return administrate(m, Administration::drained);
        break;
      case 3:
        if (may_go(m)) return near->lag->leave_member(m, now);
        break;
      case 4:
        if (const auto& wire = near->wire_of[m.value()]; wire && may_fail(m))
          return wires[*wire].set_up(false);
        break;
      case 5:
        return change_limit();
      default:
        break;
    }
    bring_back(m);
  }

  [[nodiscard]] std::uint64_t lost() const {
    std::uint64_t all = near->dropped() + far->dropped();
    for (const Wire& wire : wires) all += wire.lost();
    return all;
  }
  // What the journal has of the last seconds.
  [[nodiscard]] std::string story() const {
    std::string text;
    const control::Journal& journal = near->lag->journal();
    for (std::size_t i = 0; i < journal.size(); ++i) {
      const control::JournalEntry& e = journal[i];
      if (now - e.at > 6s) continue;
      text += std::to_string((now - e.at) / 1us) + " us ago " + e.member_name + ": " + std::string{e.kind} +
              ' ' + std::string{e.from} + " -> " + std::string{e.to} + " (" + std::string{e.why} + ")\n";
    }
    return text;
  }
  [[nodiscard]] int limit() const { return near->lag->options().lacp.max_links; }

  lagoon::test::Prng random;
  Instant now{1s};
  std::deque<Wire> wires;
  std::unique_ptr<End> near;
  std::unique_ptr<End> far;
  Conversations to_far{64, kNear, kFar};
  Conversations to_near{64, kFar, kNear};
  int distribute = 0;    // members, as of the last step
  std::size_t less = 0;  // steps in which some distributed less, though max-links did not ask for that
  std::size_t more = 0;
  std::size_t swaps = 0;  // steps in which somebody was being replaced

 private:
  static MemberIndex at(std::size_t index) { return MemberIndex{static_cast<std::uint8_t>(index)}; }
  static control::MemberSettings member(MacAddress base, std::size_t wire, std::uint16_t priority) {
    base.octets[4] = static_cast<std::uint8_t>(16 + wire);
    return {.name = "w" + std::to_string(wire),
            .address = base,
            .lacp = {.port_priority = priority},
            .speed = {}};
  }
  static control::LagSettings settings_of(control::Mode mode, MacAddress address) {
    control::LagSettings s{.name = "lag", .address = address, .probe_base = {}, .options = {}, .members = {}};
    s.options.mode = mode;
    s.options.fast.hash.seed = address.octets[5];
    for (std::size_t m = 0; m < kWires; ++m) s.members.push_back(member(address, m, 32'768));
    return s;
  }

  void look() {
    const int before = std::exchange(distribute, std::popcount(near->table().distributing));
    if (distribute < std::min(before, limit())) ++less;
    if (distribute > limit()) ++more;
    const control::Lag& lag = *near->lag;
    swaps +=
        std::ranges::any_of(lag.order(), [&](MemberIndex m) { return is_being_replaced(lag, m); }) ? 1U : 0U;
  }

  // Could carry if it were asked to.
  [[nodiscard]] bool is_ready(const control::MemberStatus& m) const {
    const auto index = near->lag->find(m.name);
    const auto& wire = near->wire_of[index->value()];
    return wire && wires[*wire].up() && m.administration == Administration::enabled && m.works &&
           m.lacp.enabled && m.lacp.selected != lacp::Selected::unselected && m.lacp.swap == lacp::Swap::none;
  }
  [[nodiscard]] int ready_without(const std::string& name) const {
    const auto members = near->lag->status(now).members;
    return static_cast<int>(
        std::ranges::count_if(members, [&](const auto& m) { return m.name != name && is_ready(m); }));
  }
  [[nodiscard]] bool may_go(MemberIndex m) const {
    return ready_without(near->lag->member(m).name) >= limit();
  }
  // It stands by, and nobody waits for it.
  [[nodiscard]] bool may_fail(MemberIndex m) const {
    const auto members = near->lag->status(now).members;
    const auto it = std::ranges::find(members, near->lag->member(m).name, &control::MemberStatus::name);
    return it->lacp.selected == lacp::Selected::standby && !it->collecting && may_go(m);
  }
  void administrate(MemberIndex m, Administration to) {
    static_cast<void>(near->lag->administrate(m, to, now));
  }
  void bring_back(MemberIndex m) {
    if (random.below(3) == 0) {
      const std::size_t wire = random.below(kWires);
      const auto priority = static_cast<std::uint16_t>(32'766 + random.below(4));
      if (const auto added = near->lag->add_member(member(kNear, wire, priority), now)) {
        near->plug(*added, wire);
        wires[wire].set_up(true);
        return;
      }
    }
    if (const auto& wire = near->wire_of[m.value()]) wires[*wire].set_up(true);
    administrate(m, Administration::enabled);
  }
  void change_limit() {
    control::LagOptions options = near->lag->options();
    options.lacp.max_links = static_cast<std::uint8_t>(1 + random.below(4));
    REQUIRE(near->lag->change(options, now));
  }
  void close_what_left() {
    for_each(near->lag->members(), [&](MemberIndex m) {
      if (!near->lag->may_close(m, now)) return;
      if (const auto wire = near->wire_of[m.value()]) wires[*wire].set_up(false);
      near->unplug(m);
      near->lag->forget_member(m, now);
    });
  }
};

// LAGOON_LONG=1: ten thousand in all.
std::size_t changes() {
  if (std::getenv("LAGOON_LONG") != nullptr) return 1250;
  return lagoon::test::kSanitized ? 20 : 125;
}

void check(control::Mode mode, unsigned kind) {
  const std::uint64_t seed = lagoon::test::seed_from_environment().value_or(1);
  CAPTURE(name_of(mode), kind, seed);
  Rig rig{mode, kind, seed + kind};
  rig.run(6s, false);
  REQUIRE(rig.distribute == 2);
  const std::uint64_t lost = rig.lost();
  for (std::size_t change = 0; change < changes(); ++change) {
    rig.one_change();
    const std::uint64_t most = rig.random.below(2) == 0 ? 100 : 1500;
    rig.run(Duration{static_cast<std::int64_t>(rig.random.below(most)) * 1'000'000});
    if (rig.less == 0 && rig.more == 0 && rig.lost() == lost) continue;
    CAPTURE(change, rig.less, rig.more, rig.lost() - lost, rig.limit(),
            rig.near->lag->status(rig.now).members.size());
    FAIL(rig.story());
  }
  rig.run(1s);
  rig.run(1s, false);
  CHECK(rig.to_far.reordered + rig.to_near.reordered == 0);
  CHECK(rig.to_far.duplicated + rig.to_near.duplicated == 0);
  CHECK(rig.to_far.received == rig.to_far.sent);
  CHECK(rig.to_near.received == rig.to_near.sent);
  if (mode == control::Mode::lacp) CHECK(rig.swaps > changes());
}

}  // namespace

TEST_CASE("Planned changes under max-links lose nothing, and never leave fewer members distributing",
          "[sim][swaps]") {
  for (unsigned kind = 0; kind < 8; ++kind) check(control::Mode::lacp, kind);
}

}  // namespace swaps_test
