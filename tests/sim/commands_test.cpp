// A thousand random commands under traffic: members are added, removed, enabled, disabled, drained and made
// active, buckets are placed, links flap and options change, while numbered frames flow both ways over wires
// of unequal delay.
#include "dataplane.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "support/sanitized.hpp"

namespace commands_test {

using namespace lagoon;
using namespace lagoon::sim;
using control::Administration;
using control::LagOptions;
using control::Mode;

namespace {

constexpr std::size_t kWires = 6;
constexpr Duration kStep = 200us;
constexpr MacAddress kNear{{2, 1, 0, 0, 0, 1}};
constexpr MacAddress kFar{{2, 2, 0, 0, 0, 2}};

class Rig {
 public:
  Rig(Mode mode, std::uint64_t seed) : random{seed} {
    // A switch floods on all ports at one time. (Copies further apart than a failover takes may come twice.)
    for (std::size_t w = 0; w < kWires; ++w) {
      const Duration delay = 20us + static_cast<std::int64_t>(w) * 300us;
      wires.emplace_back(row_of(mode).has_active ? Duration{100us} : delay, delay);
    }
    near = std::make_unique<End>(0, settings(mode, kNear, 3), wires, now);
    if (!row_of(mode).has_active) far = std::make_unique<End>(1, settings(mode, kFar, kWires), wires, now);
    for (std::size_t w = 0; w < kWires; ++w) {
      if (far) far->plug(MemberIndex{static_cast<std::uint8_t>(w)}, w);
      if (w < 3)
        near->plug(MemberIndex{static_cast<std::uint8_t>(w)}, w);
      else
        wires[w].set_up(false);
    }
  }

  void run(Duration time, bool traffic = true) {
    for (const Instant until = now + time; now < until; now += kStep) {
      near->run(to_near, now);
      if (far)
        far->run(to_far, now);
      else
        bridge.run(to_far, kFar, now);
      close_what_left();
      if (!traffic) continue;
      near->offer(to_far.next(), now);
      if (far)
        far->offer(to_near.next(), now);
      else
        bridge.offer(to_near.next(), now);
    }
  }

  void one_command() {
    const auto order = near->lag->order();
    if (order.empty()) return add();
    const MemberIndex m = order[random.below(order.size())];
    switch (random.below(9)) {
      case 0:
        return add();
      case 1:
        return near->lag->leave_member(m, now);
      case 2:
        return static_cast<void>(near->lag->administrate(m, Administration::disabled, now));
      case 3:
        return static_cast<void>(near->lag->administrate(m, Administration::drained, now));
      case 4:
        return static_cast<void>(near->lag->administrate(m, Administration::enabled, now));
      case 5:
        if (const auto wire = near->wire_of[m.value()]) wires[*wire].set_up(!wires[*wire].up());
        return;
      case 6:
        return static_cast<void>(near->lag->activate(m, now));
      case 7:
        return move_buckets(m);
      default:
        return change();
    }
  }

  void move_buckets(MemberIndex to) {
    const std::size_t first = random.below(dist::kBuckets);
    const control::Lag::BucketChoice which{.first = first,
                                           .last = first + random.below(dist::kBuckets - first)};
    const bool released = random.below(4) == 0;
    static_cast<void>(near->lag->place_buckets(which, released ? std::nullopt : std::optional{to}, now));
  }

  void heal() {
    for (const MemberIndex m : near->lag->order()) {
      static_cast<void>(near->lag->administrate(m, Administration::enabled, now));
      if (const auto wire = near->wire_of[m.value()]) wires[*wire].set_up(true);
    }
    if (near->lag->order().empty()) add();
  }

  [[nodiscard]] std::uint64_t lost() const {
    return lost_on_wires() + near->dropped() + (far ? far->dropped() : 0);
  }
  [[nodiscard]] std::uint64_t lost_on_wires() const {
    std::uint64_t all = 0;
    for (const Wire& wire : wires) all += wire.lost();
    return all;
  }

  lagoon::test::Prng random;
  Instant now{1s};
  std::deque<Wire> wires;
  std::unique_ptr<End> near;
  std::unique_ptr<End> far;  // or a bridge, where the mode wants none
  Bridge bridge{1, wires};
  Conversations to_far{64, kNear, kFar};
  Conversations to_near{64, kFar, kNear};

