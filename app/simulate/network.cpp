#include "network.hpp"

#include <algorithm>
#include <string>

#include "fast/distribute/distributor.hpp"
#include "fast/distribute/hold_back.hpp"
#include "options/load_options.hpp"
#include "report/progress.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::simulate {

namespace {

constexpr std::size_t kBurst = 32;

[[nodiscard]] MemberIndex index_of(std::size_t i) {
  return MemberIndex{static_cast<std::uint8_t>(i)};
}

[[nodiscard]] control::LagSettings settings_of(const NetworkSettings& from, std::uint8_t end) {
  control::LagSettings s{.name = end == 1 ? "near" : "far",
                         .address = MacAddress{{2, 0, 0, 0, end, 0}},
                         .probe_base = {},
                         .options = from.options,
                         .members = {},
                         .workers = from.workers};
  s.options.fast.hash.seed = static_cast<std::uint32_t>(from.seed * 2 + end);
  for (std::size_t i = 0; i < from.cables.size(); ++i) {
    control::MemberSettings member;
    member.name = "link" + std::to_string(i);
    member.address = MacAddress{{2, 0, 0, 0, end, static_cast<std::uint8_t>(i + 1)}};
    member.weight = from.cables[i].weight;
    s.members.push_back(member);
  }
  return s;
}

[[nodiscard]] bool is_marker(const SimFrame& frame) {
  constexpr std::size_t kSubtypeAt = 14;
  return frame.octets[kSubtypeAt] == static_cast<std::byte>(wire::SlowSubtype::marker);
}

}  // namespace

/// What a worker's distributor sends on.
struct Sender {
  Network& network;
  Instant now;
  std::size_t send(MemberIndex member, std::span<SimFrame*> frames) noexcept {
    std::size_t sent = 0;
    for (; sent < frames.size(); ++sent) {
      if (!network.up_[member.value()]) {
        // (the port takes it, and nobody hears it)
        network.conversations_.lost(frames[sent]);
      } else if (!network.to_far_[member.value()].send(frames[sent], now)) {
        break;
      } else {
        network.conversations_.left(*frames[sent], now);
      }
    }
    return sent;
  }
};

Network::Network(NetworkSettings settings, Conversations& conversations, Instant now)
    : settings_{std::move(settings)}, conversations_{conversations}, random_{settings_.seed} {
  for (const Cable& cable : settings_.cables) {
    to_far_.emplace_back(cable.speed, cable.delay, settings_.queue_most);
    to_near_.emplace_back(cable.speed, cable.delay, settings_.queue_most);
    up_.push_back(false);
  }
  near_ = std::make_unique<control::Lag>(settings_of(settings_, 1), now);
  NetworkSettings far = settings_;
  far.options.distribute = control::LoadSharing::flow_hash;
  far_ = std::make_unique<control::Lag>(settings_of(far, 2), now);
  table_ = near_->take_table(now);
  for (std::size_t w = 0; w < settings_.workers; ++w) {
    Worker& worker = *workers_.emplace_back(std::make_unique<Worker>());
    states_.push_back(&worker.state);
    if (control::distribution_of(near_->options()) != table::Distribution::weighted) continue;
    worker.lines.resize(fast::ConversationTable::lines_for(settings_.options.weighted.conversations));
    worker.state.conversations.use(worker.lines);
  }
  for (std::size_t i = 0; i < up_.size(); ++i) set_cable(i, true, now);
}

Network::~Network() {
  for (auto& worker : workers_) {
    for (SimFrame* frame : worker->arrived) conversations_.pool.give(frame);
    for (SimFrame* frame : worker->in_hand) conversations_.pool.give(frame);
    for (auto& [member, frame] : worker->control) conversations_.pool.give(frame);
    for (SimFrame* frame : worker->hold.front(worker->hold.size())) conversations_.pool.give(frame);
  }
  for (auto* links : {&to_far_, &to_near_})
    for (SimLink& link : *links) link.clear([this](SimFrame* frame) { conversations_.pool.give(frame); });
}

void Network::set_cable(std::size_t cable, bool up, Instant now) {
  if (up_[cable] == up) return;
  up_[cable] = up;
  const auto lose = [this](SimFrame* frame) { conversations_.lost(frame); };
  to_far_[cable].clear(lose);
  to_near_[cable].clear(lose);
  const LinkState state{.up = up, .speed = up ? settings_.cables[cable].speed : BitsPerSecond{}};
  near_->link_changed(index_of(cable), state, now);
  far_->link_changed(index_of(cable), state, now);
  run_near(now);
}

void Network::offer(SimFrame* frame, Instant now) {
  Worker& worker = *workers_[frame->conversation % workers_.size()];
  worker.arrived.push_back(frame);
  if (worker.arrived.size() >= kBurst && worker.asleep_until <= now) turn(worker, now);
}

void Network::run(Instant now) {
  deliver(now);
  run_near(now);
  run_far(now);
  for (auto& worker : workers_)
    if (worker->asleep_until <= now) turn(*worker, now);
}

SimFrame* Network::control_frame(std::span<const std::byte> octets) {
  SimFrame* const frame = conversations_.pool.take();
  frame->number = 0;
  frame->octets.assign(octets.begin(), octets.end());
  frame->length = static_cast<std::uint32_t>(octets.size());
  return frame;
}

void Network::measure(Instant now) {
  control::Measurement counts;
  for (std::size_t m = 0; m < kMembersMax; ++m) counts.tx_octets[m] = tx_octets(m);
  if (near_->wants_load()) loads_.fill(counts, states_);
  near_->measured(counts, now);
}

