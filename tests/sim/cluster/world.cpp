#include "world.hpp"

#include <algorithm>
#include <utility>

namespace lagoon::sim::cluster {

namespace {

constexpr std::size_t kSaid = 40;

}  // namespace

World::World(const Settings& settings, std::uint64_t seed)
    : settings_{settings},
      prng_{seed},
      etcd_{[this](std::size_t box, const std::vector<lc::Change>& changes) {
        // (a real one is a stream: in order)
        const std::uint64_t life = boxes_.at(box).life;
        agenda_.in(some(200us, 5ms), [this, box, changes, life] {
          const Ways& ways = ways_.at(box);
          if (std::ranges::all_of(ways.from_etcd, [](const Way& w) { return w.cut; })) return;
          at_box(box, [this, box, changes, life] {
            Box& b = boxes_.at(box);
            if (!b.alive() || b.life != life) return;
            b.node->watched(lc::WatchId{b.watch}, changes);
            turn(box);
          });
        });
      }} {
  for (std::size_t pair = 0; pair < settings.pairs; ++pair) {
    const auto kind = prng_.chance(0.5) ? PartnerModel::Kind::linux_bond : PartnerModel::Kind::open_vswitch;
    partners_.emplace_back(settings.partner.value_or(kind), prng_.below(2));
    const std::string by_chance = prng_.chance(0.5) ? "" : prng_.chance(0.5) ? "a" : "b";
    const std::string prefer = settings.prefer.value_or(by_chance);
    for (std::size_t side = 0; side < 2; ++side) {
      Box box{.index = 2 * pair + side};
      box.options = {.domain = "d" + std::to_string(pair),
                     .node = side == 0 ? "a" : "b",
                     .other = side == 0 ? "b" : "a",
                     .number = static_cast<std::uint8_t>(side + 1),
                     .other_number = static_cast<std::uint8_t>(2 - side),
                     .endpoints = EtcdModel::kMembers};
      lc::LagOptions lag{
          .name = "lag0", .prefer = prefer, .revert = settings.revert, .isolated = settings.isolated};
      lag.identity = {.system = {.priority = 0x8000, .mac = {{2, 0x4c, 0, 0, 0, 1}}}, .key = 100};
      box.options.lags.push_back(lag);
      box.options.revert_after = 5s;
      box.clock = {.rate = 1 + settings.rates * (2 * static_cast<double>(prng_.below(1001)) / 1000 - 1),
                   .offset = some(1h, 10h)};
      boxes_.push_back(std::move(box));
      ways_.emplace_back();
    }
  }
  etcd_.set_rate(1 + settings.rates * (2 * static_cast<double>(prng_.below(1001)) / 1000 - 1));
  for (Box& box : boxes_) {
    const std::size_t index = box.index;
    agenda_.in(some(0ns, 200ms), [this, index] {
      start(index);
      each_turn(index);
    });
  }
  each_second_tenth();
  if (settings.frames) each_frame();
}

Duration World::some(Duration least, Duration most) {
  return least + Duration{static_cast<std::int64_t>(
                              prng_.below(static_cast<std::uint64_t>((most - least) / 1us) + 1)) *
                          1000};
}

bool World::run_until(const std::function<bool()>& holds, Duration most) {
  const Instant end = now() + most;
  while (now() < end) {
    if (holds()) return true;
    run_for(10ms);
  }
  return holds();
}

void World::send(const Way& way, std::function<void()> arrives) {
  if (way.cut || prng_.chance(way.loss)) return;
  Duration after = some(100us, 4ms);
  if (prng_.chance(way.late)) after = prng_.chance(0.5) ? some(10ms, 500ms) : some(10ms, 3s);
  agenda_.in(after, std::move(arrives));
}

// A cable keeps the order of frames, and none is late on it.
void World::send_by_cable(const Way& way, Instant& last, std::function<void()> arrives) {
  if (way.cut || prng_.chance(way.loss)) return;
  last = std::max(last, now() + some(10us, 1ms));
  agenda_.at(last, std::move(arrives));
}

// What arrives at a box that stands waits in its sockets.
void World::at_box(std::size_t index, std::function<void()> deed) {
  Box& box = boxes_.at(index);
  if (!box.alive()) return;
  if (box.paused(now()) && box.backlog.size() < 1000) return box.backlog.push_back(std::move(deed));
  if (!box.paused(now())) deed();
}

void World::put_out(Box& box, std::function<void()> deed) {
  if (box.holds_back)
    box.in_hand.push_back(std::move(deed));
  else
    deed();
}

void World::start(std::size_t index) {
  Box& box = boxes_.at(index);
  if (box.alive()) return;
  ++box.life;
  const std::uint64_t incarnation = ++incarnations_;
  box.options.own = {{2, 0x4d, static_cast<std::uint8_t>(index), static_cast<std::uint8_t>(incarnation >> 8),
                      static_cast<std::uint8_t>(incarnation), 0}};
  const bool up = box.port.up;
  box.port = Port{.up = up, .hears = box.port.hears, .partner_hears = box.port.partner_hears};
  box.table = {};
  box.generation = 0;
  box.ring.clear();
  box.hung_until = {};
  box.node.emplace(box.options, lc::Incarnation{incarnation + 1000 * index}, box.clock.read(now()));
}

void World::crash(std::size_t index) {
  Box& box = boxes_.at(index);
  box.node.reset();
  box.table = {};
  box.backlog.clear();
  box.in_hand.clear();
  box.holds_back = false;
  box.paused_until = {};
  etcd_.end_watch(index);
  if (healed_) start(index);
}

void World::leave(std::size_t index) {
  Box& box = boxes_.at(index);
  if (!box.alive()) return;
  box.node->leave();
  // (and its process ends, at the latest by its supervisor's hand)
  const std::uint64_t life = box.life;
  agenda_.in(100ms, [this, index, life] { end(index, life, 50); });
}

void World::end(std::size_t index, std::uint64_t life, int left) {
  Box& box = boxes_.at(index);
  if (!box.alive() || box.life != life) return;
  if (left == 0 || (!box.paused(now()) && box.node->gone(box.clock.read(now())))) return crash(index);
  agenda_.in(100ms, [this, index, life, left] { end(index, life, left - 1); });
}

void World::pause(std::size_t index, Duration d, bool with_outputs_in_hand) {
  Box& box = boxes_.at(index);
  if (!box.alive() || box.paused(now())) return;
  box.holds_back = with_outputs_in_hand;
  if (with_outputs_in_hand) turn(index);
  box.paused_until = now() + d;
  const std::uint64_t life = box.life;
  agenda_.at(box.paused_until, [this, index, life] {
    if (boxes_.at(index).life == life && boxes_.at(index).alive()) resume(index);
  });
}

// Worker, what was in hand, sockets and the thread's turn, in some order; the worker has its queue first.
void World::resume(std::size_t index) {
  Box& box = boxes_.at(index);
  if (box.paused(now())) return;
  for (const std::size_t frame : box.ring)
    if (forwards(box) && partners_.at(index / 2).uses(index % 2) && ++seen_.at(frame) > 1)
      broken("a frame of the LAN arrived twice: box " + std::to_string(index) + " had it in its queue");
  box.ring.clear();
  box.holds_back = false;
  const auto in_hand = std::exchange(box.in_hand, {});
  for (const auto& deed : in_hand) deed();
  if (prng_.chance(0.5)) turn(index);
  const auto backlog = std::exchange(box.backlog, {});
  for (const auto& deed : backlog) deed();
  turn(index);
}

void World::hang_control(std::size_t index, Duration d) {
  boxes_.at(index).hung_until = now() + d;
}

void World::set_link(std::size_t index, bool up) {
  boxes_.at(index).port.up = up;
  partners_.at(index / 2).carrier(index % 2, up, now());
}

void World::want(std::size_t pair, const std::string& node) {
  const std::string domain = "d" + std::to_string(pair);
  if (node.empty())
    etcd_.remove(domain, {lc::KeyKind::want, "lag0"});
  else
    etcd_.put(domain, {lc::KeyKind::want, "lag0"}, lc::WantRecord{node});
}

void World::heal() {
  healed_ = true;
  for (Ways& ways : ways_) ways = {};
  for (std::size_t member = 0; member < EtcdModel::kMembers; ++member)
    etcd_.isolate(member, false, false, now());
  for (Box& box : boxes_) {
    box.uplinks = true;
    box.hung_until = {};
    set_link(box.index, true);
    start(box.index);
  }
}

// Each 20 ms of the box's thread.
void World::each_turn(std::size_t index) {
  Box& box = boxes_.at(index);
  if (box.alive() && !box.paused(now())) turn(index);
  agenda_.in(lc::Node::kTurn + some(0ns, 1ms), [this, index] { each_turn(index); });
}

void World::turn(std::size_t index) {
  Box& box = boxes_.at(index);
  if (!box.alive() || box.paused(now())) return;
  lc::Node& node = *box.node;
  const Instant local = box.clock.read(now());
  if (!box.hung(now())) {
    node.control_answered(local);
    lacp(box);
  }
  node.turn(local);
  if (const lc::Why why = node.order(0).why; why != box.why) {
    box.why = why;
    ++reached_.at(static_cast<std::size_t>(why));
  }
  while (const auto request = node.next_request(local))
    put_out(box, [this, index, r = *request] { ask(index, r); });
  if (const auto watch = node.next_watch()) {
    const std::uint64_t life = box.life;
    box.watch = watch->id.value();
    put_out(box, [this, index, w = *watch, life] {
      send(to_etcd(index, w.endpoint), [this, index, w, life] {
        if (boxes_.at(index).life != life || boxes_.at(index).watch != w.id.value()) return;
        if (etcd_.watch(w.endpoint, index, boxes_.at(index).options.domain, w.from, now())) return;
        // (require-leader: it is cancelled after a while)
        agenda_.in(4100ms, [this, index, w, life] {
          at_box(index, [this, index, w, life] {
            Box& b = boxes_.at(index);
            if (b.life == life) b.node->watch_ended(w.id, b.clock.read(now()));
          });
        });
      });
    });
  }
  if (const auto message = node.next_message(local))
    put_out(box, [this, index, m = *message] {
      send(to_peer(index), [this, peer = index ^ 1U, m] {
        at_box(peer, [this, peer, m] {
          boxes_.at(peer).node->heard(m, boxes_.at(peer).clock.read(now()));
          turn(peer);
        });
      });
    });
  while (const auto event = node.next_event()) {
    ++box.events;
    if (settings_.pairs > 1) continue;
    box.said.push_back(std::to_string(to_ms(now().time_since_epoch())) + " ms, " + box.options.node + ": " +
                       event->sentence);
    if (box.said.size() > kSaid) box.said.pop_front();
  }
  if (!box.hung(now())) take_orders(box);
  check(index / 2);
}

// Control gives an order to LACP and to the worker, and says when both have it.
void World::take_orders(Box& box) {
  const lc::LagOrder& order = box.node->order(0);
  const bool news = order.generation != box.generation;
  if (news && settings_.broken == Broken::passes_at_once)
    box.node->passed(0, order.generation, box.clock.read(now()));
  // (the worker's turn comes a little later; a longer validity may come at once)
  const Table table{.id = order.id, .forwards = order.forwards, .valid_until = order.valid_until};
  if (!news) {
    if (box.table.forwards && order.forwards && box.table.id == order.id &&
        box.table.valid_until.has_value() == order.valid_until.has_value())
      box.table = table;
    return;
  }
  box.generation = order.generation;
  box.port.id = order.id;
  box.port.sync = order.sync;
  lacp(box);
  send_pdu(box);
  const std::size_t index = box.index;
  // (a worker's CPU may be another's for a while)
  const Duration lag = prng_.chance(settings_.slow_workers) ? some(1ms, 500ms) : some(50us, 3ms);
  agenda_.in(lag, [this, index, life = box.life, generation = order.generation, table] {
    Box& b = boxes_.at(index);
    if (!b.alive() || b.life != life || b.generation != generation || b.paused(now())) {
      if (b.alive() && b.life == life && b.paused(now())) b.generation = 0;  // control gives it again
      return;
    }
    b.table = table;
    b.node->passed(0, generation, b.clock.read(now()));
    check(index / 2);
  });
}

void World::ask(std::size_t index, const lc::Request& request) {
  const std::uint64_t life = boxes_.at(index).life;
  send(to_etcd(index, request.endpoint), [this, index, life, request] {
    const auto answer = etcd_.ask(request.endpoint, boxes_.at(index).options.domain, request.order, now());
    if (!answer) return;
    send(from_etcd(index, request.endpoint), [this, index, life, request, a = *answer] {
      at_box(index, [this, index, life, request, a] {
        Box& b = boxes_.at(index);
        if (b.life != life) return;
        b.node->answered(request.id, a, b.clock.read(now()));
        turn(index);
      });
    });
  });
}

}  // namespace lagoon::sim::cluster