 private:
  static control::LagSettings settings(Mode mode, MacAddress address, std::size_t members) {
    control::LagSettings s{.name = "lag", .address = address, .probe_base = {}, .options = {}, .members = {}};
    s.options.mode = mode;
    s.options.fast.hash.seed = address.octets[5];
    s.options.fast.eliminate_duplicates = mode == Mode::broadcast;
    for (std::size_t m = 0; m < members; ++m) s.members.push_back(member(address, m));
    return s;
  }
  static control::MemberSettings member(MacAddress base, std::size_t wire) {
    base.octets[4] = static_cast<std::uint8_t>(16 + wire);
    return {.name = "w" + std::to_string(wire), .address = base, .lacp = {}, .speed = {}};
  }

  void add() {
    const std::size_t wire = random.below(kWires);
    const auto added = near->lag->add_member(member(kNear, wire), now);
    if (!added) return;
    near->plug(*added, wire);
    wires[wire].set_up(true);
  }
  void change() {
    LagOptions options = near->lag->options();
    options.fast.hash.policy = random.below(2) == 0 ? dist::HashPolicy::l34 : dist::HashPolicy::l23;
    options.fast.packets_per_member = static_cast<std::uint16_t>(random.below(4));
    options.lacp.rate = random.below(2) == 0 ? lacp::Rate::fast : lacp::Rate::slow;
    options.lacp.max_links = static_cast<std::uint8_t>(1 + random.below(kWires));
    options.debounce.up_delay = Duration{static_cast<std::int64_t>(random.below(50)) * 1'000'000};
    REQUIRE(near->lag->change(options, now));
  }
  // As the ports' owner does: the wire goes when nothing is under way.
  void close_what_left() {
    for_each(near->lag->members(), [&](MemberIndex m) {
      if (!near->lag->may_close(m, now)) return;
      if (const auto wire = near->wire_of[m.value()]) wires[*wire].set_up(false);
      near->unplug(m);
      near->lag->forget_member(m, now);
    });
  }
};

}  // namespace

TEST_CASE("A thousand random commands under traffic deliver nothing twice and reorder no conversation",
          "[sim][commands]") {
  for (const Mode mode : {Mode::balance_xor, Mode::lacp, Mode::broadcast, Mode::balance_rr,
                          Mode::active_backup, Mode::failover, Mode::balance_tlb, Mode::balance_alb}) {
    const std::uint64_t seed = lagoon::test::seed_from_environment().value_or(3);
    CAPTURE(name_of(mode), seed);
    Rig rig{mode, seed};
    rig.run(4s);
    // (a sanitizer sees in 250 what it sees)
    constexpr int kCommands = lagoon::test::kSanitized ? 250 : 1000;
    for (int command = 0; command < kCommands; ++command) {
      rig.one_command();
      // (LACP takes some 2 s to agree on a link)
      const std::uint64_t pause_ms = 1 + rig.random.below(mode == Mode::lacp ? 600 : 60);
      rig.run(Duration{static_cast<std::int64_t>(pause_ms) * 1'000'000});
    }
    CHECK(rig.to_far.duplicated == 0);
    CHECK(rig.to_near.duplicated == 0);
    if (mode != Mode::balance_rr) {
      CHECK(rig.to_far.reordered == 0);
      CHECK(rig.to_near.reordered == 0);
    }
    // All is well again, and nothing is lost any more.
    rig.run(3s);  // (who was about to leave has left)
    rig.heal();
    rig.run(10s);
    const std::uint64_t lost = rig.lost();
    const std::uint64_t received = rig.to_far.received + rig.to_near.received;
    rig.run(2s);
    if (mode != Mode::broadcast) CHECK(rig.lost() == lost);
    CHECK(rig.to_far.received + rig.to_near.received > received + 15'000);
    rig.run(1s, false);
    // Every frame was delivered, or is counted as lost. (A broadcast or flooded frame is several.)
    if (rig.far && mode != Mode::broadcast)
      CHECK(rig.to_far.sent + rig.to_near.sent == rig.to_far.received + rig.to_near.received + rig.lost());
  }
}

}  // namespace commands_test
