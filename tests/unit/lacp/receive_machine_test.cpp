#include "lacp/receive_machine.hpp"

#include <array>
#include <functional>
#include <optional>

#include "rig.hpp"
#include "support/catch.hpp"

namespace receive_machine_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

const wire::LacpInfo kActor{.system_priority = 100,
                            .system = kOurs,
                            .key = 401,
                            .port_priority = 7,
                            .port_number = 3,
                            .state = bits({activity, timeout, aggregation, synchronization})};
const wire::LacpInfo kPartner{.system_priority = 200,
                              .system = kTheirs,
                              .key = 12945,
                              .port_priority = 8,
                              .port_number = 4,
                              .state = kCarrying};
const wire::Lacpdu kGood{.actor = kPartner, .partner = kActor};

wire::Lacpdu with(std::function<void(wire::Lacpdu&)> change) {
  wire::Lacpdu pdu = kGood;
  change(pdu);
  return pdu;
}
void flip(wire::LacpInfo& info, StateBit bit) {
  info.state = PortState{info.state}.with(bit, !PortState{info.state}.has(bit)).octet();
}

struct Machine {
  ReceiveMachine machine;
  TimerTable timers;
  ReceiveEffects receive(const wire::Lacpdu& pdu, Instant now = Instant{10s}) {
    return machine.receive(pdu, kActor, now, timers);
  }
};

}  // namespace

