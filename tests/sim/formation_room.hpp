// Boxes with LAGs, some of which find their members by themselves, in virtual time; cables between their
// sockets.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "control/formation/formation_keeper.hpp"
#include "control/lag/lag.hpp"
#include "lacp/port_state.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace formation_test {

using namespace lagoon;
using namespace lagoon::control;

inline constexpr Duration kLook = 50ms;
inline constexpr Duration kSettle = 1s;

// A socket of a box.
struct Socket {
  std::size_t box = 0;
  std::size_t port = 0;
  friend auto operator<=>(const Socket&, const Socket&) = default;
};

struct Port {
  std::string name{};
  std::optional<std::size_t> lag{};  // that has it open
  bool listed = false;               // a member that is told, not a candidate
  bool aggregatable = true;
};

class Box {
 public:
  Box(std::uint8_t number, std::size_t ports) : number_{number} {
    for (std::size_t i = 0; i < ports; ++i) ports_.push_back({.name = "p" + std::to_string(i)});
  }
  // A LAG whose members are listed.
  void listed(const std::vector<std::size_t>& of, Instant now, bool aggregatable = true) {
    const std::size_t lag = make({}, now);
    for (const std::size_t port : of) {
      ports_[port].listed = true;
      ports_[port].aggregatable = aggregatable;
      add(port, lag, now);
    }
  }
  // Automatic ones, with the same candidates; the first has them open.
  void automatic(std::size_t count, const std::vector<std::size_t>& of, Instant now) {
    const std::size_t first = lags.size();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t lag = make(FormationOptions{.settle = kSettle, .keep = 5s}, now);
      for (const std::size_t port : of) from_[lag].push_back(ports_[port].name);
    }
    for (const std::size_t port : of) add(port, first, now);
  }

  // (as dpdk/control/formation.cpp, and Returns, which moves ports)
  void form(Instant now) {
    std::vector<PoolLag> pools;
    std::vector<PoolPort> ports;
    for (std::size_t i = 0; i < lags.size(); ++i) {
      pools.push_back(candidates_of(*lags[i], i, ports));
      pools.back().from = from_[i];
    }
    const auto verdicts = keeper_.judge(pools, ports, now);
    for (std::size_t i = 0; i < ports.size(); ++i)
      formed(*lags[ports[i].lag], ports[i].member, verdicts[i], now);
    for (const FormationKeeper::Move& move : keeper_.moves()) {
      const std::size_t port = index_of(move.port);
      Lag& lag = *lags[move.from];
      lag.leave_member(*lag.find(move.port), now);
      leaving_.push_back({port, move.to});
    }
    std::erase_if(leaving_, [&](const auto& transfer) {
      Port& port = ports_[transfer.first];
      Lag& lag = *lags[*port.lag];
      const auto member = lag.find(port.name);
      if (!lag.may_close(*member, now)) return false;
      lag.forget_member(*member, now);
      add(transfer.first, transfer.second, now);
      ++moved;
      return true;
    });
  }
  void set_link(std::size_t port, bool up, Instant now) {
    up_[port] = up;
    Lag& lag = *lags[*ports_[port].lag];
    lag.link_changed(*lag.find(ports_[port].name), {.up = up, .speed = up ? mbps(10'000) : BitsPerSecond{}},
                     now);
  }
  void receive(std::size_t port, std::span<const std::byte> frame, Instant now) {
    Lag& lag = *lags[*ports_[port].lag];
    if (up_[port]) lag.frame_received(*lag.find(ports_[port].name), frame, now);
  }
  [[nodiscard]] MemberStatus status(std::size_t port, Instant now) const {
    const LagStatus all = lags[*ports_[port].lag]->status(now);
    return *std::ranges::find(all.members, ports_[port].name, &MemberStatus::name);
  }
  // By port.
  [[nodiscard]] std::vector<MemberStatus> statuses(Instant now) const {
    std::vector<MemberStatus> all(ports_.size());
    for (const auto& lag : lags)
      for (MemberStatus& member : lag->status(now).members) all[index_of(member.name)] = std::move(member);
    return all;
  }
  [[nodiscard]] std::size_t index_of(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::find(ports_, name, &Port::name) - ports_.begin());
  }
  [[nodiscard]] const std::vector<Port>& ports() const { return ports_; }
  [[nodiscard]] MacAddress system(std::size_t lag) const {
    return MacAddress{{2, 0, 0, 0, number_, static_cast<std::uint8_t>(lag)}};
  }

  std::vector<std::unique_ptr<Lag>> lags;
  std::size_t moved = 0;

 private:
  std::size_t make(const std::optional<FormationOptions>& formation, Instant now) {
    const std::size_t lag = lags.size();
    LagSettings s;
    s.name = "lag" + std::to_string(lag);
    s.address = system(lag);
    s.options.lldp.transmit = false;
    s.options.lacp.aggregate_wait = 100ms;
    s.options.lacp.lag_number = static_cast<std::uint16_t>(lag);
    s.options.automatic = formation.has_value();
    if (formation) s.options.formation = *formation;
    lags.push_back(std::make_unique<Lag>(std::move(s), now));
    return lag;
  }
  void add(std::size_t port, std::size_t lag, Instant now) {
    ports_[port].lag = lag;
    const auto added =
        lags[lag]->add_member({.name = ports_[port].name,
                               .address = MacAddress{{2, 0, 0, 1, number_, static_cast<std::uint8_t>(port)}},
                               .lacp = {.port_number = static_cast<std::uint16_t>(port + 1),
                                        .aggregatable = ports_[port].aggregatable},
                               .candidate = !ports_[port].listed},
                              now);
    REQUIRE(added);
    set_link(port, up_[port], now);
  }

  std::uint8_t number_;
  std::vector<Port> ports_;
  std::map<std::size_t, std::vector<std::string>> from_{};
  std::map<std::size_t, bool> up_{};
  std::vector<std::pair<std::size_t, std::size_t>> leaving_{};
  FormationKeeper keeper_{};
};

