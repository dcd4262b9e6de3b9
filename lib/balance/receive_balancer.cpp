// How Linux hosts treat ARP decides about the times here (net/ipv4/arp.c,
// Documentation/networking/ip-sysctl.rst):
// - a host that has an entry for an address takes over the sender of every ARP frame that it sees from it,
// also of
//   a broadcast request that is not for it. So each request that we broadcast makes all our clients believe
//   the address in it, and the others must be told theirs again;
// - but within a second after an entry changed (locktime) it ignores further changes, unless by a request for
//   itself or by a gratuitous frame. So a thing must be said again when that second is over.
//
// Every client waits in the output queue at most once, and what it is told is made when it is taken out.
#include "balance/receive_balancer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "balance/client_table.hpp"
#include "wire/arp.hpp"

namespace lagoon::balance {
namespace {

// After a client was told that its member is another. The first of them asks the client for its own address:
// Linux takes the sender of such a request at once, while it ignores a reply within a second of the last
// change (locktime), and other hosts answer it, so that they are heard.
constexpr std::array<Duration, 3> kRepeats{300ms, 1200ms, 3s};
// After a frame that went to all.
constexpr Duration kAfterBroadcast = 1100ms;
constexpr Duration kBetweenRounds = 1s;
constexpr std::uint32_t kRounds = 3;
constexpr Duration kAge = 20min;
// Clients that never answered are forgotten sooner: a host that scans its network must not fill the table.
constexpr Duration kAgeUnknown = 10s;
constexpr Duration kScanInterval = 1s;
constexpr std::size_t kScanMax = 256;  // clients looked at in one interval
constexpr std::size_t kFramesMax = 512;

// A host's clients have heard `announced` from a frame to all, and are told again what each is to use.
struct Round {
  Instant due{};
  std::uint32_t left = kRounds;
  bool first = true;
  MacAddress announced{};
  bool several = false;                 // other addresses as well
  std::optional<Ipv4Address> target{};  // the only one that was told its own
};

}  // namespace

struct ReceiveBalancer::State {
  ReceiveMembers members{};
  ClientTable table{};
  std::set<std::pair<Instant, ClientKey>> repeats{};  // ClientEntry::due of all
  // No more than hosts with clients, since only those get one, and it ends by itself.
  std::map<HostKey, Round> rounds{};
  std::set<std::pair<Instant, HostKey>> rounds_due{};
  std::deque<std::optional<ClientKey>> order{};  // an empty one stands for the next one of `frames`
  std::deque<ReceiveOutgoing> frames{};
  Instant next_scan{};
  ClientKey scanned{};
  std::uint64_t refused = 0;
  std::uint64_t dropped = 0;

  [[nodiscard]] bool usable(MemberIndex m) const noexcept { return (members.usable >> m.value() & 1U) != 0; }
  [[nodiscard]] const MacAddress& address(const ClientEntry& entry) const noexcept {
    return members.address[entry.member.value()];
  }
  [[nodiscard]] bool is_ours(const MacAddress& mac) const noexcept {
    return mac == members.lag || std::ranges::find(members.address, mac) != members.address.end();
  }