TEST_CASE("recordPDU sets Partner Synchronization by the rule of 6.4.9", "[lacp][receive]") {
  struct Row {
    const char* what;
    wire::Lacpdu pdu;
    bool sync;
  };
  const Row rows[] = {
      {"it matches and is in sync", kGood, true},
      {"the Partner is not in sync", with([](auto& p) { flip(p.actor, synchronization); }), false},
      {"it names another port", with([](auto& p) { p.partner.port_number = 9; }), false},
      {"it names another port priority", with([](auto& p) { p.partner.port_priority = 9; }), false},
      {"it names another System", with([](auto& p) { p.partner.system = kTheirs; }), false},
      {"it names another System priority", with([](auto& p) { p.partner.system_priority = 9; }), false},
      {"it names another key", with([](auto& p) { p.partner.key = 9; }), false},
      {"it thinks we are Individual", with([](auto& p) { flip(p.partner, aggregation); }), false},
      {"it does not care for our Synchronization", with([](auto& p) { flip(p.partner, synchronization); }),
       true},
      {"an Individual Partner need not match", with([](auto& p) {
         flip(p.actor, aggregation);
         p.partner = {};
       }),
       true},
      {"an Individual Partner must be in sync", with([](auto& p) {
         flip(p.actor, aggregation);
         flip(p.actor, synchronization);
       }),
       false},
      {"it is Passive, but knows that we are Active", with([](auto& p) { flip(p.actor, activity); }), true},
      {"both are Passive for all it knows", with([](auto& p) {
         flip(p.actor, activity);
         flip(p.partner, activity);
       }),
       false},
      {"beyond the standard: it is Expired", with([](auto& p) { flip(p.actor, expired); }), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(partner_in_sync(row.pdu, kActor) == row.sync);
    Machine m;
    m.machine.enable_port(Instant{1s}, m.timers);
    m.receive(row.pdu);
    CHECK(m.machine.partner_has(synchronization) == row.sync);
    wire::LacpInfo as_said = row.pdu.actor;  // all other values are recorded as they are
    as_said.state = PortState{as_said.state}.with(synchronization, row.sync).octet();
    CHECK((m.machine.partner() == as_said));
  }
}

TEST_CASE("update_NTT fires on what the Partner has wrong about us, and on nothing else", "[lacp][receive]") {
  CHECK_FALSE(needs_ntt(kGood, kActor));
  for (const StateBit bit : {activity, timeout, aggregation, synchronization}) {
    CAPTURE(static_cast<int>(bit));
    CHECK(needs_ntt(with([&](auto& p) { flip(p.partner, bit); }), kActor));
  }
  for (const StateBit bit : {collecting, distributing, defaulted, expired}) {
    CAPTURE(static_cast<int>(bit));
    CHECK_FALSE(needs_ntt(with([&](auto& p) { flip(p.partner, bit); }), kActor));
  }
  CHECK(needs_ntt(with([](auto& p) { p.partner.system_priority = 1; }), kActor));
  CHECK(needs_ntt(with([](auto& p) { p.partner.system = kTheirs; }), kActor));
  CHECK(needs_ntt(with([](auto& p) { p.partner.key = 1; }), kActor));
  CHECK(needs_ntt(with([](auto& p) { p.partner.port_priority = 1; }), kActor));
  CHECK(needs_ntt(with([](auto& p) { p.partner.port_number = 1; }), kActor));
  CHECK_FALSE(needs_ntt(with([](auto& p) { p.actor.key = 1; }), kActor));
}

TEST_CASE("update_Selected fires on another identity or Aggregation of the Partner, and on nothing else",
          "[lacp][receive]") {
  CHECK_FALSE(differs_for_selection(kPartner, kPartner));
  const auto other = [](auto change) {
    wire::LacpInfo info = kPartner;
    change(info);
    return differs_for_selection(info, kPartner);
  };
  CHECK(other([](auto& i) { i.system_priority = 1; }));
  CHECK(other([](auto& i) { i.system = kOurs; }));
  CHECK(other([](auto& i) { i.key = 1; }));
  CHECK(other([](auto& i) { i.port_priority = 1; }));
  CHECK(other([](auto& i) { i.port_number = 1; }));
  CHECK(other([](auto& i) { flip(i, aggregation); }));
  for (const StateBit bit :
       {activity, timeout, synchronization, collecting, distributing, defaulted, expired})
    CHECK_FALSE(other([&](auto& i) { flip(i, bit); }));
}

TEST_CASE("Receive machine: EXPIRED for 3 s, DEFAULTED, and CURRENT with the first LACPDU",
          "[lacp][receive]") {
  Machine m;
  CHECK(m.machine.state() == ReceiveState::port_disabled);
  m.machine.enable_port(Instant{1s}, m.timers);
  CHECK(m.machine.state() == ReceiveState::expired);
  CHECK(m.machine.partner_has(timeout));
  CHECK(m.timers.next() == Instant{4s});
  CHECK(m.timers.take_expired(Timer::current_while, Instant{4s}));
  CHECK_FALSE(m.machine.time_out(Instant{4s}, m.timers).unselect);  // there was no Partner to lose
  CHECK(m.machine.state() == ReceiveState::defaulted);
  CHECK((m.machine.partner() == wire::LacpInfo{}));
  CHECK_FALSE(m.timers.next());
  const ReceiveEffects effects = m.receive(kGood);
  CHECK(effects.unselect);
  CHECK_FALSE(effects.partner_changed);
  CHECK(m.machine.state() == ReceiveState::current);
  CHECK(m.timers.next() == Instant{13s});
  CHECK_FALSE(m.receive(kGood).unselect);
}

TEST_CASE("Receive machine: losing a known Partner clears its Synchronization, then the Partner",
          "[lacp][receive]") {
  Machine m;
  m.machine.enable_port(Instant{1s}, m.timers);
  m.receive(kGood);
  CHECK(m.machine.partner_collects_from_us(false));
  CHECK_FALSE(m.machine.time_out(Instant{13s}, m.timers).unselect);
  CHECK(m.machine.expired());
  CHECK_FALSE(m.machine.partner_has(synchronization));
  CHECK_FALSE(m.machine.partner_collects_from_us(false));
  CHECK_FALSE(m.machine.defaulted());
  CHECK(m.machine.partner().key == kPartner.key);
  CHECK(m.machine.time_out(Instant{16s}, m.timers).unselect);
  CHECK(m.machine.defaulted());
}

TEST_CASE("Receive machine: a disabled port hears nothing, keeps its Partner, and is not in sync",
          "[lacp][receive]") {
  Machine m;
  m.machine.enable_port(Instant{1s}, m.timers);
  m.receive(kGood);
  m.machine.disable_port(m.timers);
  CHECK_FALSE(m.timers.next());
  CHECK(m.machine.partner().system == kTheirs);
  CHECK_FALSE(m.machine.partner_has(synchronization));
  const auto ignored = m.receive(with([](auto& p) { p.actor.key = 5; }));
  CHECK_FALSE(ignored.unselect);
  CHECK(m.machine.partner().key == kPartner.key);
  CHECK(m.machine.initialize(m.timers).unselect);
  CHECK(m.machine.defaulted());
  CHECK(m.machine.state() == ReceiveState::port_disabled);
}

TEST_CASE("Receive machine: LACP_DISABLED forgets the Partner and hears nothing", "[lacp][receive]") {
  Machine m;
  m.machine.enable_port(Instant{1s}, m.timers);
  m.receive(kGood);
  CHECK(m.machine.disable_lacp(m.timers).unselect);
  m.receive(kGood);
  CHECK(m.machine.state() == ReceiveState::lacp_disabled);
  CHECK(m.machine.defaulted());
}

TEST_CASE("A Partner collects from us only when it also echoes our Synchronization",
          "[lacp][receive][echo]") {
  struct Row {
    const char* what;
    wire::Lacpdu pdu;
    bool collects;
  };
  const Row rows[] = {
      {"Collecting and the echo", kGood, true},
      {"Collecting, before it saw our Synchronization",
       with([](auto& p) { flip(p.partner, synchronization); }), false},
      {"the echo, not Collecting", with([](auto& p) { flip(p.actor, collecting); }), false},
      {"the echo of another port", with([](auto& p) { p.partner.port_number = 9; }), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Machine m;
    m.machine.enable_port(Instant{1s}, m.timers);
    m.receive(row.pdu);
    CHECK(m.machine.partner_collects_from_us(false) == row.collects);
    m.machine.forget_echo();
    CHECK_FALSE(m.machine.partner_collects_from_us(false));
  }
}

TEST_CASE("Receive machine: every state and event of the clause's diagram", "[lacp][receive]") {
  using S = ReceiveState;
  using E = ReceiveEvent;
  // By state: PORT_DISABLED, LACP_DISABLED, EXPIRED, DEFAULTED, CURRENT. Nothing: it stays as it is.
  const S states[] = {S::port_disabled, S::lacp_disabled, S::expired, S::defaulted, S::current};
  struct Row {
    E event;
    std::array<std::optional<S>, 5> to;
  };
  constexpr std::nullopt_t no = std::nullopt;
  const Row rows[] = {
      {E::begin, {S::initialize, S::initialize, S::initialize, S::initialize, S::initialize}},
      {E::port_moved, {S::initialize, no, no, no, no}},
      {E::port_disabled,
       {S::port_disabled, S::port_disabled, S::port_disabled, S::port_disabled, S::port_disabled}},
      {E::port_enabled, {S::expired, no, no, no, no}},
      {E::lacp_disabled,
       {S::lacp_disabled, S::lacp_disabled, S::lacp_disabled, S::lacp_disabled, S::lacp_disabled}},
      {E::received, {no, no, S::current, S::current, S::current}},
      {E::timer_expired, {no, no, S::defaulted, no, S::expired}},
  };
  for (const Row& row : rows)
    for (std::size_t i = 0; i < std::size(states); ++i) {
      CAPTURE(static_cast<int>(row.event), name_of(states[i]));
      CHECK(next(states[i], row.event) == row.to[i]);
    }
}

}  // namespace receive_machine_test