void Network::run_near(Instant now) {
  if (near_->measurement_due(now)) measure(now);
  if (near_->wants_progress()) near_->report(report::progress_of(states_), now);
  if (const auto due = near_->deadline(); due && *due <= now) near_->expire(now);
  if (auto table = near_->take_table(now)) table_ = std::move(table);
  while (const auto out = near_->transmit(now)) {
    SimFrame* const frame = control_frame(out->frame.octets());
    const std::size_t m = out->member.value();
    if (out->worker)
      workers_[*out->worker]->control.emplace_back(out->member, frame);
    else if (!up_[m] || !to_far_[m].send(frame, now))
      conversations_.pool.give(frame);
  }
}

void Network::run_far(Instant now) {
  if (const auto due = far_->deadline(); due && *due <= now) far_->expire(now);
  static_cast<void>(far_->take_table(now));
  while (const auto out = far_->transmit(now)) {
    SimFrame* const frame = control_frame(out->frame.octets());
    const std::size_t m = out->member.value();
    const bool mute = !settings_.partner_answers_markers && is_marker(*frame);
    if (mute || !up_[m] || !to_near_[m].send(frame, now)) conversations_.pool.give(frame);
  }
}

// As dpdk/worker/worker.cpp does it.
void Network::turn(Worker& worker, Instant now) {
  worker.state.now = now;
  if (!worker.in_hand.empty()) send_burst(worker, worker.in_hand, now);
  worker.in_hand.clear();
  // Before the table is loaded: what the control lcore gave us after it published one comes before frames of
  // that table.
  send_control(worker, now);
  worker.table = table_;
  const table::PortTable& table = *worker.table;
  worker.state.follow(table);
  worker.state.steering.look_for_gaps(table, now);
  worker.state.sweep(table);
  let_go(worker, now);
  std::vector<SimFrame*> frames;
  frames.swap(worker.arrived);
  const bool sleeps = settings_.falls_asleep > 0 && random_.unit() < settings_.falls_asleep;
  for (std::size_t at = 0; at < frames.size(); at += kBurst) {
    std::span<SimFrame*> burst = std::span{frames}.subspan(at, std::min(kBurst, frames.size() - at));
    burst = fast::hold_back(table, burst, worker.hold, worker.state);
    let_go(worker, now);
    if (sleeps && at + kBurst >= frames.size())
      worker.in_hand.assign(burst.begin(), burst.end());
    else
      send_burst(worker, burst, now);
  }
  frames.clear();
  worker.arrived.swap(frames);  // (its memory)
  if (sleeps) worker.asleep_until = now + Duration{static_cast<std::int64_t>(random_.below(20'000'000))};
}

void Network::send_control(Worker& worker, Instant now) {
  while (!worker.control.empty()) {
    const auto [member, frame] = worker.control.front();
    if (!up_[member.value()])
      conversations_.pool.give(frame);
    else if (!to_far_[member.value()].send(frame, now))
      return;
    worker.control.pop_front();
  }
}

void Network::let_go(Worker& worker, Instant now) {
  while (!worker.hold.empty() && !worker.state.steering.waits()) {
    const auto front = worker.hold.front(kBurst);
    const std::size_t count = front.size();
    send_burst(worker, front, now);
    worker.hold.pop(count);
  }
}

void Network::send_burst(Worker& worker, std::span<SimFrame*> burst, Instant now) {
  if (burst.empty()) return;
  const std::size_t sent =
      fast::distribute<SimFrame>(*worker.table, burst, Sender{*this, now}, worker.state, worker.counters);
  if (sent != burst.size()) worker.counters.of(fast::refusal(*worker.table)).add(burst.size() - sent);
  for (SimFrame* frame : burst.subspan(sent)) conversations_.dropped(frame);
}

// What has come, over all cables in the order in which it came.
void Network::deliver(Instant now) {
  for (;;) {
    SimLink* first = nullptr;
    std::size_t cable = 0;
    for (std::size_t i = 0; i < to_far_.size(); ++i)
      if (to_far_[i].has(now) && (first == nullptr || to_far_[i].first_at() < first->first_at())) {
        first = &to_far_[i];
        cable = i;
      }
    if (first == nullptr) break;
    const Instant at = first->first_at();
    SimFrame* const frame = first->receive();
    if (frame->number != 0) {
      conversations_.arrived(frame, cable);
      continue;
    }
    far_->frame_received(index_of(cable), frame->octets, at);
    conversations_.pool.give(frame);
  }
  for (std::size_t i = 0; i < to_near_.size(); ++i)
    while (to_near_[i].has(now)) {
      SimFrame* const frame = to_near_[i].receive();
      near_->frame_received(index_of(i), frame->octets, now);
      conversations_.pool.give(frame);
    }
}

std::uint64_t Network::drops(fast::Drop reason) const {
  std::uint64_t all = 0;
  for (const auto& worker : workers_) all += worker->counters.of(reason).read();
  return all;
}

std::uint64_t Network::tx_octets(std::size_t member) const {
  std::uint64_t all = 0;
  for (const auto& worker : workers_) all += worker->counters.member[member].tx_bytes.read();
  return all;
}

std::size_t Network::waiting() const {
  std::size_t all = 0;
  for (const auto& worker : workers_)
    all += worker->arrived.size() + worker->in_hand.size() + worker->hold.size();
  return all;
}

}  // namespace lagoon::simulate
