// What goes over the cables: LACPDUs between boxes and Partners, frames, and who looks at them.
#include <string>

#include "cluster/sentence.hpp"
#include "world.hpp"

namespace lagoon::sim::cluster {

namespace {

constexpr Duration kFast = 1s;  // LACPDUs
constexpr Duration kSilent = 3s;
constexpr std::size_t kRing = 512;  // frames in a queue that nobody looks at

}  // namespace

void World::lacp(Box& box) {
  Port& port = box.port;
  const bool heard = port.up && port.heard && now() - *port.heard < kSilent;
  // (the Partner's words count where it has the System ID that is in use)
  port.distributing =
      heard && port.sync && port.partner->id == port.id && port.partner->sync && port.partner->collecting;
  lc::Fitness fitness{.members_ready = heard ? settings_.members : std::uint8_t{0},
                      .members_carrying = port.distributing ? settings_.members : std::uint8_t{0},
                      .uplinks = box.uplinks};
  fitness.partner = {.system = {.priority = 1, .mac = {{2, 2, 2, 2, 2, 2}}}, .key = 7};
  box.node->set(0, fitness);
  if (now() >= port.pdu_due) send_pdu(box);
}

void World::send_pdu(Box& box) {
  Port& port = box.port;
  port.pdu_due = now() + kFast;
  if (!port.up) return;
  const std::size_t index = box.index;
  put_out(box, [this, index, pdu = Pdu{.id = port.id, .sync = port.sync}] {
    send_by_cable(to_partner(index), boxes_.at(index).port.partner_hears, [this, index, pdu] {
      PartnerModel& partner = partners_.at(index / 2);
      partner.heard(index % 2, pdu, now());
      static_cast<void>(partner.settle(now()));
      tell_boxes(index / 2);
    });
  });
}

void World::tell_boxes(std::size_t pair) {
  for (std::size_t side = 0; side < 2; ++side) {
    const std::size_t index = 2 * pair + side;
    if (!boxes_.at(index).port.up) continue;
    send_by_cable(from_partner(index), boxes_.at(index).port.hears,
                  [this, index, pdu = partners_.at(pair).says(side)] {
                    at_box(index, [this, index, pdu] {
                      Box& box = boxes_.at(index);
                      if (!box.port.up) return;
                      box.port.partner = pdu;
                      box.port.heard = now();
                    });
                  });
  }
}

void World::each_second_tenth() {
  etcd_.advance(now());
  for (std::size_t pair = 0; pair < settings_.pairs; ++pair)
    if (partners_.at(pair).settle(now())) tell_boxes(pair);
  agenda_.in(50ms, [this] { each_second_tenth(); });
}

bool World::forwards(const Box& box) const {
  return !box.paused(now()) && box.port.up && box.port.distributing && box.table.id == box.port.id &&
         box.table_valid(now(), settings_.broken);
}

bool World::carries(std::size_t index) const {
  return forwards(boxes_.at(index)) && partners_.at(index / 2).uses(index % 2);
}

void World::each_frame() {
  broadcast(0);
  agenda_.in(settings_.frame_interval + some(0ns, 500us), [this] { each_frame(); });
}

// One frame of the LAN to the Partner, and one of the Partner to the LAN.
void World::broadcast(std::size_t pair) {
  const PartnerModel& partner = partners_.at(pair);
  const std::size_t frame = seen_.size();
  seen_.push_back(0);
  for (std::size_t side = 0; side < 2; ++side) {
    Box& box = boxes_.at(2 * pair + side);
    if (box.alive() && box.paused(now())) {
      box.ring.push_back(frame);
      if (box.ring.size() > kRing) box.ring.pop_front();
    }
    if (!forwards(box) || !partner.uses(side)) continue;
    if (++seen_[frame] > 1) broken("a frame of the LAN arrived twice");
  }
  (seen_[frame] > 0 ? arrived_ : lost_) += 1;
  for (std::size_t side = 0; side < 2; ++side) {
    // (the Partner may have chosen either of the ports that it uses)
    if (!partner.uses(side) || !forwards(boxes_.at(2 * pair + side))) continue;
    const std::size_t other = 1 - side;
    if (forwards(boxes_.at(2 * pair + other)) && partner.uses(other))
      broken("a frame of the Partner came back to it");
  }
}

void World::check(std::size_t pair) {
  const Box& a = boxes_.at(2 * pair);
  const Box& b = boxes_.at(2 * pair + 1);
  if (a.table_valid(now(), settings_.broken) && b.table_valid(now(), settings_.broken) &&
      a.table.id == b.table.id)
    broken("two boxes have a valid table under " + lc::to_string(a.table.id));
}

void World::broken(const std::string& what) {
  if (!violation_.empty()) return;
  violation_ = std::to_string(to_ms(now().time_since_epoch())) + " ms: " + what + "\n" + story();
}

std::string World::story() const {
  std::string text;
  for (const Box& box : boxes_) {
    for (const std::string& line : box.said) text += line + "\n";
    if (!box.alive()) continue;
    text += box.options.node + " now: " + box.node->sentence(0, box.clock.read(now())) +
            (carries(box.index) ? " (carries)" : "") + "\n  port: " + (box.port.up ? "up" : "down") +
            (box.port.sync ? ", in sync" : ", out of sync") +
            (box.port.distributing ? ", distributing" : "") +
            (box.table.forwards ? ", table" : ", no table") + "; partner " +
            (partners_.at(box.index / 2).uses(box.index % 2) ? "uses it" : "does not use it") +
            (box.port.partner ? (box.port.partner->sync ? ", in sync with " : ", not in sync with ") +
                                    lc::to_string(box.port.partner->id)
                              : std::string{}) +
            "\n";
  }
  return text;
}

}  // namespace lagoon::sim::cluster
