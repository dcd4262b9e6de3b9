#include "network.hpp"

#include <algorithm>

namespace lagoon::sim::chaos {

namespace {

constexpr Duration kDelay = 50us;
constexpr std::size_t kRing = 64;  // frames that wait for an end, of a member
constexpr int kStepsAtOnceMax = 10'000;
constexpr std::size_t kLacpdusPerSecond = 3;

MemberIndex at(std::size_t member) {
  return MemberIndex{static_cast<std::uint8_t>(member)};
}

std::optional<wire::Lacpdu> lacpdu_in(std::span<const std::byte> frame) {
  const auto pdu = wire::parse_slow_frame(frame);
  if (!pdu || !std::holds_alternative<wire::Lacpdu>(*pdu)) return std::nullopt;
  return std::get<wire::Lacpdu>(*pdu);
}

}  // namespace

Network::Network(const Settings& settings, std::uint64_t seed)
    : seed_{seed}, prng_{seed}, settings_{settings}, attacker_{prng_.next()}, cables_(settings.cables) {
  for (std::size_t e = 0; e < ends_.size(); ++e) {
    control::LagSettings& s = ends_[e].settings;
    const auto number = static_cast<std::uint8_t>(e + 1);
    s.name = e == 0 ? "near" : "far";
    s.address = MacAddress{{2, 0, 0, 0, 0, number}};
    s.probe_base = MacAddress{{6, 7, 8, 9, number, 0}};
    s.options = settings.options;
    for (std::size_t m = 0; m < settings.cables; ++m)
      s.members.push_back({.name = "m" + std::to_string(m),
                           .address = MacAddress{{2, 0, 0, 0, number, static_cast<std::uint8_t>(m)}},
                           .lacp = {.port_priority = static_cast<std::uint16_t>(100 + m)},
                           .speed = {}});
    restart(e);
  }
}

MemberSet Network::all() const {
  return static_cast<MemberSet>((std::uint64_t{1} << cables_.size()) - 1);
}

void Network::broken(const std::string& sentence) const {
  throw Broken("LAGOON_SEED=" + std::to_string(seed_) + ", at " +
               std::to_string(to_ms(now_.time_since_epoch())) + " ms: " + sentence);
}

void Network::restart(std::size_t e) {
  End& end = ends_[e];
  end.lag = std::make_unique<control::Lag>(end.settings, now_);
  end.table.reset();
  end.stands_until.reset();
  end.waiting.clear();
  end.sent = {};
  end.passed = end.dropped = {};
  end.link = {};
  for (std::size_t c = 0; c < cables_.size(); ++c) tell_link(e, c);
  settle(e);
}

void Network::tell_link(std::size_t e, std::size_t cable) {
  const bool up = cables_[cable].carrier;
  ends_[e].link[cable] = up;
  static_cast<void>(
      ends_[e].lag->link_changed(at(cable), {.up = up, .speed = up ? mbps(10'000) : BitsPerSecond{}}, now_));
}

void Network::set_carrier(std::size_t cable, bool up) {
  cables_[cable].carrier = up;
  if (!up)
    std::erase_if(under_way_, [&](const auto& item) { return item.second.second.member == at(cable); });
  for (std::size_t e = 0; e < 2; ++e) {
    if (stands(ends_[e])) continue;  // it asks when it comes back
    tell_link(e, cable);
    settle(e);
  }
}

void Network::stand(std::size_t e, Duration time) {
  ends_[e].stands_until = now_ + time;
}

void Network::heal() {
  rate_ = 0;
  for (std::size_t c = 0; c < cables_.size(); ++c) {
    cables_[c].loss = {};
    set_carrier(c, true);
  }
}

Instant Network::next_time() const {
  Instant next = next_second_;
  if (rate_ > 0) next = std::min(next, next_attack_.value_or(now_));
  if (!under_way_.empty()) next = std::min(next, under_way_.begin()->first.first);
  for (const End& end : ends_) {
    if (stands(end))
      next = std::min(next, *end.stands_until);
    else if (const auto due = end.lag->deadline())
      next = std::min(next, *due);
  }
  return std::max(next, now_);
}

void Network::run_for(Duration time) {
  static_cast<void>(run_until([] { return false; }, time));
}

bool Network::run_until(const std::function<bool()>& fact, Duration patience) {
  const Instant limit = now_ + patience;
  int at_once = 0;
  while (!fact()) {
    const Instant next = next_time();
    if (next > limit) {
      now_ = limit;
      return fact();
    }
    at_once = next == now_ ? at_once + 1 : 0;
    if (at_once > kStepsAtOnceMax) broken("the ends do not come to rest");
    now_ = next;
    happen();
    if (check_) check_();
  }
  return true;
}

void Network::happen() {
  if (now_ >= next_second_) each_second();
  if (rate_ > 0 && next_attack_.value_or(now_) <= now_) {
    const std::size_t to = both_ && prng_.chance(0.5) ? 1 : 0;
    if (cables_[settings_.attacked].carrier)
      arrive(to, at(settings_.attacked), wire::ControlFrame{attacker_.frame(to)});
    next_attack_ = now_ + Duration{static_cast<std::int64_t>(1e9 / rate_)};
  }
  while (!under_way_.empty() && under_way_.begin()->first.first <= now_) {
    const auto [to, waiting] = std::move(under_way_.extract(under_way_.begin()).mapped());
    arrive(to, waiting.member, waiting.frame);
  }
  for (std::size_t e = 0; e < 2; ++e) {
    End& end = ends_[e];
    if (stands(end)) continue;
    if (end.stands_until) {
      end.stands_until.reset();
      for (std::size_t c = 0; c < cables_.size(); ++c)
        if (end.link[c] != cables_[c].carrier) tell_link(e, c);
      for (const Waiting& waiting : std::exchange(end.waiting, {})) deliver(e, waiting);
    }
    if (end.lag->measurement_due(now_)) end.lag->measured({}, now_);
    if (const auto due = end.lag->deadline(); due && *due <= now_) end.lag->expire(now_);
    settle(e);
  }
}

void Network::each_second() {
  next_second_ += 1s;
  for (std::size_t e = 0; e < 2; ++e)
    for (std::size_t m = 0; m < cables_.size(); ++m) {
      End& end = ends_[e];
      end.passed[m] = 0;
      if (!stands(end)) end.lag->lacpdus_dropped(at(m), std::exchange(end.dropped[m], 0), now_);
    }
}

void Network::arrive(std::size_t to, MemberIndex member, const wire::ControlFrame& frame) {
  End& end = ends_[to];
  if (lacpdu_in(frame)) {
    if (++end.passed[member.value()] > settings_.options.lacp_extras.flood_limit) {
      ++end.dropped[member.value()];
      return;
    }
  }
  if (!stands(end)) {
    deliver(to, {member, frame});
    settle(to);
    return;
  }
  if (static_cast<std::size_t>(std::ranges::count(end.waiting, member, &Waiting::member)) < kRing)
    end.waiting.push_back({member, frame});
}

void Network::deliver(std::size_t to, const Waiting& waiting) {
  ends_[to].lag->frame_received(waiting.member, waiting.frame, now_);
}

void Network::send(std::size_t from, MemberIndex member, const wire::ControlFrame& frame) {
  const Cable& cable = cables_[member.value()];
  if (const auto pdu = lacpdu_in(frame)) {
    auto& sent = ends_[from].sent[member.value()];
    while (!sent.empty() && now_ - sent.front() >= 1s) sent.pop_front();
    sent.push_back(now_);
    if (sent.size() > kLacpdusPerSecond) broken("more than three LACPDUs of a port in a second");
    attacker_.heard(from, member.value() == settings_.attacked, *pdu);
  }
  if (!cable.carrier || prng_.chance(cable.loss[1 - from])) return;
  under_way_.emplace(std::pair{now_ + kDelay, ++sequence_}, std::pair{1 - from, Waiting{member, frame}});
}

void Network::settle(std::size_t e) {
  End& end = ends_[e];
  if (auto made = end.lag->take_table(now_)) end.table = std::move(made);
  while (const auto frame = end.lag->transmit(now_)) send(e, frame->member, frame->frame);
  if (auto made = end.lag->take_table(now_)) end.table = std::move(made);
  check(e);
}

void Network::check(std::size_t e) {
  const End& end = ends_[e];
  const MemberSet distributes = end.lag->distributing();
  for (std::size_t c = 0; c < cables_.size(); ++c)
    if (contains(distributes, at(c)) && !end.link[c])
      broken(end.settings.name + " distributes on a link that is down");
  if (!end.table) return;
  if (end.table->distributing != distributes) broken("the table distributes to other members than the LAG");
  if ((end.table->distributing & ~end.table->collecting) != 0)
    broken("distributes where it does not collect");
  if (distributes != 0 &&
      !std::ranges::all_of(end.table->bucket, [&](std::uint8_t m) { return contains(distributes, at(m)); }))
    broken("the table names a member that does not distribute");
}

}  // namespace lagoon::sim::chaos