  void send(MemberIndex member, const wire::ControlFrame& frame);
  void send_on_active(const wire::ControlFrame& frame);
  void enqueue(const ClientKey& key, ClientEntry& entry);
  void set_due(const ClientKey& key, ClientEntry& entry, std::optional<Instant> due);
  void tell(const ClientKey& key, ClientEntry& entry, Instant now);
  void learn(const ClientKey& key, ClientEntry& entry, const MacAddress& mac, Instant now);
  void announced(const HostKey& host, const MacAddress& mac, std::optional<Ipv4Address> target, Instant now);
  void own_frame(wire::ArpFrame arp, Instant now);
  void expire_repeats(Instant now);
  void expire_rounds(Instant now);
  void scan(Instant now);
  [[nodiscard]] std::optional<ReceiveOutgoing> told_frame(const ClientKey& key);
};

void ReceiveBalancer::State::send(MemberIndex member, const wire::ControlFrame& frame) {
  if (frames.size() >= kFramesMax) {
    ++dropped;
    return;
  }
  frames.push_back({member, frame});
  order.emplace_back(std::nullopt);
}

void ReceiveBalancer::State::send_on_active(const wire::ControlFrame& frame) {
  if (members.active)
    send(*members.active, frame);
  else if (members.usable != 0)
    send(MemberIndex{static_cast<std::uint8_t>(std::countr_zero(members.usable))}, frame);
  else
    ++dropped;
}

void ReceiveBalancer::State::enqueue(const ClientKey& key, ClientEntry& entry) {
  if (entry.queued || entry.mac.is_zero()) return;
  entry.queued = true;
  order.emplace_back(key);
}

void ReceiveBalancer::State::set_due(const ClientKey& key, ClientEntry& entry, std::optional<Instant> due) {
  if (entry.due) repeats.erase({*entry.due, key});
  entry.due = due;
  if (due) repeats.insert({*due, key});
}

// Now, and again since ARP gives no receipt.
void ReceiveBalancer::State::tell(const ClientKey& key, ClientEntry& entry, Instant now) {
  if (entry.mac.is_zero()) return;
  enqueue(key, entry);
  entry.told_from = now;
  entry.repeats = 0;
  set_due(key, entry, now + kRepeats[0]);
}

void ReceiveBalancer::State::learn(const ClientKey& key, ClientEntry& entry, const MacAddress& mac,
                                   Instant now) {
  entry.heard = now;
  if (entry.mac == mac) return;
  // Another station has the client's address now, and was told nothing yet.
  if (!entry.mac.is_zero()) entry.told = {};
  entry.mac = mac;
  if (entry.told != address(entry)) tell(key, entry, now);
}

void ReceiveBalancer::State::announced(const HostKey& host, const MacAddress& mac,
                                       std::optional<Ipv4Address> target, Instant now) {
  auto client = table.first_of(host);
  if (client != table.all().end() && target && client->first == ClientKey{host, *target}) ++client;
  if (client == table.all().end() || client->first.host != host) return;  // nobody else knows this host
  const auto [at, fresh] = rounds.try_emplace(host);
  Round& round = at->second;
  if (fresh) {
    round.due = now + kAfterBroadcast;
    round.announced = mac;
    round.target = target;
    rounds_due.insert({round.due, host});
    return;
  }
  round.left = kRounds;
  if (round.announced != mac) round.several = true;
  if (round.target != target) round.target.reset();
}

void ReceiveBalancer::State::own_frame(wire::ArpFrame arp, Instant now) {
  const HostKey host{arp.sender_ip, vlan_id(arp.vlan_tci)};
  const bool to_all = arp.destination.is_group();
  if (arp.is_gratuitous()) {
    send_on_active(wire::emit_arp(arp));
    announced(host, arp.sender_mac, std::nullopt, now);
    return;
  }
  const ClientKey key{host, arp.target_ip};
  ClientEntry* entry = table.find(key);
  if (entry == nullptr && members.usable != 0) {
    entry = table.add(key, members);
    if (entry == nullptr) ++refused;
  }
  if (entry == nullptr || !usable(entry->member)) {
    send_on_active(wire::emit_arp(arp));
    if (to_all) announced(host, arp.sender_mac, std::nullopt, now);
    return;
  }
  entry->vlan_tci = arp.vlan_tci;
  entry->heard = now;
  entry->told = address(*entry);
  arp.sender_mac = address(*entry);
  // A request to a single station asks whether that still has the address.
  if (!to_all) entry->mac = arp.destination;
  if (arp.operation == wire::ArpOperation::reply) {
    arp.source = arp.sender_mac;
    send(entry->member, wire::emit_arp(arp));
  } else {
    arp.source = members.lag;
    send_on_active(wire::emit_arp(arp));
  }
  if (to_all) announced(host, arp.sender_mac, arp.target_ip, now);
}

void ReceiveBalancer::State::expire_repeats(Instant now) {
  while (!repeats.empty() && repeats.begin()->first <= now) {
    const ClientKey key = repeats.begin()->second;
    ClientEntry& entry = *table.find(key);
    if (usable(entry.member)) enqueue(key, entry);
    ++entry.repeats;
    set_due(key, entry,
            entry.repeats < kRepeats.size() ? std::optional{entry.told_from + kRepeats[entry.repeats]}
                                            : std::nullopt);
  }
}

void ReceiveBalancer::State::expire_rounds(Instant now) {
  while (!rounds_due.empty() && rounds_due.begin()->first <= now) {
    const HostKey host = rounds_due.begin()->second;
    rounds_due.erase(rounds_due.begin());
    Round& round = rounds.find(host)->second;
    for (auto at = table.first_of(host); at != table.all().end() && at->first.host == host; ++at) {
      ClientEntry& entry = at->second;
      if (!usable(entry.member) || at->first.client == round.target) continue;
      if (round.first || round.several || address(entry) != round.announced) enqueue(at->first, entry);
    }
    round.first = false;
    if (--round.left == 0) {
      rounds.erase(host);
    } else {
      round.due = now + kBetweenRounds;
      rounds_due.insert({round.due, host});
    }
  }
}

void ReceiveBalancer::State::scan(Instant now) {
  if (now < next_scan) return;
  next_scan = now + kScanInterval;
  auto at = table.all().upper_bound(scanned);
  for (std::size_t i = 0; i < std::min(kScanMax, table.all().size()); ++i) {
    if (at == table.all().end()) at = table.all().begin();
    if (at == table.all().end()) break;
    scanned = at->first;
    const auto here = at++;
    if (now - here->second.heard < (here->second.mac.is_zero() ? kAgeUnknown : kAge)) continue;
    set_due(here->first, here->second, std::nullopt);
    table.remove(here);
  }
}

std::optional<ReceiveOutgoing> ReceiveBalancer::State::told_frame(const ClientKey& key) {
  ClientEntry* const entry = table.find(key);
  if (entry == nullptr || !entry->queued) return std::nullopt;
  entry->queued = false;
  if (!usable(entry->member)) return std::nullopt;
  entry->told = address(*entry);
  const bool asks = entry->repeats == 1;
  return ReceiveOutgoing{entry->member, wire::emit_arp({.destination = entry->mac,
                                                        .source = entry->told,
                                                        .vlan_tci = entry->vlan_tci,
                                                        .operation = asks ? wire::ArpOperation::request
                                                                          : wire::ArpOperation::reply,
                                                        .sender_mac = entry->told,
                                                        .sender_ip = key.host.host,
                                                        .target_mac = asks ? MacAddress{} : entry->mac,
                                                        .target_ip = key.client})};
}

ReceiveBalancer::ReceiveBalancer(Instant now) : state_{std::make_unique<State>()} {
  state_->next_scan = now + kScanInterval;
}
ReceiveBalancer::~ReceiveBalancer() = default;
ReceiveBalancer::ReceiveBalancer(ReceiveBalancer&&) noexcept = default;
ReceiveBalancer& ReceiveBalancer::operator=(ReceiveBalancer&&) noexcept = default;

void ReceiveBalancer::members_changed(const ReceiveMembers& members, Instant now) {
  State& s = *state_;
  if (members == s.members) return;
  const bool more = (members.usable & ~s.members.usable) != 0 || members.capacity != s.members.capacity;
  s.members = members;
  if (members.usable == 0) return;
  std::set<ClientKey> moved;
  for (auto& [key, entry] : s.table.all())
    if (!s.usable(entry.member)) {
      s.table.move(entry, ClientTable::choose(s.table.counts(), members));
      moved.insert(key);
    }
  if (more) {
    const ClientTable::Counts target = s.table.even(members);
    for (auto& [key, entry] : s.table.all()) {
      if (s.table.counts()[entry.member.value()] <= target[entry.member.value()]) continue;
      std::uint8_t to = 0;
      while (s.table.counts()[to] >= target[to]) ++to;
      s.table.move(entry, MemberIndex{to});
      moved.insert(key);
    }
  }
  for (auto& [key, entry] : s.table.all())
    if (entry.told != s.address(entry) || moved.contains(key)) s.tell(key, entry, now);
}

void ReceiveBalancer::frame_to_send(std::span<const std::byte> frame, Instant now) {
  const std::optional<wire::ArpFrame> arp = wire::parse_arp(frame);
  if (arp && arp->sender_mac == state_->members.lag && !arp->sender_ip.is_zero())
    state_->own_frame(*arp, now);
  else if (frame.size() > wire::ControlFrame::kSizeMax)
    ++state_->dropped;
  else
    state_->send_on_active(wire::ControlFrame{frame});
}

void ReceiveBalancer::frame_received(MemberIndex, std::span<const std::byte> frame, Instant now) {
  State& s = *state_;
  const std::optional<wire::ArpFrame> arp = wire::parse_arp(frame);
  if (!arp || arp->sender_ip.is_zero() || arp->sender_mac.is_group() || s.is_ours(arp->sender_mac)) return;
  if (!arp->is_gratuitous()) {
    const ClientKey key{{arp->target_ip, vlan_id(arp->vlan_tci)}, arp->sender_ip};
    if (ClientEntry* const entry = s.table.find(key)) s.learn(key, *entry, arp->sender_mac, now);
    return;
  }
  for (auto& [key, entry] : s.table.all())
    if (key.client == arp->sender_ip && key.host.vlan == vlan_id(arp->vlan_tci))
      s.learn(key, entry, arp->sender_mac, now);
}

void ReceiveBalancer::expire(Instant now) {
  state_->expire_repeats(now);
  state_->expire_rounds(now);
  state_->scan(now);
}

std::optional<Instant> ReceiveBalancer::deadline() const noexcept {
  if (state_->table.all().empty()) return std::nullopt;
  Instant next = state_->next_scan;
  if (!state_->repeats.empty()) next = std::min(next, state_->repeats.begin()->first);
  if (!state_->rounds_due.empty()) next = std::min(next, state_->rounds_due.begin()->first);
  return next;
}

std::optional<ReceiveOutgoing> ReceiveBalancer::transmit(Instant) {
  State& s = *state_;
  while (!s.order.empty()) {
    const std::optional<ClientKey> key = s.order.front();
    s.order.pop_front();
    std::optional<ReceiveOutgoing> out;
    if (key) {
      out = s.told_frame(*key);
    } else {
      out = s.frames.front();
      s.frames.pop_front();
    }
    if (out) return out;
  }
  return std::nullopt;
}

std::vector<Client> ReceiveBalancer::clients() const {
  std::vector<Client> all;
  all.reserve(state_->table.all().size());
  for (const auto& [key, entry] : state_->table.all())
    all.push_back({key.host.host, key.client, entry.mac, entry.vlan_tci, entry.member});
  return all;
}

std::uint64_t ReceiveBalancer::clients_refused() const noexcept {
  return state_->refused;
}
std::uint64_t ReceiveBalancer::frames_dropped() const noexcept {
  return state_->dropped;
}

}  // namespace lagoon::balance