// Boxes 0 and 1 find their members, the others are told.
class Room {
 public:
  explicit Room(std::uint64_t seed) : prng_{seed} {
    boxes.reserve(6);
    for (std::uint8_t i = 0; i < 2; ++i) {
      Box& box = boxes.emplace_back(i, 8);
      box.listed({0, 1}, now);
      box.automatic(2, {2, 3, 4, 5, 6, 7}, now);
    }
    for (std::uint8_t i = 2; i < 5; ++i) boxes.emplace_back(i, 4).listed({0, 1, 2, 3}, now);
    boxes.emplace_back(std::uint8_t{5}, 3).listed({0, 1, 2}, now, false);  // aggregates nothing
    for (std::size_t b = 0; b < boxes.size(); ++b)
      for (std::size_t p = 0; p < boxes[b].ports().size(); ++p) sockets_.push_back({b, p});
  }
  void connect(Socket a, Socket b) {
    cables_[a] = b;
    cables_[b] = a;
    for (const Socket s : {a, b}) boxes[s.box].set_link(s.port, true, now);
  }
  void pull(Socket a) {
    const auto found = cables_.find(a);
    if (found == cables_.end()) return;
    const Socket b = found->second;
    cables_.erase(b);
    cables_.erase(a);
    for (const Socket s : {a, b}) boxes[s.box].set_link(s.port, false, now);
  }
  // Both ends of a new cable, wherever they led before.
  void rewire() {
    const Socket a = any();
    Socket b = any();
    while (b == a) b = any();
    pull(a);
    if (prng_.chance(0.2)) return;
    pull(b);
    connect(a, b);
  }
  void run(Duration time) {
    for (const Instant until = now + time; now < until;) {
      now = std::min(until, next());
      for (Box& box : boxes)
        for (auto& lag : box.lags)
          if (const auto due = lag->deadline(); due && *due <= now) lag->expire(now);
      exchange();
      if (now < next_look_) continue;
      next_look_ = now + kLook;
      for (Box& box : boxes) box.form(now);
      exchange();
      if (++looks_ % 4 == 0) check();
    }
  }
  // What may never be.
  void check() const {
    for (std::size_t b = 0; b < boxes.size(); ++b) {
      const Box& box = boxes[b];
      std::map<std::size_t, std::set<PartnerId>> partners;
      const std::vector<MemberStatus> all_status = box.statuses(now);
      for (std::size_t p = 0; p < box.ports().size(); ++p) {
        const Port& port = box.ports()[p];
        if (port.listed) {
          REQUIRE(port.lag == 0);
          continue;
        }
        const MemberStatus& status = all_status[p];
        if (status.hold_out.candidate) REQUIRE_FALSE((status.collecting || status.distributing));
        if (!status.distributing) continue;
        const auto cable = cables_.find({b, p});
        REQUIRE(cable != cables_.end());
        const Port& far = boxes[cable->second.box].ports()[cable->second.port];
        REQUIRE(cable->second.box != b);
        REQUIRE(far.aggregatable);
        partners[*port.lag].insert(
            {status.lacp.partner.system_priority, status.lacp.partner.system, status.lacp.partner.key});
      }
      std::set<PartnerId> all;
      for (const auto& [lag, some] : partners) {
        REQUIRE(some.size() == 1);                  // a LAG has one Partner
        REQUIRE(all.insert(*some.begin()).second);  // and no other has it
      }
    }
  }
  [[nodiscard]] std::size_t carrying(std::size_t box) const {
    std::size_t count = 0;
    for (std::size_t p = 0; p < boxes[box].ports().size(); ++p)
      count += !boxes[box].ports()[p].listed && boxes[box].status(p, now).distributing;
    return count;
  }
  // Partners that candidates of a box may have, and LAGs that have taken one.
  struct Shared {
    std::size_t partners = 0;
    std::size_t lags = 0;
  };
  [[nodiscard]] Shared shared(std::size_t b) const {
    const Box& box = boxes[b];
    std::set<PartnerId> partners;
    std::set<PartnerId> of_listed;
    std::set<std::size_t> taken;
    for (std::size_t p = 0; p < box.ports().size(); ++p) {
      const MemberStatus status = box.status(p, now);
      const wire::LacpInfo& partner = status.lacp.partner;
      const PartnerId id{partner.system_priority, partner.system, partner.key};
      if (box.ports()[p].listed) {
        if (status.distributing) of_listed.insert(id);
        continue;
      }
      if (!status.hold_out.candidate) taken.insert(*box.ports()[p].lag);
      const bool may_join = status.lacp.receive == lacp::ReceiveState::current &&
                            lacp::PortState{partner.state}.has(lacp::StateBit::aggregation) &&
                            partner.system.octets[4] != b;
      if (may_join) partners.insert(id);
    }
    for (const PartnerId& id : of_listed) partners.erase(id);
    return {partners.size(), taken.size()};
  }

  std::vector<Box> boxes;
  Instant now{1s};

 private:
  [[nodiscard]] Socket any() { return sockets_[prng_.below(sockets_.size())]; }
  [[nodiscard]] Instant next() const {
    Instant first = next_look_;
    for (const Box& box : boxes)
      for (const auto& lag : box.lags)
        if (const auto due = lag->deadline()) first = std::min(first, *due);
    return std::max(first, now);
  }
  void exchange() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t b = 0; b < boxes.size(); ++b)
        for (auto& lag : boxes[b].lags) {
          static_cast<void>(lag->take_table(now));
          while (const auto frame = lag->transmit(now)) {
            moved = true;
            const auto cable = cables_.find({b, boxes[b].index_of(lag->member(frame->member).name)});
            if (cable != cables_.end())
              boxes[cable->second.box].receive(cable->second.port, frame->frame, now);
          }
        }
    }
  }

  test::Prng prng_;
  std::vector<Socket> sockets_{};
  std::map<Socket, Socket> cables_{};
  Instant next_look_{};
  std::size_t looks_ = 0;
};

}  // namespace formation_test
