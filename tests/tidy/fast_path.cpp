// Makes the compiler write out the fast path, for symbols.sh to look into. The packet is the least there is.
#include <span>

#include "fast/collect/collector.hpp"
#include "fast/collect/watch.hpp"
#include "fast/distribute/distributor.hpp"
#include "fast/distribute/hold_back.hpp"
#include "fast/egress/egress.hpp"
#include "fast/egress/queueing_tx.hpp"

namespace lagoon::tidy {

struct Frame {
  std::span<const std::byte> octets;
};

struct Port {
  std::size_t send(MemberIndex, std::span<Frame*> frames) noexcept;
  qos::Colour colour(qos::ClassIndex, std::uint32_t octets, Instant now) noexcept;
  bool push(MemberIndex, Frame*) noexcept;
  bool copy(MemberIndex, const Frame&) noexcept;
  bool copy(const Frame&) noexcept;
  bool take(Frame*) noexcept;
  void free(std::span<Frame*> frames) noexcept;
};

}  // namespace lagoon::tidy

template <>
struct lagoon::fast::PacketTraits<lagoon::tidy::Frame> {
  using P = lagoon::tidy::Frame;
  static std::span<const std::byte> headers(const P& p) noexcept { return p.octets; }
  static std::span<std::byte> writable_headers(P&) noexcept;
  static std::uint32_t length(const P& p) noexcept { return static_cast<std::uint32_t>(p.octets.size()); }
  static std::optional<std::uint32_t> nic_hash(const P&) noexcept { return std::nullopt; }
  static bool is_ip(const P&) noexcept { return false; }
  static bool is_tcp_or_udp(const P&) noexcept { return false; }
  static void prefetch(const P&) noexcept {}
  static void each_segment(const P& p, auto&& use) noexcept { use(p.octets); }
  static void set_source(P&, const MacAddress&) noexcept;
  static void set_destination(P&, const MacAddress&) noexcept;
  static void share(P&, std::uint16_t) noexcept;
  static void unshare(P&, std::uint16_t) noexcept;
  static void release(P&) noexcept;
};

namespace lagoon::tidy {

std::size_t distribute(const table::PortTable& table, std::span<Frame*> burst, Port& port,
                       fast::DistributorState& state, fast::LagCounters& counters);
std::size_t distribute(const table::PortTable& table, std::span<Frame*> burst, Port& port,
                       fast::DistributorState& state, fast::LagCounters& counters) {
  return fast::distribute(table, burst, port, state, counters);
}

std::size_t hold_back(const table::PortTable& table, std::span<Frame*> burst,
                      fast::HoldQueue<Frame, 64>& hold, fast::DistributorState& state);
std::size_t hold_back(const table::PortTable& table, std::span<Frame*> burst,
                      fast::HoldQueue<Frame, 64>& hold, fast::DistributorState& state) {
  state.follow(table);
  state.steering.look_for_gaps(table, state.now);
  state.sweep(table);
  return fast::hold_back(table, burst, hold, state).size();
}

std::size_t collect(const table::PortTable& table, std::span<Frame*> burst, Port& port,
                    fast::CollectorState& state, fast::LagCounters& counters);
std::size_t collect(const table::PortTable& table, std::span<Frame*> burst, Port& port,
                    fast::CollectorState& state, fast::LagCounters& counters) {
  return fast::collect(table, MemberIndex{0}, burst, port, port, state, counters).size();
}

std::size_t watch(const table::PortTable& table, std::span<Frame*> burst, Port& port,
                  fast::LagCounters& counters);
std::size_t watch(const table::PortTable& table, std::span<Frame*> burst, Port& port,
                  fast::LagCounters& counters) {
  return fast::watch_outgoing(table, burst, port, counters).size();
}

struct Queues {
  fast::Egress<Frame, Port>* of(MemberIndex) noexcept;
};

std::size_t queue(const table::PortTable& table, std::span<Frame*> burst, Port& port, Queues& queues,
                  Instant now);
std::size_t queue(const table::PortTable& table, std::span<Frame*> burst, Port& port, Queues& queues,
                  Instant now) {
  fast::QueueingTx<Frame, Queues, Port, Port> tx{queues, port, port, table.options.hash, now};
  return tx.send(MemberIndex{0}, burst);
}

bool serve(fast::Egress<Frame, Port>& egress, std::span<Frame*> out, Port& port, Instant now);
bool serve(fast::Egress<Frame, Port>& egress, std::span<Frame*> out, Port& port, Instant now) {
  const fast::BarrierTicket ticket = egress.barrier();
  egress.set_speed(mbps(1000));
  if (egress.serve(MemberIndex{0}, port, now) + egress.take(out) == 0) egress.discard(port);
  return egress.has_passed(ticket);
}

}  // namespace lagoon::tidy
